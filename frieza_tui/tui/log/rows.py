"""Rows: what one line of the log shows, as plain data. Knows no widget and no colour."""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from frieza_tui.text.width import cell_len

Span: TypeAlias = tuple[str, str]
"""Text, and the words of its style, such as "strong link"; what they look like is the widget's business."""


class Row(NamedTuple):
    """One line of a block, without the block's prefix."""

    spans: tuple[Span, ...]
    width: int
    """Cells."""
    start: int = 0
    """Offset of its first character in the block's own text."""

    @property
    def text(self) -> str:
        """What the row shows."""
        return "".join(text for text, _ in self.spans)


EMPTY_ROW = Row((), 0)
BEYOND = 1 << 60
"""An offset, and a number of a block, behind all there are."""


def row_of(text: str, style: str, start: int = 0) -> Row:
    """Return a row of one style."""
    return Row(((text, style),), cell_len(text), start)


def spans_width(spans: tuple[Span, ...]) -> int:
    """Return the cells that spans take."""
    return sum(cell_len(text) for text, _ in spans)


def add_style(style: str, word: str) -> str:
    """Return a style with one more word."""
    return f"{style} {word}" if style else word


def slice_spans(
    runs: Sequence[tuple[int, str]], text: str, start: int, end: int, first_run: int = 0
) -> tuple[Span, ...]:
    """Return the spans of a part of a styled text; `first_run` is the index of a run that ends after `start`."""
    spans: list[Span] = []
    at = start
    for index in range(first_run, len(runs)):
        run_end, style = runs[index]
        if run_end <= at:
            continue
        stop = min(run_end, end)
        if stop > at:
            spans.append((text[at:stop], style))
            at = stop
        if at >= end:
            break
    return tuple(spans)
