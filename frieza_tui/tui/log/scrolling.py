"""Keeps Textual's scroll position and scroll bar in step with what is on the screen. Decides nothing of it."""

from math import ceil

from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar

from frieza_tui.tui.log.painting import Painter
from frieza_tui.tui.log.viewport import Viewport


class Scrolling:
    """The scroll position and the bar of one widget."""

    def __init__(self, widget: ScrollView, viewport: Viewport, painter: Painter) -> None:
        self._widget = widget
        self._viewport = viewport
        self._painter = painter
        self._bar_shape = (False, 0, 0)

    def follow(self, rows: int) -> None:
        """Go where the viewport is. rows: by which the terminal moves the bar with the text; up, if positive."""
        widget, viewport = self._widget, self._viewport
        widget.virtual_size = Size(widget.size.width, viewport.total)
        top = float(viewport.top_row)
        if round(widget.scroll_y) != viewport.top_row:
            widget.set_reactive(ScrollView.scroll_y, top)
            widget.set_reactive(ScrollView.scroll_target_y, top)  # pyright: ignore[reportArgumentType]
        if widget.show_vertical_scrollbar:
            self._move_bar(viewport.total, viewport.height, viewport.top_row, rows)

    def _move_bar(self, total: int, height: int, top: int, rows: int) -> None:
        """Move the scroll bar, but draw it only where that shows: its thumb begins and ends at eighths of a cell."""
        thumb = max(1.0, height * height / max(1, total))
        begin = int((height - thumb) * top / max(1, total - height) * 8)
        shape = (total > height, begin, begin + ceil(thumb * 8))
        old_shape, self._bar_shape = self._bar_shape, shape
        bar = self._widget.vertical_scrollbar
        if rows:
            self._painter.mend_bar(bar, total, top, rows)
            return
        bar.set_reactive(ScrollBar.window_virtual_size, total)
        bar.set_reactive(ScrollBar.window_size, height)
        bar.set_reactive(ScrollBar.position, float(top))
        if shape != old_shape:
            bar.refresh()
