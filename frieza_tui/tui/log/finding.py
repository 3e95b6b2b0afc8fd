"""Finding in the thread: marks the text, and in a gutter beside the scroll bar where it stands. Knows no prompt."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.strip import Strip

from frieza_tui.tui.log.drawing import Mark
from frieza_tui.tui.log.finder import PARTS, Finder, Found, Hits
from frieza_tui.tui.log.selecting import SelectingView
from frieza_tui.tui.log.viewport import VisibleRow


class FindingView(SelectingView):
    """A thread in which a text can be found."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "find_on(-1)", show=False),
        Binding("N", "find_on(1)", show=False),
    ]

    _log_finder: Finder | None = None
    _found_spans: tuple[tuple[int, int], list[tuple[int, int]]] | None = None
    """Bubble and block, and where it holds the text: what the rows of one drawing share."""

    _held_keys: list[events.Key] | None = None
    """What was typed since the slash, for the line that opens: it may come in one read, and "d" deletes here."""

    def on_key(self, event: events.Key) -> None:
        """Take no letter after a slash for a command."""
        if self._held_keys is not None:
            self._held_keys.append(event)
            event.stop()
            event.prevent_default()
        elif event.key == "slash":
            self._held_keys = []

    def on_blur(self) -> None:
        """Pass on what is for the line that was opened."""
        held, self._held_keys = self._held_keys, None
        for event in held or ():
            if self.screen.focused is not None:
                self.screen.focused.post_message(event.copy())

    def find(self, text: str) -> int:
        """Mark a text wherever it stands, and go to it, upwards first, else downwards; "" ends that.

        Returns: how many messages hold it.
        """
        self._log_finder = Finder(self._log_viewport.rows, text) if text else None
        if self._log_finder is None:
            self._show_viewport()
            return 0
        self.action_find_on(-1)
        if self._log_finder.at is None:
            self.action_find_on(1)
        return len(self._log_finder.hits())

    def _find_anew(self) -> None:
        """Look again: bubbles have gone, and others have their numbers now."""
        if self._log_finder is not None:
            self._log_finder = Finder(self._log_viewport.rows, self._log_finder.text)

    def action_find_on(self, step: int) -> None:
        """Go to the next place (1), or the one before (-1), where the text stands."""
        shown = self._log_viewport.visible()
        if self._log_finder is None or not shown:
            return
        found = self._log_finder.step(step, shown[-1 if step < 0 else 0].place)
        if found is not None:
            self._go_to_found(found)
        self._show_viewport()

    def _go_to_found(self, found: Found) -> None:
        assert self._log_finder is not None
        place = self._log_finder.place(found)
        self._log_viewport.reveal(place, place)

    def _draw_rows(self) -> list[Strip]:
        self._found_spans = None
        strips = super()._draw_rows()
        return strips if self._log_finder is None else self._draw_gutter(self._log_finder, strips)

    def _marks(self, row: VisibleRow) -> list[Mark]:
        marks = super()._marks(row)
        finder = self._log_finder
        if finder is None or not row.place.block:
            return marks
        here = finder.at.start if finder.at is not None and finder.at[:2] == row.place[:2] else -1
        found = [self._log_drawing.find_mark(*span, span[0] == here) for span in self._spans_on(row, finder)]
        return found + marks

    def _spans_on(self, row: VisibleRow, finder: Finder) -> list[tuple[int, int]]:
        """Return those places that a row shows: a long block has many rows, and may hold the text everywhere."""
        if self._found_spans is None or self._found_spans[0] != row.place[:2]:
            self._found_spans = row.place[:2], finder.in_block(row.block)
        spans = self._found_spans[1]
        line = row.block.row(row.place.row)
        first = bisect_right(spans, line.start, key=lambda span: span[1])
        return spans[first : bisect_left(spans, line.start + len(line.text), key=lambda span: span[0])]

    def _draw_gutter(self, finder: Finder, strips: list[Strip]) -> list[Strip]:
        rows, height = self._log_viewport.rows, self._log_viewport.height
        starts = rows.starts()
        lines = _gutter_lines(finder.hits(), starts, height / max(rows.total, height))
        strips += [self._log_drawing.blank(self._log_viewport.width)] * (height - len(strips))
        return [
            self._log_drawing.gutter(strip, "found-gutter") if y in lines else strip for y, strip in enumerate(strips)
        ]


def _gutter_lines(found: Sequence[Hits], starts: Sequence[int], scale: float) -> set[int]:
    """Return the lines of the gutter that get a mark; `scale` makes them of rows of the thread."""
    lines: set[int] = set()
    for bubble, parts in found:
        first, after = starts[bubble] * scale, starts[bubble + 1] * scale
        if int(first) == int(after):
            lines.add(int(first))
        else:
            lines.update(int(first + (after - first) * part / PARTS) for part in parts)
    return lines
