"""The view of a thread: draws the rows of a viewport, and turns the reader's moves into the viewport's.

Knows no message and no backend; it says nothing of how text gets into the thread.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.timer import Timer

from frieza_tui.tui.log.drawing import Drawing, Mark, line_key, place_of
from frieza_tui.tui.log.excerpt import excerpt, word_at
from frieza_tui.tui.log.rows import Span
from frieza_tui.tui.log.styles import WORDS
from frieza_tui.tui.log.viewport import Viewport, VisibleRow

TELL_S = 0.2
"""Shortest time between two messages that say only how much waits below, in seconds."""

_EVERYTHING = 1 << 60


class ThreadView(ScrollView, can_focus=True):
    """A thread on one widget, by Textual's line API."""

    FOCUS_ON_CLICK = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"log--{word}" for word in WORDS}
    DEFAULT_CSS = (Path(__file__).parent / "log.tcss").read_text()

    virtual_size = Reactive(Size(0, 0), layout=False, repaint=False)

    @dataclass
    class FollowChanged(Message, namespace="message_log"):
        """The log began or ceased to follow its end, or another number of lines waits below."""

        is_following: bool
        lines_below: int

    @dataclass
    class LinkActivated(Message, namespace="message_log"):
        """A link was clicked."""

        href: str

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._log_viewport = Viewport()
        self._log_drawing = Drawing(self)
        self._shown_rows: list[VisibleRow] = []
        self._shown_strips: list[Strip] = []
        self._told_follow = (True, 0)
        self._tell_timer: Timer | None = None
        self._bar_shape = (False, 0, 0)

    def follow_end(self) -> None:
        """Go to the end, and stay there as text comes."""
        self._log_viewport.follow()
        self._show_viewport()

    @property
    def is_following(self) -> bool:
        """Whether the end is in view and stays there."""
        return self._log_viewport.is_following

    @property
    def reads_from_top(self) -> bool:
        """Whether a reply that outgrows the screen stays at its first line, for readers who have not moved."""
        return self._log_viewport.reads_from_top

    @reads_from_top.setter
    def reads_from_top(self, value: bool) -> None:
        self._log_viewport.reads_from_top = value

    @property
    def lines_below(self) -> int:
        """Rows under the last one on the screen."""
        return self._log_viewport.rows_below

    # ── painting

    def _show_viewport(self) -> None:
        """Draw what is to be seen now, and have the lines painted that differ from before."""
        if not self.size:
            return
        viewport = self._log_viewport
        old = self._shown_strips
        self._shown_rows = viewport.visible()
        strips = self._draw_rows()
        strips += [self._log_drawing.blank(viewport.width)] * (viewport.height - len(strips))
        self._shown_strips = strips
        changed = [y for y, strip in enumerate(strips) if y >= len(old) or (strip is not old[y] and strip != old[y])]
        if changed:
            self.refresh(*(Region(0, y, viewport.width, 1) for y in changed))
        self._show_position()

    def _draw_rows(self) -> list[Strip]:
        return [self._draw_row(row) for row in self._shown_rows]

    def _draw_row(self, row: VisibleRow) -> Strip:
        marks, bar = self._marks(row), self._bar(row)
        return self._log_drawing.marked_strip(row, marks, bar) if marks or bar else self._log_drawing.strip(row)

    def _marks(self, row: VisibleRow) -> list[Mark]:
        """Return what is laid over a row: what the reader has selected."""
        selection = self.text_selection
        span = None if selection is None else selection.get_span(line_key(row.place))
        return [] if span is None else [self._log_drawing.selection_mark(*span)]

    def _bar(self, _row: VisibleRow) -> Span | None:
        """Return the bar of a row, if it is not the usual one."""
        return None

    def _show_position(self) -> None:
        viewport = self._log_viewport
        self.virtual_size = Size(self.size.width, viewport.total)
        top = float(viewport.top_row)
        if round(self.scroll_y) != viewport.top_row:
            self.set_reactive(ThreadView.scroll_y, top)
            self.set_reactive(ThreadView.scroll_target_y, top)
        if self.show_vertical_scrollbar:
            self._move_bar(viewport.total, viewport.height, viewport.top_row)
        self._tell_follow()

    def _tell_follow(self) -> None:
        """Say what waits below; a number that only changes is said again after a while, not at each frame."""
        viewport = self._log_viewport
        told = (viewport.is_following, 0 if viewport.is_following else viewport.rows_below)
        is_soon = self._tell_timer is not None and told[0] == self._told_follow[0]
        if told == self._told_follow or is_soon:
            return
        self._told_follow = told
        self.post_message(self.FollowChanged(*told))
        if self._tell_timer is None:
            self._tell_timer = self.set_timer(TELL_S, self._tell_again)

    def _tell_again(self) -> None:
        self._tell_timer = None
        self._tell_follow()

    def _move_bar(self, total: int, height: int, top: int) -> None:
        """Move the scroll bar, but draw it only if that shows, in eighths of a cell."""
        thumb = max(1.0, height * height / max(1, total))
        shape = (total > height, round(thumb * 8), int((height - thumb) * top / max(1, total - height) * 8))
        if shape != self._bar_shape or not self.is_following:
            self._bar_shape = shape
            bar = self.vertical_scrollbar
            bar.window_virtual_size = total
            bar.window_size = height
            bar.position = top

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines that were drawn last."""
        strips = self._shown_strips[crop.y : crop.bottom]
        if len(strips) < crop.height:
            strips += [self._log_drawing.blank(self._log_viewport.width)] * (crop.height - len(strips))
        if crop.x or crop.width < self.size.width:
            strips = [strip.crop(crop.x, crop.right) for strip in strips]
        return strips

    def render_line(self, y: int) -> Strip:
        """Return a line with offsets in place of colours: Textual asks for it when text is being selected."""
        if 0 <= y < len(self._shown_rows):
            return self._log_drawing.offset_strip(self._shown_rows[y])
        return self._log_drawing.blank(self._log_viewport.width)

    def notify_style_update(self) -> None:
        """Called by Textual when the theme or a style has changed: draw everything anew."""
        super().notify_style_update()
        self._log_drawing.clear()
        self._log_viewport.rows.drop_strips()
        self._shown_strips = []

    def on_resize(self) -> None:
        """Wrap again."""
        self._log_viewport.resize(*self.scrollable_content_region.size)
        self._shown_strips = []
        self._show_viewport()

    # ── moving

    def watch_scroll_y(self, _old: float, new_value: float) -> None:
        """Follow a move of the wheel, of a key or of the scroll bar."""
        viewport = self._log_viewport
        viewport.resize(*self.scrollable_content_region.size)  # a taller window moves the bar before it tells its size
        rows = round(new_value) - viewport.top_row
        if not rows:
            return
        if abs(rows) <= viewport.height * 4:
            viewport.move(rows)
        else:
            viewport.jump(round(new_value))
        self._show_viewport()

    def action_scroll_end(self) -> None:
        """Go to the end, and stay there as text comes."""
        self.follow_end()

    # ── the mouse

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the text of a selection, without the line ends that the width made."""
        last = len(self._log_viewport.bubbles) - 1
        if last < 0:
            return None
        start, end = selection
        first_key, first_at = (start.y, start.x) if start is not None else (0, 0)
        end_place = (last, _EVERYTHING) if end is None else place_of(end.y)[:2]
        first = (*place_of(first_key)[:2], first_at)
        return excerpt(self._log_viewport.rows, first, (*end_place, _EVERYTHING if end is None else end.x)), "\n"

    def selection_updated(self, _selection: Selection | None) -> None:
        """Called by Textual when the reader marks text: draw it."""
        self._show_viewport()

    def on_click(self, event: events.Click) -> None:
        """Follow a link, or select a word or a paragraph, as one, two or three clicks ask for."""
        event.prevent_default()
        if not 0 <= event.y < len(self._shown_rows):
            return
        row = self._shown_rows[event.y]
        offset = self._log_drawing.offset_at(row, event.x)
        if offset is None:
            return
        if event.chain == 1:
            if href := row.block.read().link_at(offset):
                self.post_message(self.LinkActivated(href))
        elif self.allow_select and self.screen.allow_select and self.app.ALLOW_SELECT:
            start, end = word_at(self._log_viewport.rows, row.place, offset) if event.chain == 2 else (0, _EVERYTHING)
            key = line_key(row.place)
            self.screen.selections = {self: Selection(Offset(start, key), Offset(end, key))}
