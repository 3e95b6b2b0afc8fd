"""Draws rows as strips: as they are, with a part of them selected, or with the offsets that a selection needs."""

from collections.abc import Sequence
from typing import TypeAlias

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from frieza_tui.text.width import character_widths, grapheme_ends
from frieza_tui.tui.log.rows import BEYOND, Row, Span, spans_width
from frieza_tui.tui.log.selection import line_key
from frieza_tui.tui.log.styles import Palette
from frieza_tui.tui.log.viewport import VisibleRow

BAR = "▎"
CURSOR_BAR = "▌"
GUTTER_MARK = "▐"

Mark: TypeAlias = tuple[int, int, Style]
"""Start and end offset in a block's text, and what is laid over it."""


def _mark(strip: Strip, start: int, end: int, style: Style) -> Strip:
    """Return a strip with a style laid over the characters between two indexes."""
    if start >= end:
        return strip
    segments: list[Segment] = []
    at = 0
    for text, own, _ in strip:
        left, right = max(0, start - at), max(0, min(len(text), end - at))
        at += len(text)
        if left >= right:
            segments.append(Segment(text, own))
            continue
        segments += [
            Segment(text[:left], own),
            Segment(text[left:right], own + style if own else style),
            Segment(text[right:], own),
        ]
    return Strip([segment for segment in segments if segment.text], strip.cell_length)


class Drawing:
    """Draws for one widget."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._palette = Palette(widget)
        self._blank: Strip | None = None

    def clear(self) -> None:
        """Forget the colours; the strips that blocks keep are the caller's business."""
        self._palette.clear()
        self._blank = None

    def blank(self, width: int) -> Strip:
        """Return an empty line."""
        if self._blank is None or self._blank.cell_length != width:
            self._blank = self._filtered(Strip.blank(width, self._palette.style("")))
        return self._blank

    def strip(self, visible: VisibleRow) -> Strip:
        """Return a row as it is; it is drawn once."""
        strip = visible.block.strips.get(visible.place.row)
        if not isinstance(strip, Strip):
            strip = visible.block.strips[visible.place.row] = self.marked_strip(visible)
        return strip

    def marked_strip(self, visible: VisibleRow, marks: Sequence[Mark] = (), bar: Span | None = None) -> Strip:
        """Return a row with parts of its block marked, and with another bar."""
        row = self._row(visible)
        lead = self._lead(visible)
        if bar is not None and lead:
            lead = (bar, *lead[1:])
        segments = [Segment(text, self._palette.style(words)) for text, words in (*lead, *row.spans)]
        used = spans_width(lead) + row.width
        segments += self._padding(visible, used)
        strip = Strip(segments, max(used, visible.view.full_width))
        edge = len("".join(text for text, _ in lead))
        for start, end, style in marks:
            strip = _mark(strip, edge + max(0, start - row.start), edge + min(len(row.text), end - row.start), style)
        return self._filtered(strip)

    def selection_mark(self, start: int, end: int) -> Mark:
        """Return the mark of what the reader has selected; an end of -1 is that of the block."""
        mark = self._widget.screen.get_component_rich_style("screen--selection")
        if mark.color == mark.bgcolor:  # the theme leaves it to the text
            mark = Style(bgcolor=mark.bgcolor)
        return start, BEYOND if end < 0 else end, mark

    def find_mark(self, start: int, end: int, is_current: bool) -> Mark:
        """Return the mark of what was found."""
        own = self._palette.style("found-here") if is_current else Style()
        return start, end, own + Style(reverse=True)

    def gutter(self, strip: Strip, words: str) -> Strip:
        """Return a line with a mark at its right edge."""
        mark = Strip([Segment(GUTTER_MARK, self._palette.style(words))], 1)
        return Strip.join([strip.crop(0, strip.cell_length - 1), self._filtered(mark)])

    def _padding(self, visible: VisibleRow, used: int) -> list[Segment]:
        missing = visible.view.full_width - used
        if missing <= 0:
            return []
        is_code = visible.block.leaf.kind == "code" and visible.place.row >= visible.block.gap
        fill = Segment(" " * (missing - 1), self._palette.style("code-block" if is_code else ""))
        return [fill, Segment(" ", self._palette.style(""))]

    def offset_strip(self, visible: VisibleRow) -> Strip:
        """Return a row that carries, as Textual's selections want it, the offset of each character."""
        row = self._row(visible)
        key = line_key(visible.place)
        here = Style.from_meta({"offset": (row.start, key)})
        segments = [Segment(" ", here)] * spans_width(self._lead(visible))
        segments.append(Segment(row.text, here))
        end = Style.from_meta({"offset": (row.start + len(row.text), key)})
        used = len(segments) - 1 + row.width
        segments += [Segment(" ", end)] * max(0, visible.view.full_width - used)
        return Strip(segments)

    def ends_at(self, visible: VisibleRow, x: int) -> tuple[int, int]:
        """Return the start and the end, in the block, of the character at a column.

        Beside the text both are the row's next end.
        """
        row = self._row(visible)
        cells = spans_width(self._lead(visible))
        widths = character_widths(row.text)
        start = end = 0
        for end in grapheme_ends(row.text) if x >= cells else ():
            cells += sum(widths[start:end])
            if x < cells:
                return row.start + start, row.start + end
            start = end
        return row.start + end, row.start + end

    def _lead(self, visible: VisibleRow) -> tuple[Span, ...]:
        block, at = visible.block, visible.place.row
        if visible.place.block == 0 and at < block.gap:
            return ()
        return ((BAR + " ", f"bar-{visible.view.bubble.author}"), *block.prefix(at))

    def _row(self, visible: VisibleRow) -> Row:
        return visible.block.row(visible.place.row)

    def _filtered(self, strip: Strip) -> Strip:
        for line_filter in self._widget.get_line_filters():
            strip = strip.apply_filter(line_filter, self._widget.background_colors[1])
        return strip
