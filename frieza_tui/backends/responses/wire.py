"""The Responses API's JSON objects as domain objects, and messages as its items. Does no input or output."""

from typing import Final, cast, get_args

from frieza_tui.backends.annotations import annotation_of
from frieza_tui.backends.image_notes import text_with_notes
from frieza_tui.backends.loose_json import Json, json_object, json_objects, text_of, usage_of
from frieza_tui.domain.run import Run, RunError, RunStatus, ToolCall, ToolCallKind
from frieza_tui.domain.thread import (
    ImageFilePart,
    ImageUrlPart,
    Message,
    MessageStatus,
    Part,
    RefusalPart,
    TextPart,
)

_STATUSES: Final = frozenset(get_args(RunStatus))
_CALL_KINDS: Final[dict[str, ToolCallKind]] = {
    "code_interpreter_call": "code_interpreter",
    "file_search_call": "file_search",
    "web_search_call": "web_search",
    "mcp_call": "mcp",
    "mcp_list_tools": "mcp",
    "mcp_approval_request": "mcp",
    "image_generation_call": "image_generation",
    "function_call": "function",
}
PASSED_OVER: Final = frozenset({"compaction", "additional_tools", "mcp_approval_response"})
"""Items that say nothing to a reader."""
_NOT_CALLS: Final = PASSED_OVER | {"", "message", "reasoning"}
WAITING_CALLS: Final = frozenset({"function_call", "custom_tool_call", "mcp_approval_request"})
"""Items that a response ends in because somebody else has to answer them."""


def run_of(response: Json, status: RunStatus) -> Run:
    """Return a response as a run."""
    return Run(
        id=text_of(response.get("id")),
        status=status,
        model=text_of(response.get("model")) or None,
        usage=usage_of(response.get("usage")),
        error=error_of(response.get("error")),
        incomplete_reason=text_of(json_object(response.get("incomplete_details")).get("reason")) or None,
    )


def status_of(response: Json, kind: str) -> RunStatus:
    """Return the status that the last word of an event's name states, else the object's own, else in_progress."""
    said = text_of(response.get("status"))
    if kind == "completed" and said in ("incomplete", "failed", "cancelled"):
        kind = said  # vLLM has one name for every end
    for word in (kind, said):
        if word in _STATUSES:
            return cast(RunStatus, word)
    return "in_progress"


def error_of(value: object) -> RunError | None:
    """Return the error that an object or a sentence is, None if it is neither."""
    if isinstance(value, str) and value:
        return RunError("error", value)
    data = json_object(value)
    if not data:
        return None
    return RunError(str(data.get("code") or data.get("type") or "error"), text_of(data.get("message")))


def is_output(item: Json) -> bool:
    """Whether an item is what a call brought, which other items name by its call_id."""
    return text_of(item.get("type")).endswith("_output")


def output_texts(item: Json) -> tuple[str, ...]:
    """Return what an output item says, as texts."""
    output = item.get("output", item.get("result", item.get("tools")))
    if isinstance(output, str):
        return (output,) if output else ()
    words = (text_of(one.get(key)) for one in json_objects(output) for key in ("text", "stdout", "stderr", "name"))
    return tuple(word for word in words if word)


def call_of(item: Json) -> ToolCall | None:
    """Return the tool call that an item is, as far as it has come; None for an item that is none."""
    kind = text_of(item.get("type"))
    if kind in _NOT_CALLS or is_output(item):
        return None
    call_id = text_of(item.get("call_id")) or text_of(item.get("id"))
    name = text_of(item.get("name")) or text_of(item.get("server_label"))
    if kind not in _CALL_KINDS:
        name = name or kind
    outputs, images = _outputs_of(kind, item)
    return ToolCall(_CALL_KINDS.get(kind, "other"), call_id, name, _input_of(kind, item), outputs, images)


