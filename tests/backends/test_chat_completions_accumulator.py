import json
from typing import Any

import pytest

from frieza_tui.backends.chat_completions.accumulator import ChunkAccumulator
from frieza_tui.backends.sse import EventDecoder
from frieza_tui.domain.events import (
    AnnotationAdded,
    MessageClosed,
    ReasoningDelta,
    RunEvent,
    StepDelta,
    StreamFault,
    TextDelta,
)
from frieza_tui.domain.run import RunError, Usage
from frieza_tui.domain.thread import TextPart
from tests.support.assistants_double import transcript
from tests.support.traces import expected, trace

EXPECTED = expected("chat")


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"id": "c", "choices": [{"index": 0, "delta": delta or {}, "finish_reason": finish}], **fields}


def events_of(data: bytes, size: int) -> tuple[list[RunEvent], ChunkAccumulator]:
    decoder, accumulator = EventDecoder(), ChunkAccumulator()
    found = [one for start in range(0, len(data), size) for one in decoder.feed(data[start : start + size])]
    events: list[RunEvent] = []
    for event in [*found, *decoder.finish()]:
        events += accumulator.end() if event.data == b"[DONE]" else accumulator.take(json.loads(event.data))
    return events, accumulator


@pytest.mark.parametrize("name", sorted(EXPECTED))
@pytest.mark.parametrize("size", [1 << 20, 7, 1])
def test_a_transcript_gives_the_events_it_tells(name: str, size: int) -> None:
    events, accumulator = events_of(transcript(name), size)
    assert trace(events) == EXPECTED[name]
    assert accumulator.unknown_events == 0


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning"])
def test_reasoning_is_no_part_of_the_reply(key: str) -> None:
    accumulator = ChunkAccumulator()
    events = accumulator.take(chunk({"role": "assistant", "content": None, key: "hm"}))
    events += accumulator.take(chunk({"content": "yes", key: None}))
    assert [type(event) for event in events][1] is ReasoningDelta
    assert trace(events) == ["run in_progress", "reasoning hm", "open", "text yes"]


def test_reasoning_under_two_names_is_told_once() -> None:
    events = ChunkAccumulator().take(chunk({"reasoning": "hm", "reasoning_content": "hm"}))
    assert trace(events) == ["run in_progress", "reasoning hm"]


@pytest.mark.parametrize(
    ("finish", "ending"),
    [
        ("stop", "run completed"),
        ("eos", "run completed"),
        ("length", "run incomplete"),
        ("content_filter", "run incomplete"),
        ("tool_calls", "run completed"),
        ("function_call", "run completed"),
        ("end_turn", "run completed"),
        ("MAX_TOKENS", "run incomplete"),
        ("insufficient_system_resource", "run incomplete"),
        ("error", "run incomplete"),
    ],
)
def test_a_finish_reason_is_an_ending(finish: str, ending: str) -> None:
    accumulator = ChunkAccumulator()
    accumulator.take(chunk({"content": "a"}, finish))
    assert trace(accumulator.end())[-1] == ending


def test_another_word_for_the_length_is_the_length() -> None:
    accumulator = ChunkAccumulator()
    accumulator.take(chunk({"content": "a"}, "model_length"))
    assert trace(accumulator.end())[0] == "close incomplete: a (length)"


def test_every_field_of_the_sdks_chunks_is_looked_at_here() -> None:
    from openai.types.chat import chat_completion_chunk as sdk
    from openai.types.chat.chat_completion_message import ChatCompletionMessage

    def fields(model: type[Any]) -> set[str]:
        return set(model.model_fields)

    about_the_run = {"id", "model", "choices", "usage"}
    of_no_content = {"created", "object", "moderation", "obfuscation", "service_tier", "system_fingerprint"}
    assert fields(sdk.ChatCompletionChunk) == about_the_run | of_no_content
    assert fields(sdk.Choice) == {"index", "delta", "finish_reason", "logprobs"}
    assert fields(sdk.ChoiceDelta) == {"audio", "content", "function_call", "refusal", "role", "tool_calls"}
    assert fields(sdk.ChoiceDeltaToolCall) == {"index", "id", "function", "type"}
    assert fields(sdk.ChoiceDeltaToolCallFunction) == {"arguments", "name"}
    assert fields(ChatCompletionMessage) == fields(sdk.ChoiceDelta) | {"annotations"}


@pytest.mark.parametrize("key", ["audio", "images"])
def test_what_cannot_be_shown_is_counted(key: str) -> None:
    accumulator = ChunkAccumulator()
    assert trace(accumulator.take(chunk({key: {"data": "UklG"}, "content": "a"}))) == [
        "run in_progress",
        "open",
        "text a",
    ]
    assert accumulator.unknown_events == 1


def test_a_source_that_a_reply_names_is_a_mark_on_it() -> None:
    accumulator = ChunkAccumulator()
    source = {"url": "https://example.invalid/n", "title": "News", "start_index": 0, "end_index": 3}
    events = accumulator.take(chunk({"content": "Big news"}))
    events += accumulator.take(chunk({"annotations": [{"type": "url_citation", "url_citation": source}]}))
    events += accumulator.take(chunk({"annotations": [{"type": "wink"}]}, "stop")) + accumulator.end()
    (note,) = [event.annotation for event in events if isinstance(event, AnnotationAdded)]
    assert (note.kind, note.target, note.title, note.text) == ("url_citation", source["url"], "News", "Big")
    closed = next(event.message for event in events if isinstance(event, MessageClosed))
    assert closed.parts == (TextPart("Big news", (note,)),)
    assert accumulator.unknown_events == 1


