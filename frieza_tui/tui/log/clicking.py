"""Clicks on the text: one asks for a link, two mark a word, three a paragraph. Knows no widget and opens nothing."""

from collections.abc import Callable

from textual.geometry import Offset

from frieza_tui.tui.links.target import Link
from frieza_tui.tui.log.canvas import Canvas
from frieza_tui.tui.log.excerpt import word_at
from frieza_tui.tui.log.rows import BEYOND
from frieza_tui.tui.log.selection import Marked
from frieza_tui.tui.log.thread_rows import ThreadRows


class Clicking:
    """Does what clicks ask for."""

    def __init__(self, rows: ThreadRows, canvas: Canvas, marked: Marked, offer_link: Callable[[Link], object]) -> None:
        """Take what is on the screen. offer_link: takes the link that was clicked on."""
        self._rows = rows
        self._canvas = canvas
        self._marked = marked
        self._offer_link = offer_link

    def click(self, cell: Offset, times: int) -> None:
        """Take the last of so many clicks in a cell."""
        ends = self._canvas.ends_at(cell) if 0 <= cell.y < len(self._canvas.rows) else None
        if ends is None or ends[0] == ends[1]:
            return
        row = self._canvas.rows[cell.y]
        offset, key = ends[0]
        is_of_text = offset < row.block.fold_start
        if times == 1 and is_of_text:
            if (link := row.block.read().link_at(offset)).target:
                self._offer_link(link)
        elif times > 1 and self._marked.is_allowed:
            is_word = times == 2 and is_of_text
            start, end = word_at(self._rows, row.place, offset) if is_word else (0, BEYOND)
            self._marked.mark(Offset(start, key), Offset(end, key))
