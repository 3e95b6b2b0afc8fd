import json
from typing import Any

import pytest

from frieza_tui.backends.responses.accumulator import ResponseAccumulator
from frieza_tui.backends.sse import EventDecoder
from frieza_tui.domain.events import (
    AnnotationAdded,
    MessageClosed,
    RunChanged,
    RunEvent,
    StepChanged,
    StepDelta,
    StreamFault,
    TextDelta,
)
from frieza_tui.domain.run import RunError, Usage
from frieza_tui.domain.thread import TextPart
from tests.support.assistants_double import transcript
from tests.support.traces import expected, trace

EXPECTED = expected("responses")


def events_of(data: bytes, size: int | None = None) -> tuple[list[RunEvent], ResponseAccumulator]:
    decoder, accumulator = EventDecoder(), ResponseAccumulator()
    size = size or len(data)
    found = [one for start in range(0, len(data), size) for one in decoder.feed(data[start : start + size])]
    events = [
        one for event in [*found, *decoder.finish()] for one in accumulator.take(event.name, json.loads(event.data))
    ]
    return events, accumulator


def take(accumulator: ResponseAccumulator, kind: str, **data: Any) -> list[RunEvent]:
    return accumulator.take(kind, {"type": kind, **data})


def delta(accumulator: ResponseAccumulator, text: str, **data: Any) -> list[RunEvent]:
    return take(accumulator, "response.output_text.delta", delta=text, **data)


def message(text: str, message_id: str | None = "m", status: str = "completed") -> dict[str, Any]:
    item = {
        "type": "message",
        "role": "assistant",
        "status": status,
        "content": [{"type": "output_text", "text": text}],
    }
    return item if message_id is None else {"id": message_id, **item}


def completed(*output: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"id": "resp_1", "object": "response", "status": "completed", "output": list(output), **fields}


@pytest.mark.parametrize("name", sorted(EXPECTED))
@pytest.mark.parametrize("size", [None, 7, 1])
def test_a_transcript_gives_the_events_it_tells(name: str, size: int | None) -> None:
    events, accumulator = events_of(transcript(name), size)
    assert trace(events) == EXPECTED[name]
    assert accumulator.unknown_events == 0


@pytest.mark.parametrize("offset", range(7))
def test_a_stream_cut_after_any_byte_and_resumed_says_the_same(offset: int) -> None:
    whole = transcript("responses_background.sse")
    told = [(event.name, json.loads(event.data)) for event in EventDecoder().feed(whole)]
    for at in range(offset, len(whole), 70):
        accumulator = ResponseAccumulator()
        first = [(event.name, json.loads(event.data)) for event in EventDecoder().feed(whole[:at])]
        events = [one for event in first for one in accumulator.take(*event)]
        accumulator.resume()
        events += [one for event in told for one in accumulator.take(*event)]
        assert trace(events) == EXPECTED["responses_background.sse"], at


@pytest.mark.parametrize("data", [None, [], "text", 7])
def test_what_is_no_object_is_counted(data: object) -> None:
    accumulator = ResponseAccumulator()
    assert accumulator.take("response.output_text.delta", data) == []
    assert accumulator.unknown_events == 1


@pytest.mark.parametrize(
    "name", ["response.output_text.delta", "response.refusal.delta", "response.reasoning_text.delta"]
)
@pytest.mark.parametrize("piece", [None, "", 7])
def test_a_delta_without_text_brings_none(name: str, piece: object) -> None:
    assert ResponseAccumulator().take(name, {"type": name, "item_id": "m", "delta": piece}) == []


def test_usage_tells_cached_and_reasoning_tokens() -> None:
    accumulator = ResponseAccumulator()
    usage = {
        "input_tokens": 5,
        "input_tokens_details": {"cached_tokens": 2},
        "output_tokens": 7,
        "output_tokens_details": {"reasoning_tokens": 3},
    }
    take(accumulator, "response.completed", response=completed(usage=usage, model="m"))
    assert accumulator.run is not None
    assert (accumulator.run.usage, accumulator.run.model) == (Usage(5, 7, 2, 3), "m")


def test_a_function_call_ends_the_run_in_a_request_for_its_output() -> None:
    events, accumulator = events_of(transcript("responses_function_call.sse"))
    pieces = "".join(event.call.input for event in events if isinstance(event, StepDelta))
    assert accumulator.run is not None
    (call,) = accumulator.run.required_calls
    assert (call.id, call.name, call.input) == ("call_abc1", "get_current_weather", pieces)


