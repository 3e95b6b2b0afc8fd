"""What was typed after a key that takes the focus elsewhere: it may come in one read, and "d" deletes here."""

from typing import Final

from textual import events

_LEAVING: Final = frozenset({"slash", "e"})


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
