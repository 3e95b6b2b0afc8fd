import json
from typing import Any, get_args

import pytest

from frieza_tui.backends.assistants.accumulator import RunAccumulator
from frieza_tui.backends.sse import EventDecoder
from frieza_tui.domain.events import (
    AnnotationAdded,
    ImageAdded,
    MessageClosed,
    MessageOpened,
    RunChanged,
    RunEvent,
    StepDelta,
    StreamFault,
    TextDelta,
)
from frieza_tui.domain.run import RunError, Usage
from frieza_tui.domain.thread import RefusalPart, TextPart
from tests.support.assistants_double import transcript
from tests.support.traces import expected, trace

EXPECTED = expected("assistants")


def events_of(data: bytes, size: int | None = None) -> tuple[list[RunEvent], RunAccumulator]:
    decoder, accumulator = EventDecoder(), RunAccumulator()
    events: list[RunEvent] = []
    size = size or len(data)
    found = [one for start in range(0, len(data), size) for one in decoder.feed(data[start : start + size])]
    for event in [*found, *decoder.finish()]:
        if event.data != b"[DONE]":
            events += accumulator.take(event.name, json.loads(event.data))
    return events, accumulator


def delta(content: object, message_id: str = "msg_1") -> dict[str, Any]:
    return {"id": message_id, "object": "thread.message.delta", "delta": {"content": content}}


def text_delta(text: object) -> dict[str, Any]:
    return delta([{"index": 0, "type": "text", "text": {"value": text}}])


@pytest.mark.parametrize("name", sorted(EXPECTED))
@pytest.mark.parametrize("size", [None, 7, 1])
def test_a_transcript_gives_the_events_it_tells(name: str, size: int | None) -> None:
    events, accumulator = events_of(transcript(name), size)
    assert trace(events) == EXPECTED[name]
    assert accumulator.unknown_events == 0


def test_each_of_the_sdks_24_kinds_has_a_home() -> None:
    from openai.types.beta.assistant_stream_event import AssistantStreamEvent

    known = {get_args(one.model_fields["event"].annotation)[0] for one in get_args(get_args(AssistantStreamEvent)[0])}
    names = [
        line[7:] for line in transcript("assistants_all_24_kinds.sse").decode().splitlines() if line[:6] == "event:"
    ]
    data = [line[6:] for line in transcript("assistants_all_24_kinds.sse").decode().splitlines() if line[:5] == "data:"]
    kinds = [(name, body) for name, body in zip(names, data, strict=True) if name != "done"]
    assert {name for name, _body in kinds} == known
    for name, body in kinds:
        accumulator = RunAccumulator()
        assert accumulator.take(name, json.loads(body)), name
        assert accumulator.unknown_events == 0


def test_the_run_tells_usage_error_reason_and_calls() -> None:
    run: dict[str, Any] = {
        "id": "run_1",
        "status": "incomplete",
        "model": "m",
        "usage": {
            "prompt_tokens": 5,
            "completion_tokens": 7,
            "prompt_token_details": {"cached_tokens": 2},
            "completion_tokens_details": {"reasoning_tokens": 3},
        },
        "last_error": {"code": "server_error", "message": "sorry"},
        "incomplete_details": {"reason": "max_completion_tokens"},
        "metadata": {"dropped_messages": "4"},
        "required_action": {
            "submit_tool_outputs": {
                "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
            }
        },
    }
    (event,) = RunAccumulator().take("thread.run.incomplete", run)
    assert isinstance(event, RunChanged)
    assert event.run.usage == Usage(5, 7, 2, 3)
    assert event.run.error == RunError("server_error", "sorry")
    assert event.run.incomplete_reason == "max_completion_tokens"
    assert event.run.dropped_messages == 4
    assert [(call.name, call.input) for call in event.run.required_calls] == [("f", "{}")]


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "text",
        {},
        {"delta": None},
        delta(None),
        delta([None, 7]),
        delta([{"type": "text", "text": None}]),
        text_delta(None),
        delta([{"index": 0, "type": "text", "text": {"annotations": None}}]),
    ],
)
def test_a_sloppy_delta_brings_no_text_and_no_harm(data: object) -> None:
    events = RunAccumulator().take("thread.message.delta", data)
    assert [event for event in events if not isinstance(event, MessageOpened)] == []


@pytest.mark.parametrize(
    "name", ["thread.run.completed", "thread.message.completed", "thread.run.step.completed", "error"]
)
def test_an_object_without_anything_in_it_is_taken(name: str) -> None:
    assert RunAccumulator().take(name, {})


def test_a_message_without_deltas_is_told_at_its_end_and_ends_once() -> None:
    accumulator = RunAccumulator()
    whole = {"id": "m", "role": "assistant", "content": [{"type": "text", "text": {"value": "Hoho"}}]}
    events = accumulator.take("thread.message.completed", whole)
    assert [type(event) for event in events] == [MessageOpened, TextDelta, MessageClosed]
    assert accumulator.take("thread.message.completed", whole) == []


@pytest.mark.parametrize(
    "name", ["thread.foo", "thread.run.foo", "thread.message.foo", "foo", "thread.run.step.foo", ""]
)
def test_an_unknown_kind_is_passed_over_and_counted(name: str) -> None:
    accumulator = RunAccumulator()
    assert accumulator.take(name, {"id": "x"}) == []
    assert accumulator.unknown_events == 1


