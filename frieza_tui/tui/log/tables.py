"""Lays out tables so that they fit their width. Knows no widget and no colour."""

import re
from collections.abc import Sequence
from itertools import zip_longest

from frieza_tui.text.width import cell_len
from frieza_tui.tui.log.flow import Flow
from frieza_tui.tui.log.grammar import Env
from frieza_tui.tui.log.inline import StyledText, styled
from frieza_tui.tui.log.leaf import Leaf
from frieza_tui.tui.log.rows import EMPTY_ROW, Row, Span

SEPARATOR = " │ "
CROSSING = "─┼─"
_WORD = re.compile(r"[!-~]+")


def fit_columns(natural: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Return column widths of at most `room` cells together, if need be by narrowing the widest ones first.

    `least`: what a column needs so that no word is broken; it is given where there is room for that.
    """
    widths = list(natural)
    for floors in (list(least), [4] * len(widths), [1] * len(widths)):
        while (excess := sum(widths) - room) > 0:
            wide = [index for index, width in enumerate(widths) if width > floors[index]]
            if not wide:
                break
            widest = max(widths[index] for index in wide)
            group = [index for index in wide if widths[index] == widest]
            lower = max(
                [widths[index] for index in wide if widths[index] < widest] + [floors[index] for index in group]
            )
            step = max(1, min(widest - lower, excess // len(group)))
            for index in group[:excess]:
                widths[index] -= min(step, widths[index] - floors[index])
    return widths


def _measure(content: StyledText) -> tuple[int, int]:
    """Return the cells of a cell's widest line and of its longest word."""
    natural = max((cell_len(line) for line in content.text.split("\n")), default=0)
    return natural, max((len(word) for word in _WORD.findall(content.text)), default=1)


class TableLayout:
    """The rows of a table at one width."""

    def __init__(self, width: int) -> None:
        self.width = max(1, width)
        self.rows: list[Row] = []
        self.text = ""
        self.links: list[tuple[int, int, str]] = []
        self._leaf = Leaf("table")
        self._cells: list[list[StyledText]] = []
        self._columns: list[int] = []

    def update(self, leaf: Leaf, env: Env) -> int:
        """Lay out a table that went on, or another one; return the first row that changed."""
        self._leaf = leaf
        self._cells = [
            [styled(cell, f"{leaf.style} table-head" if not number else leaf.style, env) for cell in row]
            for number, row in enumerate(leaf.cells)
        ]
        self._columns = self._fit()
        self.rows.clear()
        self.text = ""
        self.links.clear()
        for number, row in enumerate(self._cells):
            self._add_row(row)
            if not number:
                self._add_text(((CROSSING.join("─" * width for width in self._columns), "table-rule"),))
        return 0

    def _fit(self) -> list[int]:
        count = len(self._leaf.info)
        room = max(count, self.width - cell_len(SEPARATOR) * (count - 1))
        natural = [1] * count
        least = [1] * count
        for row in self._cells:
            for index, cell in enumerate(row[:count]):
                wide, word = _measure(cell)
                natural[index] = max(natural[index], min(wide, room))
                least[index] = max(least[index], min(word, room))
        return fit_columns(natural, least, room)

    def _add_row(self, cells: Sequence[StyledText]) -> None:
        flows: list[Flow] = []
        for cell, width in zip(cells, self._columns, strict=False):
            flow = Flow(width)
            flow.update(cell)
            flows.append(flow)
        for lines in zip_longest(*(flow.rows for flow in flows), fillvalue=EMPTY_ROW):
            self._add_line(lines)

    def _add_line(self, lines: Sequence[Row]) -> None:
        spans: list[Span] = []
        for index, (line, width, align) in enumerate(zip(lines, self._columns, self._leaf.info, strict=False)):
            space = max(0, width - line.width)
            left = space if align == "r" else space // 2 if align == "c" else 0
            if index:
                spans.append((SEPARATOR, "table-rule"))
            if left:
                spans.append((" " * left, self._leaf.style))
            spans.extend(line.spans)
            if space - left and index < len(lines) - 1:
                spans.append((" " * (space - left), self._leaf.style))
        self._add_text(tuple(spans))

    def _add_text(self, spans: tuple[Span, ...]) -> None:
        text = "".join(part for part, _ in spans)
        self.rows.append(Row(spans, cell_len(text), len(self.text)))
        self.text += text + "\n"
