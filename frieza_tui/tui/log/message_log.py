"""The message log: all bubbles of a thread on one widget, and what the screen can do with them. Knows no backend."""

from frieza_tui.tui.log.bubbles import Bubbles
from frieza_tui.tui.log.linking import LinkingView

HIDDEN_FRAME_S = 0.2
"""Shortest time between two looks at a reply that grows out of view: only the number of its lines is shown."""


class MessageLog(LinkingView):
    """All bubbles of a thread."""

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.bubbles = Bubbles(self._log_viewport, self._wake, self._forget_bubbles)

    def hurry(self) -> None:
        """Paint what waits right after the next picture: somebody has typed, and looks at the screen."""
        if self._has_news:
            self._framed_at = 0.0
            self.call_after_refresh(self._pass_frame)

    def _frame_s(self) -> float:
        """Return the shortest time between two paintings; more while only what nobody sees changes."""
        if self.is_following or not self._shown_rows:
            return super()._frame_s()
        is_hidden = self.bubbles.changes_only_after(self._shown_rows[-1].place.bubble)
        return HIDDEN_FRAME_S if is_hidden else super()._frame_s()

    def _take_news(self) -> None:
        self.bubbles.lay_out_changes()
