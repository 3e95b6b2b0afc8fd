"""What was typed after a slash, for the line that it opens: it may come in one read, and "d" deletes here."""

from textual import events


class HeldKeys:
    """Holds back keys from the slash on, until the log has lost the focus."""

    def __init__(self) -> None:
        self._held: list[events.Key] | None = None

    def hold(self, event: events.Key) -> bool:
        """Take a key. True if it is held back: it is no command."""
        if self._held is not None:
            self._held.append(event)
            return True
        if event.key == "slash":
            self._held = []
        return False

    def release(self) -> list[events.Key]:
        """Return what was held back, and hold nothing more."""
        held, self._held = self._held, None
        return held or []