def test_code_is_told_as_it_is_written_and_its_outputs_at_the_end() -> None:
    events, _accumulator = events_of(transcript("responses_code_interpreter.sse"))
    pieces = "".join(event.call.input for event in events if isinstance(event, StepDelta))
    (call,) = next(event.step.tool_calls for event in reversed(events) if isinstance(event, StepChanged))
    assert call.input == pieces == "import matplotlib.pyplot as plt\nprint(6*7)"
    assert (call.outputs, call.images) == (("42\n",), ("https://example.invalid/i.png",))


@pytest.mark.parametrize(
    ("name", "target", "text", "start"),
    [
        ("responses_web_search.sse", "https://example.invalid/n", "Big news", 0),
        ("responses_code_interpreter.sse", "cfile_1", "chart.csv", 4),
        ("responses_file_search.sse", "file-hb1", "", 21),
    ],
)
def test_annotations_say_what_they_mark(name: str, target: str, text: str, start: int) -> None:
    events, _accumulator = events_of(transcript(name))
    (note,) = [event.annotation for event in events if isinstance(event, AnnotationAdded)]
    assert (note.target, note.text, note.start) == (target, text, start)
    closed = next(event.message for event in events if isinstance(event, MessageClosed))
    assert isinstance(closed.parts[0], TextPart)
    assert closed.parts[0].annotations == (note,)


def test_an_annotation_of_an_unknown_kind_is_counted() -> None:
    accumulator = ResponseAccumulator()
    assert take(accumulator, "response.output_text.annotation.added", annotation={"type": "wink"}) == []
    assert accumulator.unknown_events == 1


@pytest.mark.parametrize(
    ("item", "told"),
    [
        (
            {"type": "file_search_call", "queries": ["a", "b"], "results": [{"filename": "f", "text": "t"}]},
            ("file_search", "a\nb", ("f: t",)),
        ),
        ({"type": "web_search_call", "action": {"type": "open_page", "url": "u"}}, ("web_search", "u", ())),
        (
            {"type": "mcp_call", "name": "roll", "arguments": "{}", "error": "broken dice"},
            ("mcp", "{}", ("broken dice",)),
        ),
        ({"type": "mcp_list_tools", "server_label": "dice", "tools": [{"name": "roll"}]}, ("mcp", "", ("roll",))),
        ({"type": "shell_call", "action": {"commands": ["ls", "pwd"]}}, ("other", "ls\npwd", ())),
        ({"type": "hologram_call"}, ("other", "", ())),
    ],
)
def test_a_tool_call_says_what_went_in_and_what_came_out(item: dict[str, Any], told: tuple[object, ...]) -> None:
    (event,) = take(ResponseAccumulator(), "response.output_item.done", item={"id": "x", **item})
    assert isinstance(event, StepChanged)
    (call,) = event.step.tool_calls
    assert (call.kind, call.input, call.outputs) == told
    assert event.step.status == ("failed" if "error" in item else "completed")


def test_what_a_shell_prints_is_told_though_its_events_name_no_item() -> None:
    accumulator = ResponseAccumulator()
    take(accumulator, "response.output_item.added", output_index=3, item={"id": "sh_1", "type": "shell_call"})
    events = take(accumulator, "response.shell_call_command.delta", output_index=3, delta="ls")
    events += take(accumulator, "response.shell_call_output_content.delta", output_index=3, delta={"stdout": "a\n"})
    told = [(event.step_id, event.call.input, event.call.outputs) for event in events if isinstance(event, StepDelta)]
    assert told == [("sh_1", "ls", ()), ("sh_1", "", ("a\n",))]


def test_steps_left_open_are_closed_before_the_run_ends() -> None:
    accumulator = ResponseAccumulator()
    take(accumulator, "response.output_item.added", item={"id": "ws", "type": "web_search_call"})
    events = take(accumulator, "response.failed", response={"id": "resp_1", "error": {"code": "c", "message": "m"}})
    assert trace(events) == ["step tool_calls failed web_search", "run failed"]


# -- sloppy servers --------------------------------------------------------------------------------------------------


def test_deltas_without_any_index_or_id_make_one_message() -> None:
    accumulator = ResponseAccumulator()
    events = delta(accumulator, "a") + delta(accumulator, "b")
    events += take(accumulator, "response.completed", response=completed(message("ab", None)))
    assert trace(events) == ["open", "text ab", "close completed: ab", "run completed"]


def test_a_message_closed_without_an_id_is_not_told_again_at_the_end() -> None:
    accumulator = ResponseAccumulator()
    events = delta(accumulator, "ab") + take(accumulator, "response.output_item.done", item=message("ab", None))
    events += take(accumulator, "response.completed", response=completed(message("ab", None)))
    assert trace(events) == ["open", "text ab", "close completed: ab", "run completed"]


