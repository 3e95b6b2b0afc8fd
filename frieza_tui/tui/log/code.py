"""Lays out code: every line as it is, broken only at the edge. Knows no widget and no colour."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import TYPE_CHECKING

from frieza_tui.text.width import cell_len, character_widths, last_grapheme_end
from frieza_tui.tui.links.target import NO_LINK, Link
from frieza_tui.tui.log.leaf import Leaf
from frieza_tui.tui.log.parsing import Env
from frieza_tui.tui.log.rows import Row, slice_spans

if TYPE_CHECKING:
    from frieza_tui.tui.log.highlighting import Runs, State

SECTION_LINES = 400
"""Colouring begins anew after so many lines, so that the end of long code is shown without reading all of it."""


def break_line(line: str, width: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of the pieces of a line that fit a width; an empty line is one piece."""
    if len(line) <= width and cell_len(line) <= width:
        yield 0, len(line)
        return
    offsets = [0, *accumulate(character_widths(line))]
    start = 0
    while start < len(line):
        end = last_grapheme_end(line, start, bisect_right(offsets, offsets[start] + width, start) - 1)
        yield start, end
        start = end


class CodeLayout:
    """The rows of a block of code at one width."""

    def __init__(self, width: int, leaf: Leaf) -> None:
        self.width = max(2, width)
        self._style = leaf.style or "code-block"
        from frieza_tui.tui.log.highlighting import Highlighter  # not before there is code

        self._highlighter = Highlighter(leaf.info)
        self._text = ""
        self._starts: list[int] = []  # of lines
        self._rows: list[tuple[int, int, int]] = []  # line, start and end within the line
        self._settled_rows = 0  # of complete lines
        self._read_lines: dict[int, tuple[Runs, State]] = {}

    @property
    def count(self) -> int:
        """Rows."""
        return len(self._rows)

    def row(self, index: int) -> Row:
        """Return a row."""
        number, left, right = self._rows[index]
        line = self._line(number)
        spans = slice_spans(self._runs(number), line, left, right)
        return Row(spans, cell_len(line[left:right]), self._starts[number] + left)

    def cut(self, start: int, end: int) -> str:
        """Return the code between two offsets."""
        return self._text[start:end]

    def find(self, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
        """Return start and end of each place in the code that matches."""
        return [match.span() for match in pattern.finditer(self._text)]

    def link_at(self, _offset: int) -> Link:
        """There are no links in code."""
        return NO_LINK

    def all_links(self) -> list[Link]:
        """There are none."""
        return []

    def update(self, leaf: Leaf, _env: Env, /) -> int:
        """Lay out code that went on, or other code; return the first row that changed."""
        settled = self._starts[-1] if self._starts else 0
        is_more = len(leaf.content) > settled and leaf.content.startswith(self._text[:settled])
        self._text = leaf.content
        if not is_more:
            self._starts.clear()
            self._read_lines.clear()
            self._settled_rows = 0
        first = self._settled_rows
        del self._rows[first:]
        at = self._starts.pop() if self._starts else 0
        for line in self._text[at:].removesuffix("\n").split("\n"):
            self._settled_rows = len(self._rows)
            self._rows.extend((len(self._starts), left, right) for left, right in break_line(line, self.width))
            self._starts.append(at)
            at += len(line) + 1
        return first

    def _line(self, number: int) -> str:
        start = self._starts[number]
        if number + 1 < len(self._starts):
            return self._text[start : self._starts[number + 1] - 1]
        return self._text[start:].removesuffix("\n")

    def _runs(self, number: int) -> "Runs":
        """Return the styles of a line; those of complete lines are kept."""
        last = len(self._starts) - 1
        for before in range(number - number % SECTION_LINES, min(number + 1, last)):
            if before not in self._read_lines:
                self._read_lines[before] = self._read(before)
        return self._read_lines[number][0] if number < last else self._read(number)[0]

    def _read(self, number: int) -> "tuple[Runs, State]":
        before = self._read_lines[number - 1][1] if number % SECTION_LINES else self._highlighter.start
        runs, state = self._highlighter.line(self._line(number), before)
        return [(end, f"{self._style} {style}" if style else self._style) for end, style in runs], state
