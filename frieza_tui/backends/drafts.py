"""A message in the making: run events in, the message as it stands out. Knows no API."""

from dataclasses import dataclass, field

from frieza_tui.domain.events import AnnotationAdded, ImageAdded, RefusalDelta, RunEvent, TextDelta
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


@dataclass(slots=True)
class _PartDraft:
    pieces: list[str] = field(default_factory=list)
    is_refusal: bool = False
    annotations: list[Annotation] = field(default_factory=list)
    image: ImageFilePart | ImageUrlPart | None = None

    def part(self) -> Part:
        if self.image is not None:
            return self.image
        text = "".join(self.pieces)
        return RefusalPart(text) if self.is_refusal else TextPart(text, tuple(self.annotations))


class MessageDraft:
    """Adds up the deltas of one assistant message, part by part."""

    def __init__(self, message_id: str) -> None:
        self.message_id = message_id
        self._parts: dict[int, _PartDraft] = {}

    def add(self, event: RunEvent) -> None:
        """Take in an event of this message; events that carry no content change nothing."""
        match event:
            case TextDelta(text=text, part=index):
                self._part(index).pieces.append(text)
            case RefusalDelta(text=text, part=index):
                draft = self._part(index)
                draft.is_refusal = True
                draft.pieces.append(text)
            case AnnotationAdded(annotation=annotation, part=index):
                self._part(index).annotations.append(annotation)
            case ImageAdded(image=image, part=index):
                self._part(index).image = image
            case _:
                pass

    def message(self, status: MessageStatus) -> Message:
        """Return the message as it stands, its parts in the order of their indexes."""
        parts = tuple(self._parts[index].part() for index in sorted(self._parts))
        return Message("assistant", parts, id=self.message_id, status=status)

    def text(self, index: int = 0) -> str:
        """Return the text of one part so far."""
        draft = self._parts.get(index)
        return "".join(draft.pieces) if draft else ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing has arrived yet."""
        return not self._parts

    def _part(self, index: int) -> _PartDraft:
        draft = self._parts.get(index)
        if draft is None:
            draft = self._parts[index] = _PartDraft()
        return draft
