"""Messages, run events and ends of turns as JSON, and back. Knows no table."""

from collections.abc import Iterable
from typing import Final, TypeAlias, TypeVar

import msgspec

from frieza_tui.domain import events as kinds
from frieza_tui.domain.events import ImageAdded, MessageClosed, RunEvent
from frieza_tui.domain.thread import (
    Annotation,
    ImageFilePart,
    ImageUrlPart,
    Message,
    MessageStatus,
    Part,
    RefusalPart,
    Role,
    TextPart,
)
from frieza_tui.domain.turn import TurnEnded

Json: TypeAlias = "str | int | float | bool | list[Json] | tuple[Json, ...] | dict[str, Json] | None"
T = TypeVar("T")


class TextRecord(msgspec.Struct, frozen=True, tag="text", tag_field="type", omit_defaults=True):
    """A TextPart."""

    text: str
    annotations: tuple[Annotation, ...] = ()


class RefusalRecord(msgspec.Struct, frozen=True, tag="refusal", tag_field="type"):
    """A RefusalPart."""

    text: str


class ImageFileRecord(msgspec.Struct, frozen=True, tag="image_file", tag_field="type"):
    """An ImageFilePart."""

    file_id: str


class ImageUrlRecord(msgspec.Struct, frozen=True, tag="image_url", tag_field="type"):
    """An ImageUrlPart."""

    url: str


PartRecord: TypeAlias = TextRecord | RefusalRecord | ImageFileRecord | ImageUrlRecord


class MessageRecord(msgspec.Struct, frozen=True):
    """A Message."""

    id: str
    role: Role
    created_at: float
    parts: tuple[PartRecord, ...]
    status: MessageStatus = "completed"


class EventRecord(msgspec.Struct, frozen=True):
    """A RunEvent: the name of its class and its fields."""

    kind: str
    fields: dict[str, msgspec.Raw]


class _Closed(msgspec.Struct, frozen=True):
    """The fields of a MessageClosed."""

    message: MessageRecord
    incomplete_reason: str | None = None


class _Added(msgspec.Struct, frozen=True):
    """The fields of an ImageAdded."""

    message_id: str
    image: ImageFileRecord | ImageUrlRecord
    part: int = 0


_EVENTS: Final[dict[str, type[RunEvent]]] = {
    kind.__name__: kind
    for kind in (
        kinds.ThreadCreated,
        kinds.ThreadLost,
        kinds.RunChanged,
        kinds.StepChanged,
        kinds.StepDelta,
        kinds.MessageOpened,
        kinds.TextDelta,
        kinds.RefusalDelta,
        kinds.ReasoningDelta,
        kinds.AnnotationAdded,
        kinds.StreamFault,
        kinds.ConnectionLost,
    )
}


def message_record(message: Message) -> MessageRecord:
    """Return the record of a message."""
    parts = tuple(_part_record(part) for part in message.parts)
    return MessageRecord(message.id, message.role, message.created_at, parts, message.status)


def message_of(record: MessageRecord) -> Message:
    """Return the message of a record."""
    match record.parts:
        case (TextRecord(text, annotations),):  # nearly all, and a long thread has many
            parts: tuple[Part, ...] = (TextPart(text, annotations),)
        case _:
            parts = tuple(map(_part_of, record.parts))
    return Message(record.role, parts, record.id, record.status, record.created_at)


def _part_record(part: Part) -> PartRecord:
    match part:
        case TextPart(text, annotations):
            return TextRecord(text, annotations)
        case RefusalPart(text):
            return RefusalRecord(text)
        case ImageFilePart(file_id):
            return ImageFileRecord(file_id)
        case ImageUrlPart(url):
            return ImageUrlRecord(url)


def _part_of(record: PartRecord) -> Part:
    match record:
        case TextRecord(text, annotations):
            return TextPart(text, annotations)
        case RefusalRecord(text):
            return RefusalPart(text)
        case ImageFileRecord(file_id):
            return ImageFilePart(file_id)
        case ImageUrlRecord(url):
            return ImageUrlPart(url)


def encode_message(message: Message) -> str:
    """Return a message as JSON."""
    return to_json(message_record(message))


def decode_message(text: str) -> Message:
    """Return the message of its JSON. Raises: msgspec.DecodeError."""
    return message_of(msgspec.json.decode(text, type=MessageRecord))


def encode_events(events: Iterable[RunEvent]) -> str:
    """Return run events as JSON."""
    return to_json([{"kind": type(event).__name__, "fields": _fields(event)} for event in events])


def decode_records(text: str) -> tuple[EventRecord, ...]:
    """Return the records of run events from their JSON. Raises: msgspec.DecodeError."""
    return msgspec.json.decode(text, type=tuple[EventRecord, ...])


def decode_events(text: str) -> list[RunEvent]:
    """Return the run events of their JSON; kinds that nothing here knows are left out. Raises: msgspec.DecodeError."""
    found = map(event_of, decode_records(text))
    return [event for event in found if event is not None]


def _fields(event: RunEvent) -> object:
    match event:
        case MessageClosed(message, reason):
            return {"message": message_record(message), "incomplete_reason": reason}
        case ImageAdded(message_id, image, part):
            return {"message_id": message_id, "image": _part_record(image), "part": part}
        case _:
            return event


def event_of(record: EventRecord) -> RunEvent | None:
    """Return the run event of a record; None for a kind that nothing here knows. Raises: msgspec.DecodeError."""
    match record.kind:
        case "MessageClosed":
            closed = _fields_of(record, _Closed)
            return MessageClosed(message_of(closed.message), closed.incomplete_reason)
        case "ImageAdded":
            added = _fields_of(record, _Added)
            image = added.image
            part = ImageFilePart(image.file_id) if isinstance(image, ImageFileRecord) else ImageUrlPart(image.url)
            return ImageAdded(added.message_id, part, added.part)
        case kind if kind in _EVENTS:
            return _fields_of(record, _EVENTS[kind])
        case _:
            return None


def _fields_of(record: EventRecord, kind: type[T]) -> T:
    return msgspec.json.decode(msgspec.json.encode(record.fields), type=kind)


def encode_ended(ended: TurnEnded) -> str:
    """Return the end of a turn as JSON."""
    return to_json(ended)


def decode_ended(text: str) -> TurnEnded:
    """Return the end of a turn of its JSON. Raises: msgspec.DecodeError."""
    return msgspec.json.decode(text, type=TurnEnded)


def encode_texts(texts: Iterable[str]) -> str:
    """Return texts as JSON."""
    return to_json(list(texts))


def decode_texts(text: str) -> tuple[str, ...]:
    """Return the texts of their JSON. Raises: msgspec.DecodeError."""
    return msgspec.json.decode(text, type=tuple[str, ...])


def to_json(value: object) -> str:
    """Return JSON; halves of UTF-16 pairs, which no file can hold, become U+FFFD."""
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        return msgspec.json.encode(_storable(msgspec.to_builtins(value))).decode()


def storable(text: str) -> str:
    """Return text that a file can hold."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _storable(value: Json) -> Json:
    match value:
        case str():
            return storable(value)
        case list() | tuple():  # tuples stay tuples in builtins
            return [_storable(one) for one in value]
        case dict():
            return {key: _storable(one) for key, one in value.items()}
        case _:
            return value
