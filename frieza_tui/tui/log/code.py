"""Lays out code: every line as it is, broken only at the edge. Knows no widget and no colour."""

from collections.abc import Iterator

from frieza_tui.text.width import cell_len, character_widths, is_attached
from frieza_tui.tui.log.grammar import Env
from frieza_tui.tui.log.leaf import Leaf
from frieza_tui.tui.log.rows import Row, slice_spans


def break_line(line: str, width: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of the pieces of a line that fit a width; an empty line is one piece."""
    if len(line) <= width and cell_len(line) <= width:
        yield 0, len(line)
        return
    start = cells = 0
    for index, size in enumerate(character_widths(line)):
        if cells + size > width and index > start and not is_attached(line, index):
            yield start, index
            start, cells = index, 0
        cells += size
    yield start, len(line)


class CodeLayout:
    """The rows of a block of code at one width."""

    def __init__(self, width: int, leaf: Leaf) -> None:
        self.width = max(2, width)
        self._style = leaf.style or "code-block"
        self._rows: list[Row] = []
        self._text = ""
        self._settled = 0  # characters of complete lines
        self._settled_rows = 0

    @property
    def count(self) -> int:
        """Rows."""
        return len(self._rows)

    def row(self, index: int) -> Row:
        """Return a row."""
        return self._rows[index]

    def cut(self, start: int, end: int) -> str:
        """Return the code between two offsets."""
        return self._text[start:end]

    def link_at(self, _offset: int) -> str:
        """There are no links in code."""
        return ""

    def update(self, leaf: Leaf, _env: Env, /) -> int:
        """Lay out code that went on, or other code; return the first row that changed."""
        content = leaf.content
        if not content.startswith(self._text[: self._settled]):
            self._settled = self._settled_rows = 0
        self._text = content
        first = self._settled_rows
        del self._rows[first:]
        at = self._settled
        while (end := content.find("\n", at)) >= 0:
            self._add_line(content[at:end], at)
            at = end + 1
        self._settled = at
        self._settled_rows = len(self._rows)
        if at < len(content) or not self._rows:
            self._add_line(content[at:], at)
        return first

    def _add_line(self, line: str, start: int) -> None:
        runs = [(len(line), self._style)]
        for left, right in break_line(line, self.width):
            spans = slice_spans(runs, line, left, right)
            self._rows.append(Row(spans, cell_len(line[left:right]), start + left))
