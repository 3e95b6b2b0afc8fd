"""Breaks styled text into rows, again only from where it changed. Knows no Markdown and no colour."""

from bisect import bisect_right
from operator import itemgetter
from typing import NamedTuple

from frieza_tui.text.width import cell_len
from frieza_tui.tui.log.inline import StyledText, slice_spans
from frieza_tui.tui.log.rows import Row
from frieza_tui.tui.log.wrapping import wrap

WINDOW_ROWS = 8
"""A line is broken in pieces of about this many rows, so that what a piece settles stays settled."""

_run_end = itemgetter(0)


class _Window(NamedTuple):
    """A stretch of a line that was broken at once."""

    end: int
    following: int
    """Where the next window starts."""
    row_count: int
    """Rows up to and including its own."""


def same_prefix(old: str, new: str) -> int:
    """Return how many characters two texts have in common at their beginning."""
    if new.startswith(old):
        return len(old)
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[:middle] == new[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def same_beginning(old: StyledText, new: StyledText) -> int:
    """Return how many characters two styled texts have in common, styles included, at their beginning."""
    same = same_prefix(old.text, new.text)
    start = 0
    for (old_end, old_style), (end, style) in zip(old.runs, new.runs, strict=False):
        if old_style != style:
            return min(same, start)
        if old_end != end:
            return min(same, old_end, end)
        start = end
    return same


class Flow:
    """The rows of a styled text at one width.

    Rows depend on the text alone, never on the pieces in which it came: a line is broken window by window, and a window
    that ends within the line settles all its rows but the last two.
    """

    def __init__(self, width: int) -> None:
        self.width = max(1, width)
        self.rows: list[Row] = []
        self._content = StyledText()
        self._windows: list[_Window] = []
        self._reach = max(WINDOW_ROWS * self.width, 64)

    def update(self, content: StyledText, same: int | None = None) -> int:
        """Lay out a text, and return the first row that changed.

        `same`: characters at the beginning that are known to be as they were; None: find out.
        """
        if same is None:
            same = same_beginning(self._content, content)
        self._content = content
        windows = self._windows
        while windows and windows[-1].end >= same:
            windows.pop()
        first = windows[-1].row_count if windows else 0
        at = windows[-1].following if windows else 0
        del self.rows[first:]
        while at <= len(content.text):
            at = self._break_window(at)
        return first

    def _break_window(self, start: int) -> int:
        """Break the text from the start of a row; return where the next window starts, past the text after the last."""
        text = self._content.text
        line_end = text.find("\n", start)
        if line_end < 0:
            line_end = len(text)
        reach = self._reach
        while True:
            end = min(line_end, start + reach)
            cuts = wrap(text[start:end], self.width)
            if end == line_end or len(cuts) > 3:
                break
            reach *= 2
        following = line_end + 1
        if end < line_end:
            following = start + cuts[-2][0]
            cuts = cuts[:-2]
        self.rows.extend(self._row(start + left, start + right) for left, right in cuts)
        self._windows.append(_Window(end, following, len(self.rows)))
        return following

    def _row(self, start: int, end: int) -> Row:
        content = self._content
        first_run = bisect_right(content.runs, start, key=_run_end)
        spans = slice_spans(content.runs, content.text, start, end, first_run)
        return Row(spans, cell_len(content.text[start:end]), start)
