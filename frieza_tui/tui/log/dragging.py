"""Taking text with the mouse held down, over Textual's own selections. Knows no text and no colour.

Textual leaves out the character that comes later where a drag goes back, and halves of wide ones; it ends where the
mouse moved last, whatever scrolls in under it; and a drag that leaves the log would take all of the thread.
"""

from collections.abc import Callable
from functools import partial
from operator import attrgetter

from textual.geometry import Offset
from textual.selection import Selection

from frieza_tui.tui.log.canvas import Canvas
from frieza_tui.tui.log.frames import FRAME_S, Clock, Ticks
from frieza_tui.tui.log.selection import Marked
from frieza_tui.tui.log.viewport import Viewport


class Dragging:
    """Follows the mouse from press to release, and mends what Textual has marked meanwhile."""

    def __init__(
        self, viewport: Viewport, canvas: Canvas, marked: Marked, clock: Clock, show: Callable[[], object]
    ) -> None:
        """Take what is on the screen, and what calls back. show: draws what is to be seen now."""
        self._viewport = viewport
        self._canvas = canvas
        self._marked = marked
        self._clock = clock
        self._show = show
        self._start: tuple[Offset, Offset] | None = None
        """The ends of the character on which the reader began to drag."""
        self._began_s = 0.0
        """When that was, by the clock of Textual's events."""
        self._mouse: Offset | None = None
        """Where the mouse is while its button is held."""
        self._edge_timer: Ticks | None = None
        """Runs while it is held beyond an edge of the log."""

    def begin(self, cell: Offset, at_s: float) -> None:
        """Note where a drag may begin."""
        self._forget()
        self._start, self._mouse, self._began_s = self._canvas.ends_at(cell), cell, at_s

    def move(self, cell: Offset, *, is_held: bool) -> None:
        """Follow a drag."""
        self._stay_within()
        self._mouse = cell if is_held else None
        self._extend()

    def end(self) -> None:
        """End a drag, with what scrolled in last."""
        self._extend()
        self._forget()

    def end_elsewhere(self, at_s: float) -> None:
        """Select no further: the button was let go outside the log, at a time of Textual's events.

        Moves before that may not have been looked at yet, and the next drag may have begun.
        """
        self._clock.call_later(lambda: self._forget() if self._began_s < at_s else None)

    def follow_selection(self, selection: Selection | None) -> None:
        """Follow what Textual has marked. A drag that leaves the log ends at its edge, and scrolls on there."""
        if selection is None or self._mouse is None or None not in (selection.start, selection.end):
            return
        edge = 0 if selection.start is None else self._viewport.height - 1
        self._mouse = Offset(self._mouse.x, edge)
        self._clock.call_later(self._extend)
        if self._edge_timer is None:
            self._edge_timer = self._clock.set_interval(FRAME_S, partial(self._drag_on, 1 if edge else -1))

    def follow_scrolling(self) -> None:
        """Take what scrolls in under a mouse that rests."""
        if self._mouse is not None:
            self._clock.call_later(self._extend)

    def _drag_on(self, step: int) -> None:
        """Scroll on while the mouse is held beyond an edge."""
        self._viewport.move(step)
        self._show()
        self._extend()

    def _extend(self) -> None:
        """Mark both characters, the first and the one under the mouse, whichever of them stands before the other."""
        if self._mouse is None or self._start is None or self._marked.selection is None:
            return
        here = self._canvas.ends_at(self._mouse)
        if here is not None:
            start, *_, end = sorted((*self._start, *here), key=attrgetter("y", "x"))
            self._marked.mark(start, end)

    def _forget(self) -> None:
        self._start = self._mouse = None
        self._stay_within()

    def _stay_within(self) -> None:
        if self._edge_timer is not None:
            self._edge_timer.stop()
            self._edge_timer = None
