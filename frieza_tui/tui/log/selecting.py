"""Taking text from the thread with the mouse, by Textual's own selections; links. It takes no focus."""

from dataclasses import dataclass
from functools import partial
from operator import attrgetter

from textual import events
from textual.geometry import Offset
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip
from textual.timer import Timer

from frieza_tui.tui.links.target import Link
from frieza_tui.tui.log.drawing import Mark, line_key, place_of
from frieza_tui.tui.log.excerpt import excerpt, word_at
from frieza_tui.tui.log.rows import BEYOND
from frieza_tui.tui.log.thread_view import FRAME_S, ThreadView
from frieza_tui.tui.log.viewport import VisibleRow


class SelectingView(ThreadView):
    """A thread that text can be taken from with the mouse."""

    @dataclass
    class LinksOffered(Message, namespace="message_log"):
        """The reader wants a link, or one of several; never none."""

        links: list[Link]

    _drag_start: tuple[Offset, Offset] | None = None
    """The ends of the character on which the reader began to drag."""
    _drag_began = 0.0
    """When that was, by the clock of Textual's events."""
    _drag_mouse: Offset | None = None
    """Where the mouse is while its button is held."""
    _edge_timer: Timer | None = None
    """Runs while it is held beyond an edge of the log."""

    def render_line(self, y: int) -> Strip:
        """Return a line with offsets in place of colours: Textual asks for it when text is being selected."""
        if y < 0 or not self._shown_rows:
            return self._log_drawing.blank(self._log_viewport.width)
        return self._log_drawing.offset_strip(self._shown_rows[min(y, len(self._shown_rows) - 1)])

    def _marks(self, row: VisibleRow) -> list[Mark]:
        selection = self.text_selection
        span = None if selection is None else selection.get_span(line_key(row.place))
        return [*super()._marks(row), *([] if span is None else [self._log_drawing.selection_mark(*span)])]

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the text of a selection, without the line ends that the width made."""
        last = len(self._log_viewport.bubbles) - 1
        if last < 0:
            return None
        start, end = selection
        first_key, first_at = (start.y, start.x) if start is not None else (0, 0)
        start_place = place_of(first_key)
        end_bubble, end_block = (last, BEYOND) if end is None else place_of(end.y)[:2]
        first = (start_place.bubble, start_place.block, first_at)
        last_ = (end_bubble, end_block, BEYOND if end is None else end.x)
        return excerpt(self._log_viewport.rows, first, last_), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Called by Textual when the reader marks text: draw it. A drag that leaves the log ends at its edge.

        Textual would take all of the thread, or all that follows.
        """
        if selection is not None and self._drag_mouse is not None and None in (selection.start, selection.end):
            edge = 0 if selection.start is None else self.size.height - 1
            self._drag_mouse = Offset(self._drag_mouse.x, edge)
            self.call_later(self._extend_drag)
            self._edge_timer = self._edge_timer or self.set_interval(FRAME_S, partial(self._drag_on, 1 if edge else -1))
        self._show_viewport()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Note where a drag may begin."""
        self._forget_drag()
        self._drag_start, self._drag_mouse, self._drag_began = self._ends_at(event.offset), event.offset, event.time

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Follow a drag."""
        self._stay_within()
        self._drag_mouse = event.offset if event.button else None
        self._extend_drag()

    def on_mouse_up(self) -> None:
        """End a drag, with what scrolled in last."""
        self._extend_drag()
        self._forget_drag()

    def end_drag(self, at: float) -> None:
        """Select no further: the button was let go elsewhere, at a time of Textual's events.

        Moves before that may not have been looked at yet, and the next drag may have begun.
        """
        self.call_later(lambda: self._forget_drag() if self._drag_began < at else None)

    def _forget_drag(self) -> None:
        self._drag_start = self._drag_mouse = None
        self._stay_within()

    def _stay_within(self) -> None:
        if self._edge_timer is not None:
            self._edge_timer.stop()
            self._edge_timer = None

    def _drag_on(self, step: int) -> None:
        """Scroll on while the mouse is held beyond an edge."""
        self._log_viewport.move(step)
        self._show_viewport()
        self._extend_drag()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Take what scrolls in under a mouse that rests at the edge: Textual's selection ends where it moved last."""
        super().watch_scroll_y(old_value, new_value)
        if self._drag_mouse is not None:
            self.call_later(self._extend_drag)

    def _extend_drag(self) -> None:
        """Select both characters, the first and the one under the mouse, whichever of them stands before the other.

        Textual leaves out the one that comes later where a drag goes back, and halves of wide ones.
        """
        if self._drag_mouse is None or self._drag_start is None or self not in self.screen.selections:
            return
        here = self._ends_at(self._drag_mouse)
        if here is not None:
            start, *_, end = sorted((*self._drag_start, *here), key=attrgetter("y", "x"))
            self.screen.selections = {self: Selection(start, end)}

    def _ends_at(self, mouse: Offset) -> tuple[Offset, Offset] | None:
        """Return the start and the end of the character in a cell, as Textual's selections take them.

        Each is an offset in a block's text and the block's line key. Beside the text both are the row's next end.
        """
        if not self._shown_rows:
            return None
        row = self._shown_rows[max(0, min(mouse.y, len(self._shown_rows) - 1))]
        start, end = self._log_drawing.ends_at(row, mouse.x)
        key = line_key(row.place)
        return Offset(start, key), Offset(end, key)

    def on_click(self, event: events.Click) -> None:
        """Ask for a link, or select a word or a paragraph, as one, two or three clicks ask for."""
        event.prevent_default()
        if not 0 <= event.y < len(self._shown_rows):
            return
        row = self._shown_rows[event.y]
        offset, offset_behind = self._log_drawing.ends_at(row, event.x)
        if offset == offset_behind:
            return
        if event.chain == 1:
            if (link := row.block.read().link_at(offset)).target:
                self.post_message(self.LinksOffered([link]))
        elif self.allow_select and self.screen.allow_select and self.app.ALLOW_SELECT:
            start, end = word_at(self._log_viewport.rows, row.place, offset) if event.chain == 2 else (0, BEYOND)
            key = line_key(row.place)
            self.screen.selections = {self: Selection(Offset(start, key), Offset(end, key))}
