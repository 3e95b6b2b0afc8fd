"""The assistant's reply as it grows: parts in order, their text as it came. Knows no backend and no face."""

from frieza_tui.domain.events import (
    AnnotationAdded,
    ImageAdded,
    MessageClosed,
    RefusalDelta,
    RunEvent,
    TextDelta,
)
from frieza_tui.domain.thread import (
    Annotation,
    ImageFilePart,
    ImageUrlPart,
    Message,
    Part,
    RefusalPart,
    TextPart,
    new_id,
)


class GrowingReply:
    """Adds up a run's deltas to one message; a run that writes several messages gives one of all their parts."""

    def __init__(self) -> None:
        self._texts: dict[tuple[str, int], list[str]] = {}
        self._refusals: dict[tuple[str, int], list[str]] = {}
        self._annotations: dict[tuple[str, int], list[Annotation]] = {}
        self._images: dict[tuple[str, int], ImageFilePart | ImageUrlPart] = {}
        self._whole: dict[str, Message] = {}
        self._order: dict[str, None] = {}

    @property
    def has_begun(self) -> bool:
        """Whether anything to show has come."""
        return any(map(self._parts_of, self._order))

    def take(self, event: RunEvent) -> None:
        """Take in one event; those that do not belong to a message change nothing."""
        match event:
            case TextDelta(message_id, text, part):
                self._texts.setdefault((message_id, part), []).append(text)
                self._order.setdefault(message_id)
            case RefusalDelta(message_id, text, part):
                self._refusals.setdefault((message_id, part), []).append(text)
                self._order.setdefault(message_id)
            case AnnotationAdded(message_id, annotation, part):
                self._annotations.setdefault((message_id, part), []).append(annotation)
            case ImageAdded(message_id, image, part):
                self._images[message_id, part] = image
                self._order.setdefault(message_id)
            case MessageClosed(message):
                self._whole[message.id] = message
                self._order.setdefault(message.id)
            case _:
                pass

    def message(self, *, is_whole: bool) -> Message | None:
        """Return what there is as one message; None if no part has come."""
        written = [(message_id, parts) for message_id in self._order if (parts := self._parts_of(message_id))]
        if not written:
            return None
        name = written[0][0] or new_id("msg")
        parts = tuple(part for _message_id, parts in written for part in parts)
        return Message("assistant", parts, id=name, status="completed" if is_whole else "incomplete")

    def _parts_of(self, message_id: str) -> tuple[Part, ...]:
        whole = self._whole.get(message_id)
        if whole is not None and whole.parts:
            return whole.parts
        found: dict[int, Part] = {}
        for (owner, index), pieces in self._texts.items():
            if owner == message_id:
                found[index] = TextPart("".join(pieces), tuple(self._annotations.get((owner, index), ())))
        for (owner, index), pieces in self._refusals.items():
            if owner == message_id:
                found[index] = RefusalPart("".join(pieces))
        for (owner, index), image in self._images.items():
            if owner == message_id:
                found[index] = image
        return tuple(found[index] for index in sorted(found))
