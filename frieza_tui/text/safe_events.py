"""Run events made safe: every text in them, also where a sequence is cut between two deltas."""

from collections.abc import Callable
from dataclasses import replace

from frieza_tui.domain.events import (
    AnnotationAdded,
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
)
from frieza_tui.domain.run import Run, RunError, RunStep, ToolCall
from frieza_tui.domain.thread import (
    Annotation,
    ImageFilePart,
    ImageUrlPart,
    Message,
    Part,
    RefusalPart,
    TextPart,
)
from frieza_tui.text.safe import SafeStream, make_safe, safe_line

_NAME_CELLS = 120


class SafeEvents:
    """Makes the events of one run safe, in their order; keeps what a delta left open until the next one."""

    def __init__(self) -> None:
        self._streams: dict[tuple[object, ...], tuple[SafeStream, Callable[[str], RunEvent]]] = {}

    def make(self, event: RunEvent) -> list[RunEvent]:
        """Return the event with its texts safe; nothing when all its text is held back or has vanished."""
        match event:
            case TextDelta(message_id, text, part):
                return self._feed(
                    ("text", message_id, part),
                    text,
                    lambda safe: event if safe is event.text else replace(event, text=safe),
                )
            case RefusalDelta(message_id, text, part):
                return self._feed(("refusal", message_id, part), text, lambda safe: replace(event, text=safe))
            case ReasoningDelta(text):
                return self._feed(("reasoning",), text, ReasoningDelta)
            case StepDelta():
                return self._step_delta(event)
            case MessageClosed(message):
                return [*self._close(message.id), replace(event, message=safe_message(message))]
            case _:
                return [_whole(event)]

    def close(self) -> list[RunEvent]:
        """Return what was still held back; nothing more is fed after this."""
        keys = list(self._streams)
        return [event for key in keys for event in self._flush(key)]

    def _feed(self, key: tuple[object, ...], text: str, build: Callable[[str], RunEvent]) -> list[RunEvent]:
        stream, _build = self._streams.get(key) or (SafeStream(), build)
        self._streams[key] = (stream, build)
        safe = stream.feed(text)
        return [build(safe)] if safe else []

    def _flush(self, key: tuple[object, ...]) -> list[RunEvent]:
        stream, build = self._streams.pop(key)
        safe = stream.close()
        return [build(safe)] if safe else []

    def _close(self, message_id: str) -> list[RunEvent]:
        keys = [key for key in self._streams if message_id in key]
        return [event for key in keys for event in self._flush(key)]

    def _step_delta(self, event: StepDelta) -> list[RunEvent]:
        call = event.call
        bare = replace(
            call, id=safe_line(call.id), name=safe_line(call.name, _NAME_CELLS), input="", outputs=(), images=()
        )
        found: list[RunEvent] = []
        if call.name or call.images or not (call.input or call.outputs):
            found.append(replace(event, call=replace(bare, images=tuple(map(safe_line, call.images)))))
        where = (event.step_id, event.index)
        if call.input:
            found += self._feed(
                ("input", where), call.input, lambda safe: replace(event, call=replace(bare, name="", input=safe))
            )
        for output in call.outputs:
            found += self._feed(
                ("output", where), output, lambda safe: replace(event, call=replace(bare, name="", outputs=(safe,)))
            )
        return found


def _whole(event: RunEvent) -> RunEvent:
    match event:
        case RunChanged(run):
            return RunChanged(_run(run))
        case StepChanged(step):
            return StepChanged(_step(step))
        case StreamFault(error):
            return StreamFault(_error(error))
        case AnnotationAdded(annotation=annotation):
            return replace(event, annotation=_annotation(annotation))
        case ImageAdded(image=image):
            return replace(event, image=_image(image))
        case ThreadCreated(thread_id):
            return ThreadCreated(safe_line(thread_id))
        case MessageOpened(message_id):
            return MessageOpened(safe_line(message_id))
        case _:
            return event


def safe_message(message: Message) -> Message:
    """Return the message with every text in it safe to show."""
    parts = tuple(_part(part) for part in message.parts)
    return replace(message, parts=parts) if parts != message.parts else message


def _part(part: Part) -> Part:
    match part:
        case TextPart(text, ()):
            safe = make_safe(text)
            return part if safe is text else TextPart(safe)
        case TextPart(text, annotations):
            return TextPart(make_safe(text), tuple(_annotation(one) for one in annotations))
        case RefusalPart(text):
            return RefusalPart(make_safe(text))
        case _:
            return _image(part)


def _image(image: ImageFilePart | ImageUrlPart) -> ImageFilePart | ImageUrlPart:
    match image:
        case ImageFilePart(file_id):
            return ImageFilePart(safe_line(file_id))
        case ImageUrlPart(url):
            return ImageUrlPart(safe_line(url, 2000))


def _annotation(annotation: Annotation) -> Annotation:
    return replace(
        annotation,
        text=make_safe(annotation.text),
        target=safe_line(annotation.target, 2000),
        title=safe_line(annotation.title),
        container_id=safe_line(annotation.container_id, 2000),
    )


def _run(run: Run) -> Run:
    return replace(
        run,
        model=safe_line(run.model, _NAME_CELLS) if run.model else None,
        error=_error(run.error) if run.error else None,
        incomplete_reason=safe_line(run.incomplete_reason) if run.incomplete_reason else None,
        required_calls=tuple(_call(call) for call in run.required_calls),
    )


def _step(step: RunStep) -> RunStep:
    return replace(
        step,
        tool_calls=tuple(_call(call) for call in step.tool_calls),
        error=safe_line(step.error, 600) if step.error else None,
    )


def _call(call: ToolCall) -> ToolCall:
    return ToolCall(
        call.kind,
        safe_line(call.id),
        safe_line(call.name, _NAME_CELLS),
        make_safe(call.input),
        tuple(make_safe(output) for output in call.outputs),
        tuple(safe_line(image) for image in call.images),
    )


def _error(error: RunError) -> RunError:
    return RunError(safe_line(error.code), safe_line(error.message, 600))
