"""Has the rows of a log painted: what the terminal can scroll by itself is not written again. Knows no thread."""

from collections.abc import Callable, Sequence

from rich.style import Style
from textual.geometry import Region
from textual.scrollbar import ScrollBar
from textual.strip import Strip
from textual.widget import Widget

from frieza_tui.tui.log.picture import NoOutput, Output, Pending, changed_rows, moved, rows_moved


class Painter:
    """Paints for one widget, whose rows are strips of its whole width beside its scroll bar."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self.output: Callable[[], Output] = NoOutput
        """Finds the terminal."""
        self._pending = Pending(lambda: self.output())

    @property
    def is_behind(self) -> bool:
        """Whether the terminal has yet to take the last picture: over a slow line the next one should wait for that."""
        return self.output().is_behind

    def paint(self, old: Sequence[Strip], new: Sequence[Strip], blank: Strip) -> int:
        """Have the rows painted that differ from the old ones.

        Returns: by how many rows the terminal moves what it shows before that, the scroll bar too; up, if positive.
        """
        rows = self._scroll(old, new, blank)
        self._repaint(self._widget, changed_rows(moved(old, rows), new), len(new) and new[0].cell_length)
        return rows

    def mend_bar(self, bar: ScrollBar, total: int, top: int, rows: int) -> None:
        """Paint what of the scroll bar is wrong at its new place, after the terminal has moved it with the text."""
        old = moved(_bar_cells(bar), rows)
        bar.set_reactive(ScrollBar.window_virtual_size, total)
        bar.set_reactive(ScrollBar.window_size, bar.size.height)
        bar.set_reactive(ScrollBar.position, top)
        self._repaint(bar, changed_rows(old, _bar_cells(bar)), 1)

    def forget(self) -> None:
        """Wait for nothing any more: all is painted anew."""
        self._pending.clear()

    def _repaint(self, widget: Widget, rows: Sequence[int], width: int) -> None:
        if rows:
            self._pending.add((widget.region.y + y for y in rows), widget.region.x)
            widget.refresh(*(Region(0, y, width, 1) for y in rows))

    def _scroll(self, old: Sequence[Strip], new: Sequence[Strip], blank: Strip) -> int:
        """Have the terminal move what it shows, if it shows the old rows and that helps; returns by how many rows."""
        if len(old) != len(new) or not self._pending.is_empty() or not self._has_rows_alone():
            return 0
        rows = rows_moved(old, new, blank)
        region = self._widget.region
        return rows if rows and self.output().scroll(region.y, region.bottom - 1, rows) else 0

    def _has_rows_alone(self) -> bool:
        """Return whether nothing else is to be seen beside or over the widget."""
        screen, region = self._widget.screen, self._widget.region
        others = (widget for widget in screen.children if widget is not self._widget)
        has_width = region.width == screen.size.width
        return has_width and screen.is_active and not any(widget.region.overlaps(region) for widget in others)


def _bar_cells(bar: ScrollBar) -> list[tuple[str, bool, bool]]:
    """Return what each cell of a scroll bar looks like: its character, and whether it has a colour and is reversed."""
    cells = bar.renderer.render_bar(
        size=bar.size.height,
        virtual_size=bar.window_virtual_size,
        window_size=bar.window_size if bar.window_size < bar.window_virtual_size else 0,
        position=bar.position,
    )
    styles = [(cell.text, cell.style or Style()) for cell in cells.segments]
    return [(text, style.color is not None, bool(style.reverse)) for text, style in styles]
