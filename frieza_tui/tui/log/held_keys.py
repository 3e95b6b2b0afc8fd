"""What was typed after a key that takes the focus elsewhere: it may come in one read, and "d" deletes here."""

from collections.abc import Sequence
from typing import Final, Protocol, runtime_checkable

from textual import events
from textual.widget import Widget

_LEAVING: Final = frozenset({"slash", "e"})


@runtime_checkable
class TypedAhead(Protocol):
    """A widget that was opened by a key, and may have been typed into before what was held back comes."""

    def type_ahead(self, text: str) -> None:
        """Write a text before everything else."""


class HeldKeys:
    """Holds back keys from such a one on, until the log has lost the focus or keeps it."""

    def __init__(self) -> None:
        self._held: list[events.Key] | None = None

    def hold(self, event: events.Key) -> bool:
        """Take a key. True if it is held back: it is no command."""
        if self._held is not None:
            self._held.append(event)
            return True
        if event.key in _LEAVING:
            self._held = []
        return False

    def release(self) -> list[events.Key]:
        """Return what was held back, and hold nothing more."""
        held, self._held = self._held, None
        return held or []


def pass_on(keys: Sequence[events.Key], widget: Widget) -> None:
    """Give a widget the keys that were typed before those that came to it by themselves."""
    letters = [key.character or "" for key in keys if key.is_printable]
    if isinstance(widget, TypedAhead) and len(letters) == len(keys):
        widget.type_ahead("".join(letters))
        return
    for key in keys:
        widget.post_message(key.copy())
