"""The view of a thread: draws the rows of a viewport, and turns the reader's moves into the viewport's.

Knows no message and no backend; it says nothing of how text gets into the thread.
"""

from dataclasses import dataclass
from math import ceil
from pathlib import Path
from time import monotonic
from typing import ClassVar

from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.strip import Strip
from textual.timer import Timer

from frieza_tui.tui.log.drawing import Drawing, Mark
from frieza_tui.tui.log.painting import Painter
from frieza_tui.tui.log.rows import Span
from frieza_tui.tui.log.styles import WORDS
from frieza_tui.tui.log.viewport import Viewport, VisibleRow

FRAME_S = 1 / 30
"""Shortest time between two paintings of a reply that grows, in seconds."""
TELL_S = 0.2
"""Shortest time between two messages that say only how much waits below, in seconds."""


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

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._log_viewport = Viewport()
        self._log_drawing = Drawing(self)
        self._shown_rows: list[VisibleRow] = []
        self._shown_strips: list[Strip] = []
        self._told_follow = (True, 0)
        self._told_at = 0.0
        self._frame_timer: Timer | None = None
        self._framed_at = 0.0
        self._frame_cost_s = 0.0
        """Seconds that the last frame took: a text made to be slow is shown less often, and typing stays quick."""
        self._has_news = False
        self._bar_shape = (False, 0, 0)
        self.painter = Painter(self)

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

    def on_mount(self) -> None:
        """Begin to paint; the timer rests while nothing happens.

        It is one that repeats: on a busy machine a short timer for one time may be late before it runs, and never fire.
        """
        self._frame_timer = self.set_interval(FRAME_S, self._pass_frame, pause=True)
        self._wake()

    def _wake(self) -> None:
        """Have the next frame painted."""
        self._has_news = True
        if self._frame_timer is not None:
            self._frame_timer.resume()

    def _pass_frame(self) -> None:
        start = monotonic()
        if start - self._framed_at < max(self._frame_s(), self._frame_cost_s * 3) * 0.9 or self.painter.is_behind:
            return
        self._has_news = False
        self._take_news()
        self._show_viewport()
        self._framed_at = start
        self._frame_cost_s = monotonic() - start
        if not self._has_news and self._frame_timer is not None:
            self._frame_timer.pause()

    def _frame_s(self) -> float:
        """Return the shortest time between two paintings, in seconds."""
        return FRAME_S

    def _take_news(self) -> None:
        """Look at what has changed since the last frame."""

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
        rows = self.painter.paint(old, strips, self._log_drawing.blank(viewport.width))
        self._show_position(rows)

    def _draw_rows(self) -> list[Strip]:
        return [self._draw_row(row) for row in self._shown_rows]

    def _draw_row(self, row: VisibleRow) -> Strip:
        marks, bar = self._marks(row), self._bar(row)
        return self._log_drawing.marked_strip(row, marks, bar) if marks or bar else self._log_drawing.strip(row)

    def _marks(self, _row: VisibleRow) -> list[Mark]:
        """Return what is laid over a row."""
        return []

    def _bar(self, _row: VisibleRow) -> Span | None:
        """Return the bar of a row, if it is not the usual one."""
        return None

    def _show_position(self, rows: int) -> None:
        viewport = self._log_viewport
        self.virtual_size = Size(self.size.width, viewport.total)
        top = float(viewport.top_row)
        if round(self.scroll_y) != viewport.top_row:
            self.set_reactive(ThreadView.scroll_y, top)
            self.set_reactive(ThreadView.scroll_target_y, top)  # pyright: ignore[reportArgumentType]
        if self.show_vertical_scrollbar:
            self._move_bar(viewport.total, viewport.height, viewport.top_row, rows)
        self._tell_follow()

    def _tell_follow(self) -> None:
        """Say what waits below; a number that only changes is said again after a while, not at each frame."""
        viewport = self._log_viewport
        told = (viewport.is_following, 0 if viewport.is_following else viewport.rows_below)
        if told == self._told_follow:
            return
        if told[0] == self._told_follow[0] and monotonic() - self._told_at < TELL_S:
            self._wake()
            return
        self._told_follow = told
        self._told_at = monotonic()
        self.post_message(self.FollowChanged(*told))

    def _move_bar(self, total: int, height: int, top: int, rows: int) -> None:
        """Move the scroll bar, but draw it only where that shows: its thumb begins and ends at eighths of a cell.

        rows: by which the terminal moves it with the text.
        """
        thumb = max(1.0, height * height / max(1, total))
        begin = int((height - thumb) * top / max(1, total - height) * 8)
        shape = (total > height, begin, begin + ceil(thumb * 8))
        old_shape, self._bar_shape = self._bar_shape, shape
        bar = self.vertical_scrollbar
        if rows:
            self.painter.mend_bar(bar, total, top, rows)
            return
        bar.set_reactive(ScrollBar.window_virtual_size, total)
        bar.set_reactive(ScrollBar.window_size, height)
        bar.set_reactive(ScrollBar.position, float(top))
        if shape != old_shape:
            bar.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines that were drawn last."""
        strips = self._shown_strips[crop.y : crop.bottom]
        if len(strips) < crop.height:
            strips += [self._log_drawing.blank(self._log_viewport.width)] * (crop.height - len(strips))
        if crop.x or crop.width < self.size.width:
            strips = [strip.crop(crop.x, crop.right) for strip in strips]
        return strips

    def notify_style_update(self) -> None:
        """Called by Textual when the theme or a style has changed: draw everything anew."""
        super().notify_style_update()

        def draw_anew() -> None:
            self._log_drawing.clear()
            self._log_viewport.rows.drop_strips()
            if self._shown_rows:
                self._show_viewport()

        draw_anew()
        if self._shown_rows:
            self.call_later(draw_anew)  # the styles of the words come right after this call

    def on_resize(self) -> None:
        """Wrap again."""
        self._log_viewport.resize(*self.scrollable_content_region.size)
        self._shown_strips = []
        self.painter.forget()
        self._show_viewport()

    def measure_anew(self) -> None:
        """Wrap again at the same width: characters have another one."""
        self._log_viewport.rows.set_width(self._log_viewport.width)
        self._shown_strips = []
        self._show_viewport()

    # ── moving

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:  # noqa: ARG002 - Textual's call
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
