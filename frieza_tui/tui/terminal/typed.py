"""Typed characters that Python does not call printable, and that are text all the same. Knows keys only.

`str.isprintable`, which Textual asks, is about `repr`: it denies the full-width space of Japanese, the joiner within an
emoji and every character that is newer than this Python. Textual then drops them.
"""

from unicodedata import category

from textual import events

from frieza_tui.text.safe import make_safe

_JOINER = "\u200d"


class Key(events.Key):
    """A key that is text. Named as Textual's own, for Textual finds handlers by the name."""

    @property
    def is_printable(self) -> bool:
        """Whether it is text: yes."""
        return True

    def copy(self) -> events.Key:
        """Return the same key."""
        return Key(self.key, self.character)


def typed(event: events.Key) -> events.Key:
    """Return a key as one that is text if its character is, else the key itself."""
    if event.is_printable or not event.character or not _is_text(event.character):
        return event
    return Key(event.key, event.character)


def _is_text(character: str) -> bool:
    return character == _JOINER or (category(character) != "Cc" and make_safe(character) == character)
