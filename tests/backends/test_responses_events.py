"""Every kind of event of the SDK's union, one by one: where it goes, and that no new one passes unseen."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple, get_args

import pytest

from frieza_tui.backends.responses.accumulator import ResponseAccumulator
from frieza_tui.domain.events import RunEvent, StepChanged, StepDelta
from tests.support.traces import trace

Json = dict[str, Any]
RESPONSE: Final = {"id": "resp_1", "object": "response", "model": "m", "output": []}
ITEM: Final = {"item_id": "i", "output_index": 0}
TEXT: Final = {**ITEM, "content_index": 0}
THOUGHT: Final = {**ITEM, "summary_index": 0}
THOUGHT_PART: Final = {"type": "summary_text", "text": "hm"}
ELSEWHERE: Final[list[str]] = []
"""The event says nothing that another one does not say as well."""
COUNTED: Final = ["passed over"]


class Home(NamedTuple):
    """What an event means after the item that it is about has begun."""

    fields: Json
    told: list[str]
    item: Json | None = None
    """The item that it is about; None: a message."""


def opened(kind: str, **fields: Any) -> Json:
    return {"type": kind, **fields}


CODE: Final = opened("code_interpreter_call")
MCP: Final = opened("mcp_call", name="roll")
LISTING: Final = opened("mcp_list_tools", server_label="dice")
IMAGE: Final = opened("image_generation_call")
SHELL: Final = opened("shell_call", call_id="c")
MESSAGE: Final = opened("message")
NONE: Final[Json] = {}
"""The event is about no item."""

HOMES: Final[dict[str, Home]] = {
    # the life of a response
    "response.queued": Home({"response": RESPONSE}, ["run queued"], NONE),
    "response.created": Home({"response": RESPONSE}, ["run in_progress"], NONE),
    "response.in_progress": Home({"response": RESPONSE}, ["run in_progress"], NONE),
    "response.completed": Home({"response": RESPONSE}, ["run completed"], NONE),
    "response.failed": Home({"response": {**RESPONSE, "error": {"code": "c", "message": "m"}}}, ["run failed"], NONE),
    "response.incomplete": Home({"response": RESPONSE}, ["run incomplete"], NONE),
    "error": Home({"code": "server_error", "message": "sorry"}, ["fault server_error: sorry"], NONE),
    # items and their parts
    "response.output_item.added": Home({"item": {"type": "message", "id": "i"}, "output_index": 0}, ["open"], NONE),
    "response.output_item.done": Home(
        {"item": {"type": "message", "id": "i", "content": [{"type": "output_text", "text": "all"}]}},
        ["text all", "close completed: all"],
    ),
    "response.content_part.added": Home({**TEXT, "part": {"type": "output_text", "text": ""}}, ELSEWHERE),
    "response.content_part.done": Home({**TEXT, "part": {"type": "output_text", "text": "all"}}, ["text all"]),
    "response.output_text.delta": Home({**TEXT, "delta": "a"}, ["text a"]),
    "response.output_text.done": Home({**TEXT, "text": "all"}, ["text all"]),
    "response.output_text.annotation.added": Home(
        {**TEXT, "annotation": {"type": "url_citation", "url": "u", "title": "t", "start_index": 0, "end_index": 1}},
        ["note url_citation u"],
    ),
    "response.refusal.delta": Home({**TEXT, "delta": "no"}, ["refusal no"]),
    "response.refusal.done": Home({**TEXT, "refusal": "no"}, ["refusal no"]),
    # reasoning
    "response.reasoning_summary_part.added": Home({**THOUGHT, "part": THOUGHT_PART}, ELSEWHERE),
    "response.reasoning_summary_part.done": Home({**THOUGHT, "part": THOUGHT_PART}, ELSEWHERE),
    "response.reasoning_summary_text.delta": Home({**THOUGHT, "delta": "hm"}, ["reasoning hm"]),
    "response.reasoning_summary_text.done": Home({**THOUGHT, "text": "hm"}, ["reasoning hm"]),
    "response.reasoning_text.delta": Home({**TEXT, "delta": "hm"}, ["reasoning hm"]),
    "response.reasoning_text.done": Home({**TEXT, "text": "hm"}, ["reasoning hm"]),
    # tools
    "response.code_interpreter_call_code.delta": Home({**ITEM, "delta": "1+"}, ["call i 1+"], CODE),
    "response.code_interpreter_call_code.done": Home({**ITEM, "code": "1+1"}, ELSEWHERE, CODE),
    "response.code_interpreter_call.in_progress": Home(ITEM, ELSEWHERE, CODE),
    "response.code_interpreter_call.interpreting": Home(ITEM, ELSEWHERE, CODE),
    "response.code_interpreter_call.completed": Home(ITEM, ELSEWHERE, CODE),
    "response.file_search_call.in_progress": Home(ITEM, ELSEWHERE, opened("file_search_call")),
    "response.file_search_call.searching": Home(ITEM, ELSEWHERE, opened("file_search_call")),
    "response.file_search_call.completed": Home(ITEM, ELSEWHERE, opened("file_search_call")),
    "response.web_search_call.in_progress": Home(ITEM, ELSEWHERE, opened("web_search_call")),
    "response.web_search_call.searching": Home(ITEM, ELSEWHERE, opened("web_search_call")),
    "response.web_search_call.completed": Home(ITEM, ELSEWHERE, opened("web_search_call")),
    "response.function_call_arguments.delta": Home({**ITEM, "delta": "{"}, ["call i {"], opened("function_call")),
    "response.function_call_arguments.done": Home({**ITEM, "arguments": "{}"}, ELSEWHERE, opened("function_call")),
    "response.custom_tool_call_input.delta": Home({**ITEM, "delta": "x"}, ["call i x"], opened("custom_tool_call")),
    "response.custom_tool_call_input.done": Home({**ITEM, "input": "x"}, ELSEWHERE, opened("custom_tool_call")),
    "response.mcp_call_arguments.delta": Home({**ITEM, "delta": "{"}, ["call i {"], MCP),
    "response.mcp_call_arguments.done": Home({**ITEM, "arguments": "{}"}, ELSEWHERE, MCP),
    "response.mcp_call.in_progress": Home(ITEM, ELSEWHERE, MCP),
    "response.mcp_call.completed": Home(ITEM, ELSEWHERE, MCP),
    "response.mcp_call.failed": Home(ITEM, ELSEWHERE, MCP),
    "response.mcp_list_tools.in_progress": Home(ITEM, ELSEWHERE, LISTING),
    "response.mcp_list_tools.completed": Home(ITEM, ELSEWHERE, LISTING),
    "response.mcp_list_tools.failed": Home(ITEM, ELSEWHERE, LISTING),
    "response.image_generation_call.in_progress": Home(ITEM, ELSEWHERE, IMAGE),
    "response.image_generation_call.generating": Home(ITEM, ELSEWHERE, IMAGE),
    "response.image_generation_call.partial_image": Home({**ITEM, "partial_image_b64": "iVBO"}, ELSEWHERE, IMAGE),
    "response.image_generation_call.completed": Home(ITEM, ELSEWHERE, IMAGE),
    "response.shell_call_command.added": Home(
        {"output_index": 0, "command_index": 1, "command": "p"}, ["call i \np"], SHELL
    ),
    "response.shell_call_command.delta": Home(
        {"output_index": 0, "command_index": 0, "delta": "ls"}, ["call i ls"], SHELL
    ),
    "response.shell_call_command.done": Home(
        {"output_index": 0, "command_index": 0, "command": "ls"}, ELSEWHERE, SHELL
    ),
    "response.shell_call_output_content.delta": Home({**ITEM, "delta": {"stdout": "a"}}, ["call i → a"], SHELL),
    "response.shell_call_output_content.done": Home({**ITEM, "output": [{"stdout": "a"}]}, ELSEWHERE, SHELL),
    # what nothing here can show
    "response.audio.delta": Home({"delta": "UklG"}, COUNTED, NONE),
    "response.audio.done": Home({}, COUNTED, NONE),
    "response.audio.transcript.delta": Home({"delta": "a"}, COUNTED, NONE),
    "response.audio.transcript.done": Home({}, COUNTED, NONE),
    "response.compaction.compacting": Home(ITEM, COUNTED, NONE),
}

ITEMS: Final[dict[str, tuple[Json, list[str]]]] = {
    "message": ({"content": [{"type": "refusal", "refusal": "no"}]}, ["open", "refusal no", "close completed: no"]),
    "reasoning": ({"summary": [{"type": "summary_text", "text": "hm"}]}, ["reasoning hm"]),
    "code_interpreter_call": (
        {
            "code": "1+1",
            "outputs": [{"type": "logs", "logs": "2"}, {"type": "image", "url": "https://example.invalid/i.png"}],
        },
        ["step i completed code_interpreter 1+1 → 2 ▣ https://example.invalid/i.png"],
    ),
    "file_search_call": (
        {"queries": ["a"], "results": [{"filename": "f", "text": "t"}]},
        ["step i completed file_search a → f: t"],
    ),
    "web_search_call": (
        {"action": {"type": "search", "queries": ["a", "b"]}},
        ["step i completed web_search a\nb"],
    ),
    "function_call": ({"call_id": "c", "name": "f", "arguments": "{}"}, ["step i in_progress function {}"]),
    "custom_tool_call": ({"call_id": "c", "name": "f", "input": "x"}, ["step i in_progress other x"]),
    "mcp_approval_request": ({"name": "f", "arguments": "{}"}, ["step i in_progress mcp {}"]),
    "mcp_call": ({"name": "f", "arguments": "{}", "output": "17"}, ["step i completed mcp {} → 17"]),
    "mcp_list_tools": ({"tools": [{"name": "roll"}]}, ["step i completed mcp → roll"]),
    "image_generation_call": (
        {"result": "iVBO", "revised_prompt": "a cat"},
        ["step i completed image_generation a cat ▣ i", "open", "image i", "close completed:"],
    ),
    "shell_call": ({"call_id": "c", "action": {"commands": ["ls"]}}, ["step i completed other ls"]),
    "local_shell_call": ({"call_id": "c", "action": {"command": ["ls"]}}, ["step i completed other ls"]),
    "apply_patch_call": (
        {"call_id": "c", "operation": {"type": "create_file", "path": "p", "diff": "+a"}},
        ["step i completed other create_file\np\n+a"],
    ),
    "computer_call": ({"call_id": "c", "action": {"type": "click"}}, ["step i completed other"]),
    "tool_search_call": ({"call_id": "c", "arguments": {}}, ["step i completed other"]),
    "program": ({"call_id": "c", "code": "1+1"}, ["step i completed other 1+1"]),
    "function_call_output": ({"call_id": "c", "output": "17"}, ["step i completed other → 17"]),
    "custom_tool_call_output": (
        {"call_id": "c", "output": [{"type": "output_text", "text": "17"}]},
        ["step i completed other → 17"],
    ),
    "shell_call_output": (
        {"call_id": "c", "output": [{"stdout": "a", "stderr": "b"}]},
        ["step i completed other → a|b"],
    ),
    "local_shell_call_output": ({"output": "a"}, ["step i completed other → a"]),
    "apply_patch_call_output": (
        {"call_id": "c", "status": "failed", "output": "no such file"},
        ["step i failed other → no such file"],
    ),
    "program_output": ({"call_id": "c", "result": "2"}, ["step i completed other → 2"]),
    "tool_search_output": ({"call_id": "c", "tools": [{"name": "roll"}]}, ["step i completed other → roll"]),
    "computer_call_output": ({"call_id": "c", "output": {"type": "computer_screenshot"}}, ELSEWHERE),
    "compaction": ({}, COUNTED),
    "additional_tools": ({}, COUNTED),
    "mcp_approval_response": ({}, COUNTED),
}


def kinds_of(union: Any) -> set[str]:
    """Return the names of a union's members, as their `type` fields say."""
    return {name for one in get_args(get_args(union)[0]) for name in get_args(one.model_fields["type"].annotation)}


