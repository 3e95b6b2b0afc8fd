"""A run's events as they are kept: joined while it goes on, shortened once it has ended, added up after a crash."""

from collections.abc import Iterable
from dataclasses import replace

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
from frieza_tui.domain.growing_reply import GrowingReply
from frieza_tui.domain.thread import ImageFilePart, ImageUrlPart, Message, RefusalPart, TextPart


def joined(events: Iterable[RunEvent]) -> list[RunEvent]:
    """Return the events with texts that follow one another put together."""
    found: list[RunEvent] = []
    pieces: list[str] = []
    for event in events:
        if found and _goes_on(found[-1], event):
            pieces.append(event.text)  # type: ignore[union-attr]
            continue
        _put_together(found, pieces)
        found.append(event)
    _put_together(found, pieces)
    return found


def _goes_on(last: RunEvent, event: RunEvent) -> bool:
    if isinstance(last, ReasoningDelta):
        return isinstance(event, ReasoningDelta)
    if not isinstance(last, TextDelta | RefusalDelta) or not isinstance(event, TextDelta | RefusalDelta):
        return False
    return (type(last), last.message_id, last.part) == (type(event), event.message_id, event.part)


def _put_together(found: list[RunEvent], pieces: list[str]) -> None:
    if pieces and isinstance(found[-1], TextDelta | RefusalDelta | ReasoningDelta):
        found[-1] = replace(found[-1], text=found[-1].text + "".join(pieces))
    pieces.clear()


def shortened(events: Iterable[RunEvent]) -> list[RunEvent]:
    """Return what an ended run needs besides its message to be shown again; empty if that tells it all."""
    kept = [event for event in events if not _is_of_the_moment(event)]
    if any(isinstance(event, RunChanged | StepChanged | StepDelta | ReasoningDelta) for event in kept):
        return joined(kept)
    return []


def _is_of_the_moment(event: RunEvent) -> bool:
    match event:
        case RunChanged(run):
            return not run.dropped_messages or run.read_fraction is not None
        case StepChanged(step):
            return not step.tool_calls
        case ThreadCreated() | ThreadLost() | MessageOpened() | StreamFault() | ConnectionLost():
            return True
        case _:
            return False


def reply_of(events: Iterable[RunEvent], *, is_whole: bool) -> Message | None:
    """Return the message that the events add up to; None if they bring none."""
    reply = GrowingReply()
    for event in events:
        reply.take(event)
    return reply.message(is_whole=is_whole)


def events_of(message: Message) -> list[RunEvent]:
    """Return events that show a message of which no others are kept."""
    events: list[RunEvent] = []
    for index, part in enumerate(message.parts):
        match part:
            case TextPart(text, annotations):
                events += [TextDelta(message.id, text, index)] if text else []
                events += [AnnotationAdded(message.id, one, index) for one in annotations]
            case RefusalPart(text):
                events += [RefusalDelta(message.id, text, index)] if text else []
            case ImageFilePart() | ImageUrlPart():
                events.append(ImageAdded(message.id, part, index))
    return [*events, MessageClosed(message)]
