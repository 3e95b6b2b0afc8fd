"""Finding in the thread: goes to a text, and says which rows and which lines of the gutter show it. Draws nothing."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from frieza_tui.tui.log.cursor import Cursor
from frieza_tui.tui.log.finder import PARTS, Finder, Hits
from frieza_tui.tui.log.viewport import Viewport, VisibleRow


class Finding:
    """Looks for one text at a time; the reader's cursor goes with it."""

    def __init__(self, viewport: Viewport, cursor: Cursor, show: Callable[[], object]) -> None:
        """Take where to look. show: draws what is to be seen now."""
        self._viewport = viewport
        self._cursor = cursor
        self._show = show
        self._finder: Finder | None = None

    def find(self, text: str) -> int:
        """Mark a text wherever it stands, and go to it, upwards first, else downwards; "" ends that.

        Returns: how many messages hold it.
        """
        self._finder = Finder(self._viewport.rows, text) if text else None
        if self._finder is None:
            self._show()
            return 0
        self.step(-1)
        if self._finder.at is None:
            self.step(1)
        return len(self._finder.hits())

    def forget(self, _gone: Sequence[int]) -> None:
        """Look again from the beginning: bubbles of some numbers have gone, and others have theirs now."""
        if self._finder is not None:
            self._finder = Finder(self._viewport.rows, self._finder.text)

    def step(self, step: int) -> None:
        """Go to the next place (1), or the one before (-1), where the text stands."""
        shown = self._viewport.visible()
        if self._finder is None or not shown:
            return
        found = self._finder.step(step, shown[-1 if step < 0 else 0].place)
        if found is not None:
            place = self._finder.place(found)
            self._cursor.put(found.bubble)
            self._viewport.reveal(place, place)
        self._show()

    def on_rows(self) -> "FoundOnRows | None":
        """Return where the rows of one drawing show the text; None if none is looked for."""
        return None if self._finder is None else FoundOnRows(self._finder)

    def gutter_lines(self) -> set[int]:
        """Return the lines of the screen beside which a mark says how far up or down in the thread the text stands."""
        if self._finder is None:
            return set()
        rows, height = self._viewport.rows, self._viewport.height
        starts = rows.starts()
        return _gutter_lines(self._finder.hits(), starts, height / max(rows.total, height))


class FoundOnRows:
    """Where the rows of one drawing show the text: a block is searched once, however many of its rows there are."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self._block = (-1, -1)
        self._spans: list[tuple[int, int]] = []

    def places(self, row: VisibleRow) -> list[tuple[int, int, bool]]:
        """Return the places that a row shows: start and end in its block, and whether the reader went to this one."""
        if not row.place.block:
            return []
        at = self._finder.at
        here = at.start if at is not None and at[:2] == row.place[:2] else -1
        return [(start, end, start == here) for start, end in self._spans_on(row)]

    def _spans_on(self, row: VisibleRow) -> list[tuple[int, int]]:
        if self._block != row.place[:2]:
            self._block, self._spans = row.place[:2], self._finder.in_block(row.block)
        line = row.block.row(row.place.row)
        first = bisect_right(self._spans, line.start, key=lambda span: span[1])
        return self._spans[first : bisect_left(self._spans, line.start + len(line.text), key=lambda span: span[0])]


def _gutter_lines(found: Sequence[Hits], starts: Sequence[int], scale: float) -> set[int]:
    """Return the lines of the gutter that get a mark; `scale` makes them of rows of the thread."""
    lines: set[int] = set()
    for bubble, parts in found:
        first, after = starts[bubble] * scale, starts[bubble + 1] * scale
        if int(first) == int(after):
            lines.add(int(first))
        else:
            lines.update(int(first + (after - first) * part / PARTS) for part in parts)
    return lines
