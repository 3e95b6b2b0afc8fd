import pytest

from frieza_tui.backends.image_notes import text_with_notes
from frieza_tui.domain.thread import ImageFilePart, ImageUrlPart, Message, Part, TextPart

FILE, LINK = ImageFilePart("file_1"), ImageUrlPart("https://example.org/1.png")


@pytest.mark.parametrize(
    ("parts", "sent", "text"),
    [
        ((TextPart("a"),), (), "a"),
        ((TextPart("a"), FILE), (), "a\n\n[image]"),
        ((FILE, LINK), (), "[image]\n\n[image]"),
        ((TextPart("a"), FILE, LINK), (ImageUrlPart,), "a\n\n[image]"),
        ((LINK,), (ImageUrlPart,), ""),
        ((), (), "…"),
    ],
)
def test_an_image_that_is_not_sent_is_told(parts: tuple[Part, ...], sent: tuple[type, ...], text: str) -> None:
    assert text_with_notes(Message("assistant", parts), *sent) == text
