"""Draws rows as strips: as they are, with a part of them selected, or with the offsets that a selection needs."""

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from frieza_tui.text.width import character_widths
from frieza_tui.tui.log.rows import Row, Span, spans_width
from frieza_tui.tui.log.styles import Palette
from frieza_tui.tui.log.thread_rows import Place
from frieza_tui.tui.log.viewport import VisibleRow

BAR = "▎"

_BLOCK_BITS = 24


def line_key(place: Place) -> int:
    """Return what Textual's selections take for the line number: it names a block and goes up with reading order."""
    return place.bubble << _BLOCK_BITS | place.block


def place_of(key: int) -> Place:
    """Return the first row of the block that a line key names."""
    return Place(key >> _BLOCK_BITS, key & ((1 << _BLOCK_BITS) - 1), 0)


class Drawing:
    """Draws for one widget."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._palette = Palette(widget)

    def clear(self) -> None:
        """Forget the colours; the strips that blocks keep are the caller's business."""
        self._palette.clear()

    def blank(self, width: int) -> Strip:
        """Return an empty line."""
        return Strip.blank(width, self._palette.style(""))

    def strip(self, visible: VisibleRow) -> Strip:
        """Return a row as it is; it is drawn once."""
        strip = visible.block.strips.get(visible.place.row)
        if not isinstance(strip, Strip):
            lead = self._lead(visible)
            row = self._row(visible)
            fill = "code-block" if visible.block.leaf.kind == "code" and visible.place.row >= visible.block.gap else ""
            width = spans_width(lead) + row.width
            strip = self._palette.strip((*lead, *row.spans), width, visible.view.full_width, fill)
            strip = visible.block.strips[visible.place.row] = self._filtered(strip)
        return strip

    def selected_strip(self, visible: VisibleRow, start: int, end: int) -> Strip:
        """Return a row with the part between two offsets of its block marked; an end of -1 is the block's."""
        row = self._row(visible)
        length = len(row.text)
        left = max(0, start - row.start)
        right = length if end < 0 else min(length, end - row.start)
        if left >= right:
            return self.strip(visible)
        mark = self._widget.screen.get_component_rich_style("screen--selection")
        segments = [Segment(text, self._palette.style(words)) for text, words in self._lead(visible)]
        at = 0
        for text, words in row.spans:
            for part_start, part_end in ((0, left - at), (left - at, right - at), (right - at, len(text))):
                part = text[max(0, part_start) : max(0, part_end)]
                if part:
                    is_marked = part_start == left - at and part_end == right - at
                    style = self._palette.style(words)
                    segments.append(Segment(part, style + mark if is_marked else style))
            at += len(text)
        used = spans_width(self._lead(visible)) + row.width
        segments.append(Segment(" " * max(0, visible.view.full_width - used), self._palette.style("")))
        return self._filtered(Strip(segments, max(used, visible.view.full_width)))

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

    def offset_at(self, visible: VisibleRow, x: int) -> int | None:
        """Return the offset in the block of the character at a column; None where there is no text."""
        row = self._row(visible)
        cells = spans_width(self._lead(visible))
        for index, width in enumerate(character_widths(row.text)):
            if cells <= x < cells + width:
                return row.start + index
            cells += width
        return None

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
