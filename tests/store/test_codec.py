from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frieza_tui.domain.events import (
    AnnotationAdded,
    ConnectionLost,
    ImageAdded,
    MessageClosed,
    MessageOpened,
    ReasoningDelta,
    RefusalDelta,
    RunChanged,
    RunEvent,
    StepChanged,
    StepDelta,
    StreamFault,
    TextDelta,
    ThreadCreated,
    ThreadLost,
)
from frieza_tui.domain.run import Run, RunError, RunStep, ToolCall, Usage
from frieza_tui.domain.thread import Annotation, ImageFilePart, ImageUrlPart, Message, RefusalPart, TextPart
from frieza_tui.domain.turn import TurnEnded
from frieza_tui.store.codec import (
    decode_ended,
    decode_events,
    decode_message,
    encode_ended,
    encode_events,
    encode_message,
)

SOURCE = Annotation("container_file_citation", "[1]", "cfile_1", 0, 3, "例", "cntr_1")
WHOLE = Message(
    "assistant",
    (TextPart("一\x1b[31m", (SOURCE,)), RefusalPart("嫌です"), ImageFilePart("file_1"), ImageUrlPart("https://x")),
    status="incomplete",
)
EVENTS: tuple[RunEvent, ...] = (
    ThreadCreated("thread_1"),
    RunChanged(Run("run_1", "failed", "m", Usage(1, 2), RunError("c", "m"), required_calls=(ToolCall("function"),))),
    StepChanged(RunStep("step_1", "tool_calls", "completed", (ToolCall("code_interpreter", outputs=("3",)),))),
    StepDelta("step_1", 0, ToolCall("code_interpreter", input="1+2")),
    MessageOpened("msg_1"),
    TextDelta("msg_1", "あ", 1),
    RefusalDelta("msg_1", "い"),
    ReasoningDelta("う"),
    AnnotationAdded("msg_1", SOURCE),
    ImageAdded("msg_1", ImageUrlPart("https://x"), 2),
    MessageClosed(WHOLE, "max_tokens"),
    StreamFault(RunError("c", "m")),
    ConnectionLost(),
    ThreadLost(),
)


def test_every_kind_of_event_comes_back_as_it_was() -> None:
    assert {type(event) for event in EVENTS} == set(get_args(RunEvent))
    assert decode_events(encode_events(EVENTS)) == list(EVENTS)


def test_an_event_of_a_later_version_is_left_out() -> None:
    assert decode_events('[{"kind": "Telepathy", "fields": {}}]') == []


def test_a_message_comes_back_as_it_was() -> None:
    assert decode_message(encode_message(WHOLE)) == WHOLE


def test_an_end_comes_back_as_it_was() -> None:
    ended = TurnEnded("failed", "Cut.", "Again.", usage=Usage(1, 2), total_s=1.5)
    assert decode_ended(encode_ended(ended)) == ended


@given(st.text())
def test_any_text_comes_back(text: str) -> None:
    assert decode_events(encode_events([TextDelta("m", text)])) == [TextDelta("m", text)]


@pytest.mark.parametrize(("half", "kept"), [("a\ud800b", "a\ufffdb"), ("\udc00", "\ufffd")])
def test_half_a_pair_becomes_a_stand_in(half: str, kept: str) -> None:
    assert decode_events(encode_events([TextDelta("m", half)])) == [TextDelta("m", kept)]