def test_ids_that_change_with_each_event_make_one_message() -> None:
    accumulator = ResponseAccumulator()
    events = take(accumulator, "response.output_item.added", output_index=0, item=message("", "x1"))
    events += delta(accumulator, "a", item_id="x2", output_index=0) + delta(
        accumulator, "b", item_id="x3", output_index=0
    )
    events += take(accumulator, "response.completed", response=completed(message("ab", "x4")))
    assert trace(events) == ["open", "text ab", "close completed: ab", "run completed"]


def test_parts_that_come_out_of_order_stand_in_order() -> None:
    accumulator = ResponseAccumulator()
    delta(accumulator, "second", item_id="m", content_index=1)
    delta(accumulator, "first", item_id="m", content_index=0)
    events = take(accumulator, "response.completed", response=completed())
    assert trace(events) == ["close completed: first\n\nsecond", "run completed"]


def test_text_that_no_delta_brought_is_told_when_the_text_is_whole() -> None:
    accumulator = ResponseAccumulator()
    events = delta(accumulator, "こん", item_id="m")
    events += take(accumulator, "response.output_text.done", item_id="m", text="こんにちは")
    events += take(
        accumulator, "response.content_part.done", item_id="m", part={"type": "output_text", "text": "こんにちは"}
    )
    events += take(accumulator, "response.output_item.done", item=message("こんにちは"))
    assert trace(events) == ["open", "text こんにちは", "close completed: こんにちは"]


def test_a_response_without_any_delta_is_told_from_its_output() -> None:
    accumulator = ResponseAccumulator()
    thoughts = {"id": "rs", "type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]}
    events = accumulator.take("", completed(thoughts, message("all")))
    assert trace(events) == ["reasoning hm", "open", "text all", "close completed: all", "run completed"]


def test_thoughts_are_told_once_whoever_tells_them() -> None:
    accumulator = ResponseAccumulator()
    at = {"item_id": "rs", "summary_index": 0}
    events = take(accumulator, "response.reasoning_summary_text.delta", delta="hm", **at)
    events += take(accumulator, "response.reasoning_summary_text.done", text="hm", **at)
    item = {"id": "rs", "type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]}
    events += take(accumulator, "response.output_item.done", item=item)
    assert trace(events) == ["reasoning hm"]


def test_an_object_without_anything_in_it_is_taken() -> None:
    for kind in ("completed", "failed", "incomplete", "created", "queued"):
        events = take(ResponseAccumulator(), f"response.{kind}", response=None)
        assert [type(event) for event in events] == [RunChanged]


def test_a_response_that_is_completed_by_name_only_is_what_it_says_itself() -> None:
    response = completed(message("half"), status="incomplete", incomplete_details={"reason": "max_output_tokens"})
    events = take(ResponseAccumulator(), "response.completed", response=response)  # vLLM 0.32
    assert isinstance(events[-1], RunChanged)
    assert (events[-1].run.status, events[-1].run.incomplete_reason) == ("incomplete", "max_output_tokens")


def test_later_objects_keep_what_an_earlier_one_told() -> None:
    accumulator = ResponseAccumulator()
    take(accumulator, "response.created", response={"id": "resp_1", "model": "m", "background": True})
    take(accumulator, "response.completed", response={"status": "completed"})
    assert accumulator.run is not None
    assert (accumulator.run.id, accumulator.run.model) == ("resp_1", "m")
    assert accumulator.response["background"] is True


@pytest.mark.parametrize(
    "data",
    [
        {"type": "error", "code": "server_error", "message": "sorry"},
        {"type": "error", "error": {"code": "server_error", "message": "sorry"}},
        {"error": {"type": "server_error", "message": "sorry"}},
    ],
)
def test_an_error_in_any_shape_is_the_same_fault(data: dict[str, Any]) -> None:
    assert ResponseAccumulator().take("", data) == [StreamFault(RunError("server_error", "sorry"))]


def test_an_emoji_cut_in_two_escapes_comes_whole() -> None:
    accumulator = ResponseAccumulator()
    events = delta(accumulator, "a\ud83c", item_id="m") + delta(accumulator, "\udf89b", item_id="m")
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == "a🎉b"


def test_a_resumed_stream_may_repeat_what_was_told() -> None:
    accumulator = ResponseAccumulator()
    first = delta(accumulator, "one", item_id="m", sequence_number=3)
    accumulator.resume()
    again = delta(accumulator, "one", item_id="m", sequence_number=3)
    more = delta(accumulator, " two", item_id="m", sequence_number=4)
    assert trace([*first, *again, *more]) == ["open", "text one two"]


def test_numbers_that_stand_still_hide_nothing_while_the_stream_lasts() -> None:
    accumulator = ResponseAccumulator()
    events = delta(accumulator, "one", item_id="m", sequence_number=4) + delta(
        accumulator, " two", item_id="m", sequence_number=4
    )
    assert trace(events) == ["open", "text one two"]