def told(accumulator: ResponseAccumulator, events: list[RunEvent]) -> list[str]:
    return [*words_of(events), *["passed over"] * accumulator.unknown_events]


def words_of(events: list[RunEvent]) -> Iterator[str]:
    for event in events:
        match event:
            case StepDelta(step_id, _index, call):
                yield f"call {step_id} {call.input}" + "".join(f"→ {text}" for text in call.outputs)
            case StepChanged(step):
                (call,) = step.tool_calls
                said = f" {call.input}" if call.input else ""
                brought = f" → {'|'.join(call.outputs)}" if call.outputs else ""
                images = "".join(f" ▣ {image}" for image in call.images)
                yield f"step {step.id} {step.status} {call.kind}{said}{brought}{images}"
            case _:
                yield from trace([event])


def test_every_kind_of_event_that_the_sdk_knows_is_looked_at_here() -> None:
    from openai.types.responses.response_stream_event import ResponseStreamEvent

    assert kinds_of(ResponseStreamEvent) == set(HOMES)


@pytest.mark.parametrize("kind", HOMES)
def test_an_event_has_its_home(kind: str) -> None:
    home, accumulator = HOMES[kind], ResponseAccumulator()
    item = MESSAGE if home.item is None else home.item
    if item:
        accumulator.take("response.output_item.added", {"output_index": 0, "item": {"id": "i", **item}})
    events = accumulator.take(kind, {"type": kind, **home.fields})
    assert told(accumulator, events) == home.told


