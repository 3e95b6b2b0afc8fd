"""Lays out tables so that they fit their width, row by row when they are looked at. Knows no widget and no colour."""

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from operator import le
from typing import NamedTuple

from frieza_tui.text.width import cell_len
from frieza_tui.tui.links.target import NO_LINK, Link
from frieza_tui.tui.log.flow import Flow
from frieza_tui.tui.log.heights import Heights
from frieza_tui.tui.log.inline import StyledText, styled
from frieza_tui.tui.log.leaf import Leaf
from frieza_tui.tui.log.parsing import Env
from frieza_tui.tui.log.rows import EMPTY_ROW, Row, Span, row_of, slice_spans

SEPARATOR = " │ "
CROSSING = "─┼─"
STRIDE = 1 << 14
"""Offsets count so many characters for each line, whatever its length: no line needs to know the ones before."""

_WORD = re.compile(r"[!-~]+")
_LEGIBLE = 8
"""Cells that text without words is given before words are broken for it: so many hold what may not be parted."""


def fit_columns(natural: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Return column widths of at most `room` cells together, if need be by narrowing the widest ones first.

    `least`: what a column needs so that no word is broken and it can be read; given where there is room for that.
    """
    widths = list(natural)
    for floors in (list(least), [4] * len(widths), [1] * len(widths)):
        while (excess := sum(widths) - room) > 0:
            wide = [index for index, width in enumerate(widths) if width > floors[index]]
            if not wide:
                break
            widest = max(widths[index] for index in wide)
            group = [index for index in wide if widths[index] == widest]
            lower = max([width for width in widths if width < widest] + [floors[index] for index in group])
            step = max(1, min(widest - lower, excess // len(group)))
            for index in group[:excess]:
                widths[index] -= step
    return widths


class _Measured(NamedTuple):
    """A row of a table, read."""

    cells: list[StyledText]
    own: tuple[int, ...]
    """Cells that each column takes on one line; a number too great if it has line ends."""
    natural: tuple[int, ...]
    """Cells that the widest line of each column takes, in this row or one before it."""
    least: tuple[int, ...]
    """Cells of what should not be broken likewise."""


class _Part(NamedTuple):
    """What a line of the table shows of a cell."""

    cell: StyledText
    row: Row
    left: int
    """Spaces before it …"""
    right: int
    """… and after it."""
    at: int
    """Offset of its text in the line."""


def _widest_line(text: str) -> int:
    return cell_len(text) if "\n" not in text else max(cell_len(line) for line in text.split("\n"))


def _least_width(text: str, natural: int) -> int:
    least = 1 if text.isascii() else min(natural, _LEGIBLE)
    return max(least, *map(len, _WORD.findall(text)), 1)


class TableLayout:
    """The rows of a table at one width.

    Its lines are those of the header, a rule, and those of the other rows. Their number is known for all, what they
    show only for those that were asked for.
    """

    def __init__(self, width: int) -> None:
        self.width = max(1, width)
        self._leaf = Leaf("table")
        self._measured: list[_Measured] = []
        self._columns: list[int] = []
        self._heights = Heights()
        self._lines: dict[int, list[Row]] = {}

    @property
    def count(self) -> int:
        """Lines."""
        return self._heights.total

    def update(self, leaf: Leaf, env: Env, /) -> int:
        """Lay out a table that went on, or another one; return the first line that changed."""
        same = self._same_rows(leaf)
        self._leaf = leaf
        del self._measured[same:]
        for number in range(same, len(leaf.cells)):
            self._measure(number, env)
        columns = self._fit()
        if columns != self._columns:
            self._columns = columns
            same = 0
        kept = same + 1 if same else 0
        self._heights.truncate(kept)
        first = self._heights.total
        for number in [number for number in self._lines if number >= kept]:
            del self._lines[number]
        for number in range(same, len(leaf.cells)):
            self._heights.append(self._height(self._measured[number]))
            if number == 0:
                self._heights.append(1)
        return first

    def _same_rows(self, leaf: Leaf) -> int:
        old, new = self._leaf.cells, leaf.cells
        if self._leaf.info != leaf.info:
            return 0
        for count in (min(len(old), len(new)), min(len(old), len(new)) - 1):
            if count > 0 and old[:count] == new[:count]:
                return count
        return 0

    def _measure(self, number: int, env: Env) -> None:
        style = self._leaf.style if number else f"{self._leaf.style} table-head".strip()
        cells = [styled(cell, style, env) for cell in self._leaf.cells[number]]
        natural = tuple(_widest_line(cell.text) for cell in cells)
        own = tuple(STRIDE if "\n" in cell.text else wide for cell, wide in zip(cells, natural, strict=True))
        least = tuple(_least_width(cell.text, wide) for cell, wide in zip(cells, natural, strict=True))
        if number:
            before = self._measured[number - 1]
            natural = tuple(map(max, natural, before.natural))
            least = tuple(map(max, least, before.least))
        self._measured.append(_Measured(cells, own, natural, least))

    def _fit(self) -> list[int]:
        count = len(self._leaf.info)
        room = max(count, self.width - cell_len(SEPARATOR) * (count - 1))
        last = self._measured[-1]
        natural = [max(1, min(width, room)) for width in last.natural]
        least = [max(1, min(width, room)) for width in last.least]
        return fit_columns(natural, least, room)

    def _height(self, row: _Measured) -> int:
        if all(map(le, row.own, self._columns)):
            return 1
        return max(len(self._flow(cell, width)) for cell, width in zip(row.cells, self._columns, strict=True))

    def _flow(self, cell: StyledText, width: int) -> list[Row]:
        if "\n" not in cell.text and len(cell.text) <= width and (cells := cell_len(cell.text)) <= width:
            return [Row(slice_spans(cell.runs, cell.text, 0, len(cell.text)), cells)]
        flow = Flow(width)
        flow.update(cell)
        return flow.rows

    def row(self, index: int) -> Row:
        """Return a line."""
        entry, line = self._heights.find(index)
        lines = self._lines.get(entry)
        if lines is None:
            lines = self._lines[entry] = self._make_lines(entry)
        return lines[line]._replace(start=index * STRIDE)

    def _make_lines(self, entry: int) -> list[Row]:
        if entry == 1:
            return [row_of(CROSSING.join("─" * width for width in self._columns), "table-rule")]
        return [self._join(line) for line in self._placed_lines(entry)]

    def _placed_lines(self, entry: int) -> list[list[_Part]]:
        """Return what the lines of a row, which is not the rule, show of its cells."""
        cells = self._measured[entry - 1 if entry else 0].cells
        flows = [self._flow(cell, width) for cell, width in zip(cells, self._columns, strict=True)]
        return [self._place(cells, line) for line in zip_longest(*flows, fillvalue=EMPTY_ROW)]

    def _place(self, cells: Sequence[StyledText], line: Sequence[Row]) -> list[_Part]:
        parts: list[_Part] = []
        at = 0
        for cell, row, column, align in zip(cells, line, self._columns, self._leaf.info, strict=True):
            space = max(0, column - row.width)
            left = space if align == "r" else space // 2 if align == "c" else 0
            parts.append(_Part(cell, row, left, space - left, at + left))
            at += space + len(row.text) + len(SEPARATOR)
        return parts

    def _join(self, line: Sequence[_Part]) -> Row:
        spans: list[Span] = []
        for part in line:
            if spans:
                spans.append((SEPARATOR, "table-rule"))
            spans += [(" " * part.left, self._leaf.style), *part.row.spans, (" " * part.right, self._leaf.style)]
        width = sum(part.left + part.row.width + part.right for part in line) + cell_len(SEPARATOR) * (len(line) - 1)
        return Row(tuple(span for span in spans if span[0]), width)

    def cut(self, start: int, end: int) -> str:
        """Return what the lines between two offsets show."""
        lines: list[str] = []
        for index in range(start // STRIDE, min(self.count, end // STRIDE + 1)):
            text = self.row(index).text
            left = max(0, start - index * STRIDE)
            lines.append(text[left : max(0, end - index * STRIDE)].rstrip() if left < len(text) else "")
        return "\n".join(lines)

    def all_links(self) -> list[Link]:
        """Return the links of all cells, in order."""
        return [link for row in self._measured for cell in row.cells for link in cell.all_links()]

    def link_at(self, offset: int) -> Link:
        """Return the link at an offset; NO_LINK if there is none."""
        index, at = divmod(offset, STRIDE)
        entry, line = self._heights.find(index)
        for part in self._placed_lines(entry)[line] if entry != 1 else ():
            if 0 <= at - part.at < len(part.row.text):
                return part.cell.link_at(part.row.start + at - part.at)
        return NO_LINK

    def find(self, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
        """Return start and end of each place in a cell that matches; one that a line's end parts makes two."""
        return [place for number in range(len(self._measured)) for place in self._find_in(number, pattern)]

    def _find_in(self, number: int, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
        found = [[match.span() for match in pattern.finditer(cell.text)] for cell in self._measured[number].cells]
        if not any(found):
            return
        entry = number + 1 if number else 0
        for index, line in enumerate(self._placed_lines(entry), self._heights.before(entry)):
            for part, spans in zip(line, found, strict=True):
                base = index * STRIDE + part.at - part.row.start
                for start, end in spans:
                    left, right = max(start, part.row.start), min(end, part.row.start + len(part.row.text))
                    if left < right:
                        yield base + left, base + right
