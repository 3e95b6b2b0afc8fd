"""What is laid over the rows of a thread: what was found, what is marked, the reader's bar. Draws it with the rows."""

from collections.abc import Callable

from textual.selection import Selection
from textual.strip import Strip

from frieza_tui.tui.log.cursor import Cursor
from frieza_tui.tui.log.drawing import BAR, CURSOR_BAR, Drawing, Mark
from frieza_tui.tui.log.finding import Finding, FoundOnRows
from frieza_tui.tui.log.rows import Span
from frieza_tui.tui.log.selection import Marked, line_key
from frieza_tui.tui.log.viewport import Viewport, VisibleRow


class Overlay:
    """Draws rows with all that is laid over them."""

    def __init__(
        self,
        viewport: Viewport,
        drawing: Drawing,
        finding: Finding,
        marked: Marked,
        cursor: Cursor,
        has_focus: Callable[[], bool],
    ) -> None:
        """Take what there may be. has_focus: whether the cursor is shown."""
        self._viewport = viewport
        self._drawing = drawing
        self._finding = finding
        self._marked = marked
        self._cursor = cursor
        self._has_focus = has_focus

    def draw(self, rows: list[VisibleRow]) -> list[Strip]:
        """Return rows as they look now; while something is looked for, all lines of the screen."""
        found, selection = self._finding.on_rows(), self._marked.selection
        cursor_bubble = self._cursor.bubble if self._has_focus() else -1
        strips: list[Strip] = []
        for row in rows:
            marks = self._marks(row, found, selection)
            bar = self._bar(row) if row.place.bubble == cursor_bubble else None
            is_plain = not marks and bar is None
            strips.append(self._drawing.strip(row) if is_plain else self._drawing.marked_strip(row, marks, bar))
        return strips if found is None else self._draw_gutter(strips)

    def _marks(self, row: VisibleRow, found: FoundOnRows | None, selection: Selection | None) -> list[Mark]:
        marks = [] if found is None else [self._drawing.find_mark(*place) for place in found.places(row)]
        span = None if selection is None else selection.get_span(line_key(row.place))
        return marks if span is None else [*marks, self._drawing.selection_mark(*span)]

    def _bar(self, row: VisibleRow) -> Span:
        """Return the bar of a row of the message that the cursor is on."""
        block = self._cursor.block
        is_on = block is None or (block == row.place.block and row.place.row >= row.block.gap)
        return (CURSOR_BAR if is_on else BAR) + " ", "bar-cursor"

    def _draw_gutter(self, strips: list[Strip]) -> list[Strip]:
        """Mark beside the scroll bar where in the thread it was found."""
        lines, viewport = self._finding.gutter_lines(), self._viewport
        strips += [self._drawing.blank(viewport.width)] * (viewport.height - len(strips))
        return [self._drawing.gutter(strip, "found-gutter") if y in lines else strip for y, strip in enumerate(strips)]