def test_every_kind_of_item_that_the_sdk_knows_is_looked_at_here() -> None:
    from openai.types.responses.response_output_item import ResponseOutputItem

    assert kinds_of(ResponseOutputItem) == set(ITEMS)


@pytest.mark.parametrize("kind", ITEMS)
def test_an_item_has_its_home(kind: str) -> None:
    fields, expected = ITEMS[kind]
    accumulator = ResponseAccumulator()
    item = {"id": "i", "type": kind, **fields}
    events = accumulator.take("", {"type": "response.output_item.done", "output_index": 0, "item": item})
    assert told(accumulator, events) == expected
    again = accumulator.take("response.completed", {"response": {**RESPONSE, "output": [item]}})
    assert [line for line in words_of(again) if not line.startswith("run ")] == []


@pytest.mark.parametrize(
    ("note", "line"),
    [
        ({"type": "url_citation", "url": "u", "start_index": 0, "end_index": 1, "title": "t"}, "url_citation u"),
        ({"type": "file_citation", "file_id": "f", "filename": "n", "index": 1}, "file_citation f"),
        ({"type": "container_file_citation", "file_id": "f", "container_id": "c"}, "container_file_citation c/f"),
        ({"type": "file_path", "file_id": "f", "index": 1}, "file_path f"),
    ],
)
def test_every_kind_of_annotation_has_its_home(note: Json, line: str) -> None:
    from openai.types.responses.response_output_text import Annotation

    assert note["type"] in kinds_of(Annotation)
    assert len(kinds_of(Annotation)) == 4
    accumulator = ResponseAccumulator()
    accumulator.take("response.output_text.delta", {**TEXT, "delta": "a"})
    events = accumulator.take("response.output_text.annotation.added", {**TEXT, "annotation": note})
    assert told(accumulator, events) == [f"note {line}"]


