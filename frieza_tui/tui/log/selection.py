"""What the mouse has marked, as Textual keeps it: how it names places of the thread, and what text that is."""

from textual.geometry import Offset
from textual.selection import Selection
from textual.widget import Widget

from frieza_tui.tui.log.excerpt import excerpt
from frieza_tui.tui.log.rows import BEYOND
from frieza_tui.tui.log.thread_rows import Place, ThreadRows

_BLOCK_BITS = 24


def line_key(place: Place) -> int:
    """Return what Textual's selections take for the line number: it names a block and goes up with reading order."""
    return place.bubble << _BLOCK_BITS | place.block


def place_of(key: int) -> Place:
    """Return the first row of the block that a line key names."""
    return Place(key >> _BLOCK_BITS, key & ((1 << _BLOCK_BITS) - 1), 0)


class Marked:
    """Textual's selection in one widget. Its offsets are places in a block's text, and the block's line key."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget

    @property
    def selection(self) -> Selection | None:
        """What is marked; None if nothing is."""
        return self._widget.text_selection

    @property
    def is_allowed(self) -> bool:
        """Whether anything may be marked."""
        widget = self._widget
        return widget.allow_select and widget.screen.allow_select and widget.app.ALLOW_SELECT

    def mark(self, start: Offset, end: Offset) -> None:
        """Mark this and nothing else on the screen."""
        self._widget.screen.selections = {self._widget: Selection(start, end)}


def selected_text(rows: ThreadRows, selection: Selection) -> str | None:
    """Return what is seen of a selection, without the line ends that the width made; None if there is no bubble."""
    last = len(rows.bubbles) - 1
    if last < 0:
        return None
    start, end = selection
    first_key, first_at = (start.y, start.x) if start is not None else (0, 0)
    first = place_of(first_key)
    end_bubble, end_block = (last, BEYOND) if end is None else place_of(end.y)[:2]
    last_at = BEYOND if end is None else end.x
    return excerpt(rows, (first.bubble, first.block, first_at), (end_bubble, end_block, last_at), is_as_shown=True)