def test_unknown_content_and_annotations_are_counted_and_the_rest_is_kept() -> None:
    accumulator = RunAccumulator()
    annotations = [{"type": "wink"}, {"type": "url_citation", "url": "https://example.invalid", "title": "t"}]
    content = [
        {"index": 0, "type": "hologram"},
        {"index": 1, "type": "text", "text": {"value": "a", "annotations": annotations}},
    ]
    events = accumulator.take("thread.message.delta", delta(content))
    assert [type(event) for event in events] == [MessageOpened, TextDelta, AnnotationAdded]
    assert accumulator.unknown_events == 2


def test_events_without_a_name_are_known_by_their_objects() -> None:
    accumulator = RunAccumulator()
    events = accumulator.take("", {"id": "run_1", "object": "thread.run", "status": "in_progress"})
    events += accumulator.take("", text_delta("a"))
    events += accumulator.take("", {"error": {"message": "no", "code": "server_error"}})
    assert trace(events) == ["run in_progress", "open", "text a", "fault server_error: no"]


def test_a_message_left_open_is_closed_before_its_run_ends() -> None:
    accumulator = RunAccumulator()
    accumulator.take("thread.message.delta", text_delta("half"))
    events = accumulator.take("thread.run.failed", {"id": "run_1"})
    assert trace(events) == ["close incomplete: half", "run failed"]


def test_an_empty_closing_keeps_what_the_deltas_brought() -> None:
    accumulator = RunAccumulator()
    accumulator.take("thread.message.delta", text_delta("all"))
    (closed,) = accumulator.take("thread.message.completed", {"id": "msg_1", "content": []})
    assert isinstance(closed, MessageClosed)
    assert closed.message.text == "all"


def test_catching_up_yields_only_the_missing_tail() -> None:
    accumulator = RunAccumulator()
    accumulator.take("thread.message.delta", text_delta("こん"))
    listed = {"id": "msg_1", "role": "assistant", "content": [{"type": "text", "text": {"value": "こんにちは"}}]}
    assert trace(accumulator.catch_up([listed], is_over=True)) == ["text にちは", "close completed: こんにちは"]
    assert accumulator.catch_up([listed], is_over=True) == []


def test_catching_up_with_a_live_message_leaves_it_open() -> None:
    accumulator = RunAccumulator()
    listed = {"id": "m", "role": "assistant", "status": "in_progress", "content": [{"type": "text", "text": "a"}]}
    assert trace(accumulator.catch_up([listed], is_over=False)) == ["open", "text a"]


def test_catching_up_passes_over_users_messages() -> None:
    listed = {"id": "m", "role": "user", "content": [{"type": "text", "text": {"value": "hi"}}]}
    assert RunAccumulator().catch_up([listed], is_over=True) == []


def test_an_emoji_cut_in_two_escapes_comes_whole() -> None:
    accumulator = RunAccumulator()
    events = accumulator.take("thread.message.delta", text_delta("a\ud83c"))
    events += accumulator.take("thread.message.delta", text_delta("\udf89b"))
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == "a🎉b"


def test_half_a_pair_alone_becomes_a_mark_that_can_be_written() -> None:
    accumulator = RunAccumulator()
    events = accumulator.take("thread.message.delta", text_delta("\udf89"))
    events += accumulator.take("thread.message.delta", text_delta("\ud83c"))
    events += accumulator.take("thread.message.delta", text_delta("x"))
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == "\ufffd\ufffdx"


def test_code_and_its_outputs_come_as_pieces_of_one_call() -> None:
    events, _accumulator = events_of(transcript("assistants_code_interpreter.sse"))
    calls = [event.call for event in events if isinstance(event, StepDelta)]
    assert "".join(call.input for call in calls) == "import matplotlib.pyplot as plt\nprint(6*7)"
    assert [output for call in calls for output in call.outputs] == ["42\n"]
    assert [image for call in calls for image in call.images] == ["file-img1"]


def test_refusals_and_images_are_parts_of_their_own() -> None:
    events, _accumulator = events_of(transcript("assistants_refusal_and_image_url.sse"))
    closed = next(event.message for event in events if isinstance(event, MessageClosed))
    assert isinstance(closed.parts[0], RefusalPart)
    assert [event.part for event in events if isinstance(event, ImageAdded)] == [1]


def test_citations_point_to_their_files() -> None:
    events, _accumulator = events_of(transcript("assistants_file_search_citation.sse"))
    closed = next(event.message for event in events if isinstance(event, MessageClosed))
    assert isinstance(closed.parts[0], TextPart)
    assert [(note.kind, note.target, note.start) for note in closed.parts[0].annotations] == [
        ("file_citation", "file-hb1", 30)
    ]


@pytest.mark.parametrize("name", ["assistants_error_flat.sse", "assistants_error_wrapped.sse"])
def test_an_error_event_in_either_shape_is_the_same_fault(name: str) -> None:
    events, _accumulator = events_of(transcript(name))
    assert isinstance(events[-1], StreamFault)
    assert events[-1].error.code == "server_error"
    assert events[-1].error.message.startswith("The server had an error")