def test_calls_wait_for_their_outputs_whatever_the_finish_reason_says() -> None:
    accumulator = ChunkAccumulator()
    call = {"function": {"name": "f", "arguments": "{}"}}
    accumulator.take(chunk({"tool_calls": [{**call, "index": 1, "id": "b"}, {**call, "index": 0, "id": "a"}]}, "stop"))
    accumulator.end()
    assert accumulator.run is not None
    assert [call.id for call in accumulator.run.required_calls] == ["a", "b"]


def test_a_call_without_name_or_id_or_index_is_still_one_call() -> None:
    accumulator = ChunkAccumulator()
    events = accumulator.take(chunk({"tool_calls": [{"function": {"arguments": "{"}}]}))
    events += accumulator.take(chunk({"tool_calls": [{"function": {"arguments": "}"}}]}))
    deltas = [event for event in events if isinstance(event, StepDelta)]
    assert len({event.call.id for event in deltas}) == 1
    accumulator.end()
    assert accumulator.run is not None
    assert [call.input for call in accumulator.run.required_calls] == ["{}"]


def test_a_function_call_of_the_old_kind_is_a_call() -> None:
    accumulator = ChunkAccumulator()
    accumulator.take(chunk({"function_call": {"name": "f", "arguments": "{"}}))
    accumulator.take(chunk({"function_call": {"arguments": "}"}}, "function_call"))
    accumulator.end()
    assert accumulator.run is not None
    assert [(call.name, call.input) for call in accumulator.run.required_calls] == [("f", "{}")]


def test_a_whole_completion_in_place_of_a_stream_is_taken() -> None:
    accumulator = ChunkAccumulator()
    whole = {"choices": [{"message": {"role": "assistant", "content": "all"}, "finish_reason": "stop"}]}
    usage = {"prompt_tokens": 1, "completion_tokens": 2}
    events = accumulator.take({"id": "c", "usage": usage, **whole}) + accumulator.end()
    assert trace(events) == ["run in_progress", "open", "text all", "close completed: all", "run completed"]
    assert accumulator.usage == Usage(1, 2)


@pytest.mark.parametrize("data", [None, [], "x", {}, {"choices": None}, {"object": "ping"}])
def test_what_is_no_chunk_is_counted(data: object) -> None:
    accumulator = ChunkAccumulator()
    assert accumulator.take(data) == []
    assert accumulator.unknown_events == 1


@pytest.mark.parametrize(
    "data",
    [
        chunk(choices=[]),
        chunk(choices=[None]),
        chunk(choices=[{"index": 1, "delta": {"content": "another"}}]),
        chunk(choices=[{"delta": None}]),
        chunk({"content": ""}),
        chunk({"content": None}),
        chunk({"content": 7}),
    ],
)
def test_a_sloppy_chunk_brings_no_text_and_no_harm(data: dict[str, Any]) -> None:
    assert trace(ChunkAccumulator().take(data)) == ["run in_progress"]


def test_content_in_parts_is_text() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assert trace(ChunkAccumulator().take(chunk({"content": parts})))[1:] == ["open", "text ab"]


def test_thoughts_among_the_parts_are_reasoning() -> None:
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
    events = ChunkAccumulator().take(chunk({"content": [thought, {"type": "text", "text": "a"}]}))
    assert trace(events)[1:] == ["reasoning hm", "open", "text a"]


@pytest.mark.parametrize(
    ("usage", "told"),
    [
        ({"prompt_tokens": 5, "completion_tokens": 7}, Usage(5, 7)),
        (
            {
                "prompt_tokens": 5,
                "completion_tokens": 7,
                "prompt_tokens_details": {"cached_tokens": 2},
                "completion_tokens_details": {"reasoning_tokens": 3},
            },
            Usage(5, 7, 2, 3),
        ),
        ({"prompt_tokens": 5, "completion_tokens": 7, "prompt_tokens_details": None}, Usage(5, 7)),
        ({"prompt_tokens": 5, "completion_tokens": 7, "prompt_cache_hit_tokens": 2}, Usage(5, 7, 2)),
        ({"input_tokens": 5, "output_tokens": 7}, Usage(5, 7)),
    ],
)
@pytest.mark.parametrize("fields", [{"choices": []}, {"choices": None}, {}])
def test_usage_in_any_shape_is_taken(usage: dict[str, Any], told: Usage, fields: dict[str, Any]) -> None:
    accumulator = ChunkAccumulator()
    accumulator.take(chunk({"content": "a"}, "stop"))
    accumulator.take({"id": "c", "usage": usage, **fields})
    assert (accumulator.usage, accumulator.unknown_events) == (told, 0)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"object": "error", "message": "sorry", "code": 400}, RunError("400", "sorry")),
        ({"error": {"message": "sorry", "code": 502}}, RunError("502", "sorry")),
        ({"error": {"message": "sorry", "type": "server_error", "code": None}}, RunError("server_error", "sorry")),
        ({"error": "sorry"}, RunError("error", "sorry")),
        ({"choices": [{"error": {"message": "sorry", "code": "x"}, "finish_reason": "error"}]}, RunError("x", "sorry")),
    ],
)
def test_an_error_in_any_shape_is_a_fault(data: dict[str, Any], told: RunError) -> None:
    accumulator = ChunkAccumulator()
    assert accumulator.take(data)[-1] == StreamFault(told)
    assert accumulator.fault == told


def test_an_emoji_cut_in_two_escapes_comes_whole() -> None:
    accumulator = ChunkAccumulator()
    events = accumulator.take(chunk({"content": "a\ud83c"})) + accumulator.take(chunk({"content": "\udf89b"}))
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == "a🎉b"


def test_two_replies_never_share_an_id() -> None:
    first, second = ChunkAccumulator(), ChunkAccumulator()
    ids = {getattr(one.take(chunk({"content": "a"}))[-1], "message_id", "") for one in (first, second)}
    assert len(ids) == 2