def _input_of(kind: str, item: Json) -> str:
    match kind:
        case "code_interpreter_call":
            return text_of(item.get("code"))
        case "file_search_call":
            return _lines(item.get("queries"))
        case "web_search_call":
            action = json_object(item.get("action"))
            told = (action.get("queries") or action.get("query"), action.get("pattern"), action.get("url"))
            return "\n".join(filter(None, map(_lines, told)))
        case "shell_call" | "local_shell_call":
            action = json_object(item.get("action"))
            return _lines(action.get("commands") or action.get("command"))
        case "apply_patch_call":
            operation = json_object(item.get("operation"))
            return "\n".join(filter(None, (text_of(operation.get(key)) for key in ("type", "path", "diff"))))
        case _:
            inputs = (text_of(item.get(key)) for key in ("arguments", "input", "code", "revised_prompt"))
            return next(filter(None, inputs), "")


def _outputs_of(kind: str, item: Json) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the texts and the images that a call brought."""
    match kind:
        case "code_interpreter_call":
            outputs = json_objects(item.get("outputs"))
            logs = tuple(text_of(output.get("logs")) for output in outputs if output.get("type") == "logs")
            return logs, tuple(text_of(output.get("url")) for output in outputs if output.get("type") == "image")
        case "file_search_call":
            return tuple(_hit(result) for result in json_objects(item.get("results"))), ()
        case "mcp_call":
            words = (text_of(item.get("output")), _failure(item.get("error")))
            return tuple(word for word in words if word), ()
        case "mcp_list_tools":
            return tuple(text_of(tool.get("name")) for tool in json_objects(item.get("tools"))), ()
        case "image_generation_call" if item.get("result"):
            return (), (text_of(item.get("id")),)
        case _:
            return (), ()


def _lines(value: object) -> str:
    return "\n".join(text_of(line) for line in value) if isinstance(value, list) else text_of(value)


def _hit(result: Json) -> str:
    name, quote = text_of(result.get("filename")) or text_of(result.get("file_id")), text_of(result.get("text"))
    return f"{name}: {quote}" if quote else name


def _failure(value: object) -> str:
    error = error_of(value)
    return (error.message or error.code) if error else ""


def part_of(data: Json) -> Part | None:
    """Return a content part, None for a kind that nothing here knows."""
    match data.get("type"):
        case "output_text" | "text":
            text = text_of(data.get("text"))
            notes = (annotation_of(note, text) for note in json_objects(data.get("annotations")))
            return TextPart(text, tuple(note for note in notes if note is not None))
        case "refusal":
            return RefusalPart(text_of(data.get("refusal")))
        case _:
            return None


def message_of(item: Json, message_id: str) -> Message:
    """Return the assistant's message that an item is."""
    status = item.get("status")
    parts = (part_of(part) for part in json_objects(item.get("content")))
    return Message(
        role="assistant",
        parts=tuple(part for part in parts if part is not None),
        id=message_id,
        status=cast(MessageStatus, status) if status in get_args(MessageStatus) else "completed",
    )


def item_of(message: Message) -> object:
    """Return a message of the thread as an item of a request's input."""
    images: list[object] = []
    for part in message.parts:
        if isinstance(part, ImageFilePart):
            images.append({"type": "input_image", "file_id": part.file_id, "detail": "auto"})
        elif isinstance(part, ImageUrlPart):
            images.append({"type": "input_image", "image_url": part.url, "detail": "auto"})
    # Images of an assistant's are its own to keep; servers take them from users only.
    if not images or message.role == "assistant":
        return {"type": "message", "role": message.role, "content": text_with_notes(message)}
    text: list[object] = [{"type": "input_text", "text": message.text}] if message.text else []
    return {"type": "message", "role": message.role, "content": [*text, *images]}


def output_items(calls: tuple[ToolCall, ...]) -> list[object]:
    """Return the outputs of function calls as items of a request's input."""
    return [{"type": "function_call_output", "call_id": call.id, "output": "\n".join(call.outputs)} for call in calls]
