"""Breaks styled text into rows, again only from where it changed. Knows no Markdown and no colour."""

from bisect import bisect_right
from operator import attrgetter, itemgetter

from frieza_tui.text.breaking import wrap_from
from frieza_tui.text.width import cell_len
from frieza_tui.tui.log.inline import StyledText
from frieza_tui.tui.log.rows import Row, slice_spans

_run_end = itemgetter(0)
_row_start = attrgetter("start")


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
    """The rows of a styled text at one width. They depend on the text alone, not on the pieces in which it came."""

    def __init__(self, width: int) -> None:
        self.width = max(1, width)
        self.rows: list[Row] = []
        self._content = StyledText()

    def update(self, content: StyledText, same: int | None = None) -> int:
        """Lay out a text, and return the first row that changed.

        `same`: characters at the beginning that are known to be as they were; None: find out.
        """
        if same is None:
            same = same_beginning(self._content, content)
        self._content = content
        # Text that grows keeps its lines but the last two (see wrap); one more for a change right at a line's start.
        first = max(0, bisect_right(self.rows, same, key=_row_start) - 3)
        start = self.rows[first].start if first else 0
        del self.rows[first:]
        self.rows.extend(self._row(left, right) for left, right in wrap_from(content.text, self.width, start))
        return first

    def _row(self, start: int, end: int) -> Row:
        content = self._content
        first_run = bisect_right(content.runs, start, key=_run_end)
        spans = slice_spans(content.runs, content.text, start, end, first_run)
        return Row(spans, cell_len(content.text[start:end]), start)
