"""For how long a reply has been waited for, and the words for it. Knows no widget and no turn from within."""

import time
from collections.abc import Callable
from typing import Final

from frieza_tui.i18n import _

TOLD_FROM_S: Final = 2
"""A reply that begins sooner needs no such sign of life."""


class AnswerWait:
    """From sending to the first piece of the reply; whoever shows it looks once a second while it lasts."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Take a clock: seconds, from any beginning."""
        self.on_change: Callable[[], None] = lambda: None
        """Called where it begins and where it ends."""
        self._clock = clock
        self._since_s: float | None = None

    @property
    def is_on(self) -> bool:
        """Whether something is waited for."""
        return self._since_s is not None

    @property
    def words(self) -> str:
        """For how long it has lasted; empty while that is nothing to tell."""
        seconds = round(self._clock() - self._since_s) if self._since_s is not None else 0
        if seconds < TOLD_FROM_S:
            return ""
        return _("Waiting for the answer: {seconds} s").format(seconds=seconds)

    def begin(self) -> None:
        """A message goes out now."""
        self._since_s = self._clock()
        self.on_change()

    def end(self) -> None:
        """Something has come, or nothing will; may be called for each piece."""
        if self._since_s is not None:
            self._since_s = None
            self.on_change()
