"""The messages that a run writes, from their deltas. Pure, and knows of tools and runs nothing."""

from frieza_tui.backends.annotations import annotation_of
from frieza_tui.backends.drafts import MessageDraft
from frieza_tui.backends.loose_json import Json
from frieza_tui.backends.surrogates import PairJoiner
from frieza_tui.domain.events import (
    AnnotationAdded,
    ImageAdded,
    MessageClosed,
    MessageOpened,
    RefusalDelta,
    RunEvent,
    TextDelta,
)
from frieza_tui.domain.thread import ImageFilePart, ImageUrlPart, Message, MessageStatus, Part, RefusalPart, TextPart


class WrittenMessages:
    """Adds up the messages of one run, and tells each of their characters once."""

    def __init__(self) -> None:
        self._drafts: dict[str, MessageDraft] = {}
        self._closed: dict[str, Message] = {}
        self._joiner = PairJoiner()

    @property
    def ids(self) -> frozenset[str]:
        """Of the messages in which something has come."""
        drafts = (message_id for message_id, draft in self._drafts.items() if not draft.is_empty)
        return frozenset((*drafts, *(message_id for message_id, message in self._closed.items() if message.parts)))

    @property
    def last_id(self) -> str:
        """Of the message that is being written; "" if none is."""
        return next(reversed(self._drafts), "")

    def is_open(self, message_id: str) -> bool:
        """Whether a message has begun and not ended."""
        return message_id in self._drafts

    def is_known(self, message_id: str) -> bool:
        """Whether a message has begun."""
        return message_id in self._drafts or message_id in self._closed

    def open(self, message_id: str) -> list[RunEvent]:
        """A message has begun."""
        if message_id in self._drafts or message_id in self._closed:
            return []
        self._drafts[message_id] = MessageDraft(message_id)
        return [MessageOpened(message_id)]

    def write(self, message_id: str, part: int, raw: str) -> list[RunEvent]:
        """A piece of text has come."""
        text = self._joiner.join((message_id, part), raw)
        return self._add(TextDelta(message_id, text, part)) if text else []

    def refuse(self, message_id: str, part: int, raw: str) -> list[RunEvent]:
        """A piece of a refusal has come."""
        text = self._joiner.join((message_id, part), raw)
        return self._add(RefusalDelta(message_id, text, part)) if text else []

    def annotate(self, message_id: str, part: int, data: Json) -> list[RunEvent] | None:
        """A mark was put on a text; None if it is of a kind that nothing here knows."""
        draft = self._drafts.get(message_id)
        annotation = annotation_of(data, draft.text(part) if draft else "")
        return None if annotation is None else self._add(AnnotationAdded(message_id, annotation, part))

    def complete(self, message_id: str, index: int, part: Part | None) -> list[RunEvent]:
        """A part is whole: return what its deltas left out."""
        if not isinstance(part, TextPart | RefusalPart) or message_id in self._closed:
            return []
        draft = self._drafts.get(message_id)
        shown = draft.text(index) if draft else ""
        missing = part.text[len(shown) :] if part.text.startswith(shown) else ""
        if not missing:
            return []
        write = self.write if isinstance(part, TextPart) else self.refuse
        return write(message_id, index, missing)

    def add_image(self, message_id: str, index: int, image: ImageFilePart | ImageUrlPart) -> list[RunEvent]:
        """An image has come, whole."""
        return self._add(ImageAdded(message_id, image, index))

    def catch_up(self, message: Message) -> list[RunEvent]:
        """A message was looked up: return what its deltas have not told so far."""
        events = self.open(message.id)
        for index, part in enumerate(message.parts):
            events += self.complete(message.id, index, part)
        return events

    def close(self, message: Message, reason: str | None = None) -> list[RunEvent]:
        """A message is as it will stay."""
        if message.id in self._closed:
            return []
        events = self.catch_up(message)
        draft = self._drafts.pop(message.id)
        if not message.parts:
            message = draft.message(message.status)
        return [*events, self._close(message, reason)]

    def close_all(self, status: MessageStatus, reason: str | None) -> list[RunEvent]:
        """The run has ended: close what it left open, as far as anything has come."""
        drafts, self._drafts = self._drafts, {}
        return [self._close(draft.message(status), reason) for draft in drafts.values() if not draft.is_empty]

    def _add(self, event: TextDelta | RefusalDelta | AnnotationAdded | ImageAdded) -> list[RunEvent]:
        message_id = event.message_id
        draft = self._drafts.get(message_id)
        if draft is not None:
            draft.add(event)
            return [event]
        if message_id in self._closed:
            return []
        opening = self.open(message_id)
        self._drafts[message_id].add(event)
        return [*opening, event]

    def _close(self, message: Message, reason: str | None) -> MessageClosed:
        self._closed[message.id] = message
        return MessageClosed(message, reason)
