"""What Escape does: it leaves what is nearest. Knows nothing of what there is to leave."""

from collections.abc import Callable


class Escape:
    """Leaves one thing with each press, at last for the message box."""

    def __init__(self, write: Callable[[], object], *ways: Callable[[], bool]) -> None:
        """Take what may be left or gone to, the nearest first; each says whether there was anything to do.

        write: goes to the message box.
        """
        self._write = write
        self._ways = ways

    def press(self) -> None:
        """Leave the nearest; if there is nothing to leave, write."""
        if not any(leave() for leave in self._ways):
            self._write()
