"""What a model is told of images that an API does not take: that they were there. Knows no API."""

from frieza_tui.domain.thread import ImageFilePart, ImageUrlPart, Message

NOTE = "[image]"
"""In every language: it is the model that reads it."""


def text_with_notes(message: Message, *sent: type) -> str:
    """Return a message's text, with a note for each image but those of the kinds that are sent beside it.

    Some servers refuse empty texts: where there is neither text nor image it is "…". Halves of UTF-16 pairs, which
    cannot be encoded, become question marks.
    """
    text = message.text.encode("utf-8", "replace").decode()
    images = [part for part in message.parts if isinstance(part, ImageFilePart | ImageUrlPart)]
    notes = [NOTE for part in images if not isinstance(part, sent)]
    return "\n\n".join([text, *notes] if text else notes) or ("" if images else "…")
