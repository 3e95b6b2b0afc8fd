"""Which rows of the thread are on the screen, and what it takes to keep them there. Knows no widget and no colour."""

from collections.abc import Sequence
from dataclasses import dataclass

from frieza_tui.tui.log.block import Block
from frieza_tui.tui.log.bubble_view import BubbleView
from frieza_tui.tui.log.content import Bubble
from frieza_tui.tui.log.thread_rows import Place, ThreadRows


@dataclass(frozen=True, slots=True)
class VisibleRow:
    """A row on the screen."""

    place: Place
    view: BubbleView
    block: Block


class Viewport:
    """A window on the thread.

    It holds on to the row at its top: that row stays, whatever happens elsewhere and whatever becomes known of heights.
    While a thread is too short to have that row at the top, its end is at the bottom, and the row is held all the same.
    """

    def __init__(self) -> None:
        self.rows = ThreadRows()
        self.height = 24
        self.top = Place(0, 0, 0)
        self.is_following = True
        self.reads_from_top = False
        """A reply that outgrows the window while it follows the end is held at its first row."""
        self.kept_row: Place | None = None
        """What the reader chose to look at: text that comes does not push it out. Forgotten when they go to the end."""
        self._followed_key = ""
        """The reply that the reader last went to the end of."""
        self._held = (Place(-1, 0, 0), 0)

    @property
    def bubbles(self) -> list[Bubble]:
        """All bubbles of the thread."""
        return self.rows.bubbles

    @property
    def width(self) -> int:
        """Cells."""
        return self.rows.width

    def remove(self, indexes: Sequence[int]) -> None:
        """Take bubbles out."""
        self.rows.remove(indexes)
        self.kept_row = None
        bubble = self.top.bubble - sum(index < self.top.bubble for index in indexes)
        is_gone = self.top.bubble in indexes
        self.top = Place(bubble, 0, 0) if is_gone else self.top._replace(bubble=bubble)

    def clear(self) -> None:
        """Take all bubbles out."""
        self.rows.clear()
        self.kept_row = None
        self.top = Place(0, 0, 0)
        self.is_following = True

    def resize(self, width: int, height: int) -> None:
        """Take another size; the row at the top stays there, or the end stays at the bottom."""
        self.height = height
        if width == self.width:
            return
        start = self._start_of_top()
        self.rows.set_width(width)
        if self.bubbles and not self.is_following:
            self._return_to(start)
            self._held = (self.top, start)

    def _start_of_top(self) -> int:
        """Where the text of the row at the top starts, which no width changes; -1: it is a gap."""
        if not self.bubbles:
            return 0
        if self.top == self._held[0]:
            return self._held[1]  # another resize, and the same row: several in turn must not add up to a move
        bubble, index, row = self._clamp(self.top)
        block = self.rows.read(bubble, index)
        return -1 if row < block.gap else block.row(row).start

    def _return_to(self, start: int) -> None:
        block = self.rows.read(self.top.bubble, self.top.block)
        row = 0
        for index in range(block.gap, block.height):
            if start < 0 or block.row(index).start > start:
                break
            row = index
        self.top = self.top._replace(row=row)

    # ── what is seen

    @property
    def total(self) -> int:
        """Rows of the thread, as far as they are known."""
        return self.rows.total

    @property
    def top_row(self) -> int:
        """Rows above the window, as far as they are known."""
        if not self.bubbles:
            return 0
        return min(self.rows.row_of(self.top), max(0, self.total - self.height))

    @property
    def rows_below(self) -> int:
        """Rows under the window, as far as they are known."""
        return max(0, self.total - self.top_row - self.height)

    def visible(self) -> list[VisibleRow]:
        """Return the rows in the window, from its top; fewer than its height if the thread is short."""
        if not self.bubbles:
            return []
        end = self._last_top()
        if self.is_following:
            held = self._held_row(end)
            self.is_following = held is None
            self.top = held or end
        self.top = self._clamp(self.top)
        rows = self._rows_from(min(self.top, end))
        self.rows.drop_views()
        return rows

    def _held_row(self, end: Place) -> Place | None:
        """Return the row that is not to leave the window though it follows the end, if it would leave it now."""
        if self._is_outgrown(end):
            return Place(len(self.bubbles) - 1, 0, 1)
        return self.kept_row if self.kept_row is not None and self.top <= self.kept_row < end else None

    def _is_outgrown(self, end: Place) -> bool:
        """Return whether the reply that came last is to be read from its top, and no longer fits the window."""
        last = len(self.bubbles) - 1
        reply = self.bubbles[last]
        is_new = self.reads_from_top and reply.key != self._followed_key
        return is_new and reply.author == "assistant" and reply.has_grown and end > Place(last, 0, 1)

    def _rows_from(self, place: Place) -> list[VisibleRow]:
        rows: list[VisibleRow] = []
        bubble, block_index, row = place
        while len(rows) < self.height and bubble < len(self.bubbles):
            view = self.rows.view(bubble)
            while block_index < len(view.blocks) and len(rows) < self.height:
                block = self.rows.read(bubble, block_index)
                stop = min(block.height, row + self.height - len(rows))
                rows.extend(VisibleRow(Place(bubble, block_index, at), view, block) for at in range(row, stop))
                block_index += 1
                row = 0
            bubble += 1
            block_index = 0
        return rows

    def _clamp(self, place: Place) -> Place:
        bubble = min(place.bubble, len(self.bubbles) - 1)
        view = self.rows.view(bubble)
        if place.block >= len(view.blocks):
            last = len(view.blocks) - 1
            return Place(bubble, last, self.rows.read(bubble, last).height - 1)
        return Place(bubble, place.block, min(place.row, self.rows.read(bubble, place.block).height - 1))

    def _last_top(self) -> Place:
        """Return the row at the top when the end is at the bottom."""
        left = self.height
        for bubble in range(len(self.bubbles) - 1, -1, -1):
            view = self.rows.view(bubble)
            for index in range(len(view.blocks) - 1, -1, -1):
                height = self.rows.read(bubble, index).height
                if height >= left:
                    return Place(bubble, index, height - left)
                left -= height
        return Place(0, 0, 0)

    # ── moving

    def move(self, rows: int) -> None:
        """Move the window by some rows; negative is up. At the end it follows the end."""
        if not self.bubbles:
            return
        self.top = min(self.top, self._last_top())
        if rows < 0:
            self._move_up(-rows)
        else:
            self._move_down(rows)
        self._settle_move()

    def jump(self, row: int) -> None:
        """Move the window's top to a row of the thread, as far as heights are known."""
        if not self.bubbles:
            return
        self.top = self._clamp(self.rows.find(row))
        self._settle_move()

    def go_to(self, row: int) -> bool:
        """Move the window's top to a row, line by line where that is near. Returns: False if it is there."""
        rows = row - self.top_row
        if rows and abs(rows) <= self.height * 4:
            self.move(rows)
        elif rows:
            self.jump(row)
        return bool(rows)

    def reveal(self, first: Place, last: Place) -> None:
        """Move as little as it takes to show rows, or the first of them if they are too many."""
        shown = self.visible()
        if not shown:
            return
        if first < shown[0].place:
            self.top = first
        elif last > shown[-1].place:
            self.top = last
            self._move_up(self.height - 1)
            self.top = min(self.top, first)
        else:
            return
        self._settle_move()

    def follow(self) -> None:
        """Go to the end and stay there."""
        self.is_following = True
        self.kept_row = None
        if self.bubbles and self.bubbles[-1].has_grown:
            self._followed_key = self.bubbles[-1].key

    def _settle_move(self) -> None:
        end = self._last_top()
        self.is_following = False
        if self.top >= end:
            self.top = end
            self.follow()

    def _move_up(self, rows: int) -> None:
        bubble, block, row = self._clamp(self.top)
        while rows > row:
            rows -= row + 1
            if block > 0:
                block -= 1
            elif bubble > 0:
                bubble -= 1
                block = len(self.rows.view(bubble).blocks) - 1
            else:
                self.top = Place(0, 0, 0)
                return
            row = self.rows.read(bubble, block).height - 1
        self.top = Place(bubble, block, row - rows)

    def _move_down(self, rows: int) -> None:
        bubble, block, row = self._clamp(self.top)
        while rows >= (left := self.rows.read(bubble, block).height - row):
            rows -= left
            row = 0
            if block + 1 < len(self.rows.view(bubble).blocks):
                block += 1
            elif bubble + 1 < len(self.bubbles):
                bubble += 1
                block = 0
            else:
                break
        else:
            row += rows
        self.top = Place(bubble, block, row)
