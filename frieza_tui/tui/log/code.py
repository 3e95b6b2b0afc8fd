"""Lays out code: every line as it is, broken only at the edge. Knows no widget and no colour."""

from collections.abc import Iterator

from rich.cells import chop_cells

from frieza_tui.text.width import cell_len
from frieza_tui.tui.log.inline import slice_spans
from frieza_tui.tui.log.rows import Row


def break_line(line: str, width: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of the pieces of a line that fit a width; an empty line is one piece."""
    if len(line) * 2 <= width or cell_len(line) <= width:
        yield 0, len(line)
        return
    at = 0
    for piece in chop_cells(line, width):
        yield at, at + len(piece)
        at += len(piece)


class CodeLayout:
    """The rows of a block of code at one width."""

    def __init__(self, width: int, style: str) -> None:
        self.width = max(2, width)
        self.rows: list[Row] = []
        self.text = ""
        self._style = style
        self._settled = 0  # characters of complete lines
        self._settled_rows = 0

    def update(self, content: str) -> int:
        """Lay out code that went on, or other code; return the first row that changed."""
        if not content.startswith(self.text[: self._settled]):
            self._settled = self._settled_rows = 0
        self.text = content
        first = self._settled_rows
        del self.rows[first:]
        at = self._settled
        while (end := content.find("\n", at)) >= 0:
            self._add_line(content[at:end], at)
            at = end + 1
        self._settled = at
        self._settled_rows = len(self.rows)
        if at < len(content) or not self.rows:
            self._add_line(content[at:], at)
        return first

    def _add_line(self, line: str, start: int) -> None:
        runs = [(len(line), self._style)]
        for left, right in break_line(line, self.width):
            spans = slice_spans(runs, line, left, right)
            self.rows.append(Row(spans, cell_len(line[left:right]), start + left))
