"""Says what waits below the screen, and whether the end is followed; not at each frame. Knows no widget."""

from collections.abc import Callable
from time import monotonic
from typing import Final

from frieza_tui.tui.log.viewport import Viewport

TELL_S: Final = 0.2
"""Shortest time between two times that only another number of lines is told, in seconds."""


class LinesBelow:
    """Tells when the log begins or ceases to follow its end, or when another number of lines waits below."""

    def __init__(
        self, viewport: Viewport, tell: Callable[[bool, int], object], look_again: Callable[[], object]
    ) -> None:
        """Take what is on the screen.

        tell: takes whether the end is followed, and the lines below. look_again: has `look` called again soon.
        """
        self._viewport = viewport
        self._tell = tell
        self._look_again = look_again
        self._told = (True, 0)
        self._told_s = 0.0

    def look(self) -> None:
        """Tell what has changed."""
        is_following = self._viewport.is_following
        news = (is_following, 0 if is_following else self._viewport.rows_below)
        if news == self._told:
            return
        if is_following == self._told[0] and monotonic() - self._told_s < TELL_S:
            self._look_again()
            return
        self._told = news
        self._told_s = monotonic()
        self._tell(*news)
