"""The Assistants API's JSON objects as domain objects, whatever a sloppy server left out. Does no input or output."""

from typing import Final, cast, get_args

from frieza_tui.backends.annotations import annotation_of
from frieza_tui.backends.loose_json import Json, json_object, json_objects, number_of, text_of, usage_of
from frieza_tui.domain.run import Run, RunError, RunStatus, RunStep, StepStatus, ToolCall
from frieza_tui.domain.thread import (
    Annotation,
    ImageFilePart,
    ImageUrlPart,
    Message,
    MessageStatus,
    Part,
    RefusalPart,
    TextPart,
)

_RUN_STATUSES: Final = frozenset(get_args(RunStatus))
_STEP_STATUSES: Final = frozenset(get_args(StepStatus))


def run_of(data: Json, kind: str = "") -> Run:
    """Return a run; kind is the last word of the event's name, which may name its status."""
    return Run(
        id=text_of(data.get("id")),
        status=run_status(kind, data),
        model=text_of(data.get("model")) or None,
        usage=usage_of(data.get("usage")),
        error=error_of(data.get("last_error")),
        incomplete_reason=reason_of(data),
        required_calls=_required_calls(data),
        dropped_messages=number_of(json_object(data.get("metadata")).get("dropped_messages")),
        thread_id=text_of(data.get("thread_id")),
        read_fraction=_fraction(json_object(data.get("metadata")).get("prompt_read")),
    )


def _fraction(told: object) -> float | None:
    """Return how much of the prompt is read, as this program's own server tells it."""
    try:
        fraction = float(text_of(told))
    except ValueError:
        return None
    return fraction if 0 <= fraction <= 1 else None


def run_status(kind: str, data: Json) -> RunStatus:
    """Return the status that an event's name states, else the object's own, else queued."""
    for word in (kind, text_of(data.get("status"))):
        if word in _RUN_STATUSES:
            return cast(RunStatus, word)
    return "queued"


def error_of(value: object) -> RunError | None:
    """Return the error that an object holds, None if it holds none."""
    data = json_object(value)
    return RunError(text_of(data.get("code")) or "error", text_of(data.get("message"))) if data else None


def reason_of(data: Json) -> str | None:
    """Return why a run or a message is incomplete."""
    return text_of(json_object(data.get("incomplete_details")).get("reason")) or None


def _required_calls(data: Json) -> tuple[ToolCall, ...]:
    action = json_object(json_object(data.get("required_action")).get("submit_tool_outputs"))
    return tuple(tool_call_of(call) for call in json_objects(action.get("tool_calls")))


def step_of(data: Json, kind: str = "") -> RunStep:
    """Return a run step; kind is the last word of the event's name, which may name its status."""
    details = json_object(data.get("step_details"))
    words = [word for word in (kind, text_of(data.get("status"))) if word in _STEP_STATUSES]
    error = error_of(data.get("last_error"))
    return RunStep(
        id=text_of(data.get("id")),
        kind="tool_calls" if "tool_calls" in (data.get("type"), details.get("type")) else "message_creation",
        status=cast(StepStatus, words[0]) if words else "in_progress",
        tool_calls=tuple(tool_call_of(call) for call in json_objects(details.get("tool_calls"))),
        message_id=text_of(json_object(details.get("message_creation")).get("message_id")) or None,
        error=(error.message or error.code) if error else None,
        usage=usage_of(data.get("usage")),
    )


def tool_call_of(data: Json) -> ToolCall:
    """Return a tool call, or a piece of one."""
    kind = text_of(data.get("type"))
    inner = json_object(data.get(kind))
    call_id = text_of(data.get("id"))
    match kind:
        case "code_interpreter":
            outputs = json_objects(inner.get("outputs"))
            logs = tuple(text_of(out.get("logs")) for out in outputs if out.get("type") == "logs")
            images = tuple(text_of(json_object(out.get("image")).get("file_id")) for out in outputs if "image" in out)
            return ToolCall("code_interpreter", call_id, "", text_of(inner.get("input")), logs, images)
        case "file_search":
            hits = tuple(_hit(result) for result in json_objects(inner.get("results")))
            return ToolCall("file_search", call_id, outputs=hits)
        case "function":
            output = inner.get("output")
            outputs_of = (output,) if isinstance(output, str) else ()
            name, arguments = text_of(inner.get("name")), text_of(inner.get("arguments"))
            return ToolCall("function", call_id, name, arguments, outputs_of)
        case _:
            return ToolCall("other", call_id, kind)


def _hit(result: Json) -> str:
    name = text_of(result.get("file_name")) or text_of(result.get("file_id"))
    quotes = [text_of(piece.get("text")) for piece in json_objects(result.get("content"))]
    return f"{name}: {' '.join(quotes)}" if quotes else name


def annotations_of(value: object) -> tuple[Annotation, ...]:
    """Return the annotations of a text that are known here."""
    found = (annotation_of(data) for data in json_objects(value))
    return tuple(annotation for annotation in found if annotation is not None)


def image_of(data: Json) -> ImageFilePart | ImageUrlPart | None:
    """Return an image part, None for any other part."""
    match data.get("type"):
        case "image_file":
            return ImageFilePart(text_of(json_object(data.get("image_file")).get("file_id")))
        case "image_url":
            return ImageUrlPart(text_of(json_object(data.get("image_url")).get("url")))
        case _:
            return None


def part_of(data: Json) -> Part | None:
    """Return a content part, None for a kind that nothing here knows."""
    match data.get("type"):
        case "text":
            text = data.get("text")
            inner = json_object(text)
            value = text if isinstance(text, str) else text_of(inner.get("value"))
            return TextPart(value, annotations_of(inner.get("annotations")))
        case "refusal":
            return RefusalPart(text_of(data.get("refusal")))
        case _:
            return image_of(data)


def message_of(data: Json, kind: str = "") -> Message:
    """Return an assistant's message; kind is the last word of the event's name, which may name its status."""
    status = next((word for word in (kind, data.get("status")) if word in get_args(MessageStatus)), "completed")
    parts = (part_of(part) for part in json_objects(data.get("content")))
    return Message(
        role="assistant",
        parts=tuple(part for part in parts if part is not None),
        id=text_of(data.get("id")),
        status=cast(MessageStatus, status),
        created_at=float(number_of(data.get("created_at"))),
    )