def test_what_a_shell_printed_stands_with_its_call_and_is_told_once() -> None:
    accumulator = ResponseAccumulator()
    call = {"id": "s", "type": "shell_call", "call_id": "c", "action": {"commands": ["ls"]}}
    output = {"id": "o", "type": "shell_call_output", "call_id": "c"}
    wire: list[tuple[str, Json]] = [
        ("response.output_item.added", {"output_index": 0, "item": call}),
        ("response.output_item.done", {"output_index": 0, "item": call}),
        ("response.output_item.added", {"output_index": 1, "item": output}),
        ("response.shell_call_output_content.delta", {"item_id": "o", "output_index": 1, "delta": {"stdout": "a"}}),
        ("response.output_item.done", {"output_index": 1, "item": {**output, "output": [{"stdout": "a"}]}}),
    ]
    events = [event for name, data in wire for event in accumulator.take(name, data)]
    assert list(words_of(events)) == [
        "step s in_progress other ls",
        "step s completed other ls",
        "call s → a",
        "step s completed other ls → a",
    ]


def test_calls_without_any_id_but_their_own_are_told_each() -> None:
    accumulator = ResponseAccumulator()
    calls = [{"type": "function_call", "call_id": one, "name": "f", "arguments": "{}"} for one in ("c1", "c2")]
    accumulator.take("response.completed", {"response": {**RESPONSE, "output": calls}})
    assert accumulator.run is not None
    assert [call.id for call in accumulator.run.required_calls] == ["c1", "c2"]


def test_a_call_that_nobody_will_answer_does_not_wait_for_ever() -> None:
    accumulator = ResponseAccumulator()
    call = {"id": "i", "type": "function_call", "call_id": "c", "name": "f", "status": "incomplete"}
    events = accumulator.take("response.incomplete", {"response": {**RESPONSE, "output": [call]}})
    assert list(words_of(events)) == ["step i in_progress function", "step i failed function", "run incomplete"]
