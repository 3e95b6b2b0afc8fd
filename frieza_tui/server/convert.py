"""Between the domain's words and the wire's: messages, tool calls, usage, errors. Knows neither state nor HTTP."""

import time
from dataclasses import replace

from frieza_tui.domain.errors import BackendError, RateLimited, Refused
from frieza_tui.domain.run import RunError, ToolCall, Usage
from frieza_tui.domain.thread import Annotation, ImageFilePart, ImageUrlPart, Message, Part, RefusalPart, TextPart
from frieza_tui.server.objects import (
    Block,
    ImageFile,
    ImageFileBlock,
    ImageUrl,
    ImageUrlBlock,
    Json,
    LastError,
    MessageObject,
    RefusalBlock,
    TextBlock,
    TextValue,
    UsageObject,
)

_MESSAGE_REASONS = {"content_filter", "max_tokens", "run_cancelled", "run_expired", "run_failed"}
_RUN_REASONS = {"max_completion_tokens", "max_prompt_tokens"}


def now() -> int:
    """Seconds since the epoch, whole, as the API counts time."""
    return int(time.time())


def clean(text: str) -> str:
    """Return text that UTF-8 can carry: lone surrogates become question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def blocks(parts: tuple[Part, ...]) -> list[Block]:
    """Return a message's parts as the wire has them."""
    return [block(part) for part in parts]


def block(part: Part) -> Block:
    """Return a part as the wire has it."""
    match part:
        case TextPart(text, annotations):
            marks = [mark for each in annotations if (mark := annotation(each)) is not None]
            return TextBlock(TextValue(clean(text), marks))
        case RefusalPart(text):
            return RefusalBlock(clean(text))
        case ImageFilePart(file_id):
            return ImageFileBlock(ImageFile(file_id))
        case ImageUrlPart(url):
            return ImageUrlBlock(ImageUrl(clean(url)))


def annotation(mark: Annotation) -> Json | None:
    """Return an annotation, or None for the kinds that this API does not have."""
    if mark.kind not in ("file_citation", "file_path"):
        return None
    place = {"start_index": mark.start or 0, "end_index": mark.end or 0}
    return {"type": mark.kind, "text": clean(mark.text), **place, mark.kind: {"file_id": mark.target}}


def message(stored: MessageObject) -> Message:
    """Return a stored message in the domain's words."""
    parts = tuple(_part(piece) for piece in stored.content)
    return Message(stored.role, parts, stored.id, stored.status, float(stored.created_at))


def _part(piece: Block) -> Part:
    match piece:
        case TextBlock(text):
            return TextPart(text.value)
        case RefusalBlock(refusal):
            return RefusalPart(refusal)
        case ImageFileBlock(image):
            return ImageFilePart(image.file_id)
        case ImageUrlBlock(image):
            return ImageUrlPart(image.url)


def usage(used: Usage | None) -> UsageObject | None:
    """Return the tokens of a run; None stays None."""
    if used is None:
        return None
    total = used.input_tokens + used.output_tokens
    read, written = {"cached_tokens": used.cached_tokens}, {"reasoning_tokens": used.reasoning_tokens}
    return UsageObject(used.input_tokens, used.output_tokens, total, read, written)


def last_error(error: RunError) -> LastError:
    """Return why a run failed; codes that the API does not have become server_error."""
    match error.code:
        case "rate_limit_exceeded":
            return LastError("rate_limit_exceeded", clean(error.message))
        case "invalid_prompt":
            return LastError("invalid_prompt", clean(error.message))
        case _:
            return LastError("server_error", clean(error.message))


def step_error(error: RunError) -> LastError:
    """Return why a step failed; steps have one code less than runs."""
    told = last_error(error)
    return LastError("server_error", told.message) if told.code == "invalid_prompt" else told


def run_error(error: Exception) -> RunError:
    """Return what a backend raised as the reason of a failed run."""
    if isinstance(error, RateLimited):
        return RunError("rate_limit_exceeded", str(error))
    if isinstance(error, Refused):
        return RunError("invalid_prompt", str(error))
    code = error.facts.code if isinstance(error, BackendError) else None
    return RunError(code or "server_error", str(error))


def message_reason(reason: str | None) -> str:
    """Return why a message is incomplete, as the API names it; what it has no name for is max_tokens."""
    return reason if reason in _MESSAGE_REASONS else "max_tokens"


def run_reason(reason: str | None) -> str | None:
    """Return why a run is incomplete, as the API names it, or None."""
    return reason if reason in _RUN_REASONS else None


def grown(call: ToolCall, delta: ToolCall) -> ToolCall:
    """Return a tool call with a delta's pieces appended."""
    return replace(
        call,
        id=delta.id or call.id,
        name=delta.name or call.name,
        input=call.input + delta.input,
        outputs=(*call.outputs, *delta.outputs),
        images=(*call.images, *delta.images),
    )


def tool_call(call: ToolCall) -> Json:
    """Return a tool call, whole. Kinds that the API does not have are shown as functions."""
    match call.kind:
        case "code_interpreter":
            body: Json = {"input": clean(call.input), "outputs": _outputs(call)}
            return {"id": call.id, "type": "code_interpreter", "code_interpreter": body}
        case "file_search":
            return {"id": call.id, "type": "file_search", "file_search": {}}
        case _:
            output = clean("\n".join(call.outputs)) if call.outputs else None
            body = {"name": call.name or call.kind, "arguments": clean(call.input), "output": output}
            return {"id": call.id, "type": "function", "function": body}


def required_call(call: ToolCall) -> Json:
    """Return a function call that a run waits for."""
    body = {"name": call.name, "arguments": clean(call.input)}
    return {"id": call.id, "type": "function", "function": body}


def tool_call_delta(index: int, before: ToolCall | None, delta: ToolCall) -> Json:
    """Return a piece of a tool call; `before` is what had come of it, None for the first piece."""
    wire: Json = {"index": index, "type": tool_call(delta)["type"]}
    if before is None or delta.id not in ("", before.id):
        wire["id"] = delta.id
    match wire["type"]:
        case "code_interpreter":
            wire["code_interpreter"] = _code_delta(before, delta)
        case "file_search":
            wire["file_search"] = {}
        case _:
            wire["function"] = _function_delta(before, delta)
    return wire


def _function_delta(before: ToolCall | None, delta: ToolCall) -> Json:
    body: Json = {"arguments": clean(delta.input)} if delta.input or before is None else {}
    if before is None or delta.name not in ("", before.name):
        body["name"] = delta.name or delta.kind
    if before is None or delta.outputs:
        body["output"] = clean("\n".join(delta.outputs)) if delta.outputs else None
    return body


def _code_delta(before: ToolCall | None, delta: ToolCall) -> Json:
    body: Json = {"input": clean(delta.input)} if delta.input or before is None else {}
    made = _outputs(delta)
    if made or before is None:
        start = len(before.outputs) + len(before.images) if before else 0
        body["outputs"] = [{"index": start + offset, **output} for offset, output in enumerate(made)]
    return body


def _outputs(call: ToolCall) -> list[Json]:
    logs: list[Json] = [{"type": "logs", "logs": clean(text)} for text in call.outputs]
    return [*logs, *({"type": "image", "image": {"file_id": file_id}} for file_id in call.images)]
