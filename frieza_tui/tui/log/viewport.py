"""Which rows of the thread are on the screen, and what it takes to keep them there. Knows no widget and no colour."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import NamedTuple

from frieza_tui.tui.log.block import Block
from frieza_tui.tui.log.bubble_view import BubbleView, estimated_height
from frieza_tui.tui.log.content import Bubble
from frieza_tui.tui.log.heights import Heights

OPEN_VIEWS = 96
"""Bubbles whose rows are kept; others are read again when they come into view."""


class Place(NamedTuple):
    """A row of the thread: bubble, block of the bubble, row of the block."""

    bubble: int
    block: int
    row: int


@dataclass(frozen=True, slots=True)
class VisibleRow:
    """A row on the screen."""

    place: Place
    view: BubbleView
    block: Block


class Viewport:
    """A window on the thread.

    It holds on to the row at its top: that row stays, whatever happens elsewhere and whatever becomes known of heights.
    """

    def __init__(self) -> None:
        self.bubbles: list[Bubble] = []
        self.width = 80
        self.height = 24
        self.top = Place(0, 0, 0)
        self.is_following = True
        self._heights = Heights()
        self._views: OrderedDict[str, BubbleView] = OrderedDict()
        self._held = (Place(-1, 0, 0), 0)

    # ── the thread

    def add(self, bubble: Bubble) -> None:
        """Append a bubble."""
        self.bubbles.append(bubble)
        self._heights.append(estimated_height(bubble, self.width))

    def remove(self, index: int) -> None:
        """Take a bubble out."""
        bubble = self.bubbles.pop(index)
        self._views.pop(bubble.key, None)
        self._heights = Heights([self._heights[at] for at in range(len(self._heights)) if at != index])
        if index < self.top.bubble:
            self.top = self.top._replace(bubble=self.top.bubble - 1)
        elif index == self.top.bubble:
            self.top = Place(min(index, max(0, len(self.bubbles) - 1)), 0, 0)

    def clear(self) -> None:
        """Take all bubbles out."""
        self.bubbles.clear()
        self._views.clear()
        self._heights = Heights()
        self.top = Place(0, 0, 0)
        self.is_following = True

    def refresh(self, index: int) -> None:
        """Look at a bubble whose text, label or state has changed."""
        view = self._views.get(self.bubbles[index].key)
        if view is None:
            self._heights.set(index, estimated_height(self.bubbles[index], self.width))
            return
        view.refresh()
        self._heights.set(index, view.height)

    def resize(self, width: int, height: int) -> None:
        """Take another size; the row at the top stays there, or the end stays at the bottom."""
        if width == self.width:
            self.height = height
            return
        start = self._start_of_top()
        self.width, self.height = width, height
        self._views.clear()
        self._heights = Heights([estimated_height(bubble, width) for bubble in self.bubbles])
        if self.bubbles and not self.is_following:
            self._return_to(start)
            self._held = (self.top, start)

    def _start_of_top(self) -> int:
        """Where the text of the row at the top starts, which no width changes; -1: it is a gap."""
        if not self.bubbles:
            return 0
        if self.top == self._held[0]:
            return self._held[1]  # another resize, and the same row: several in turn must not add up to a move
        block = self._view(self.top.bubble).read(self.top.block)
        return -1 if self.top.row < block.gap else block.row(self.top.row).start

    def _return_to(self, start: int) -> None:
        block = self._view(self.top.bubble).read(self.top.block)
        row = 0
        for index in range(block.gap, block.height):
            if start < 0 or block.row(index).start > start:
                break
            row = index
        self.top = self.top._replace(row=row)

    def drop_strips(self) -> None:
        """Forget what the widget made of the rows: colours have changed."""
        for view in self._views.values():
            for block in view.blocks:
                block.strips.clear()

    # ── what is seen

    @property
    def total(self) -> int:
        """Rows of the thread, as far as they are known."""
        return self._heights.total

    @property
    def top_row(self) -> int:
        """Rows above the window, as far as they are known."""
        if not self.bubbles:
            return 0
        view = self._view(self.top.bubble)
        return self._heights.before(self.top.bubble) + view.heights.before(self.top.block) + self.top.row

    @property
    def rows_below(self) -> int:
        """Rows under the window, as far as they are known."""
        return max(0, self.total - self.top_row - self.height)

    def visible(self) -> list[VisibleRow]:
        """Return the rows in the window, from its top; fewer than its height if the thread is short."""
        if not self.bubbles:
            return []
        end = self._last_top()
        if self.is_following or self.top > end:
            self.top = end
        rows = self._rows_from(self.top)
        self._drop_views()
        return rows

    def _rows_from(self, place: Place) -> list[VisibleRow]:
        rows: list[VisibleRow] = []
        bubble, block_index, row = self._clamp(place)
        self.top = Place(bubble, block_index, row)
        while len(rows) < self.height and bubble < len(self.bubbles):
            view = self._view(bubble)
            while block_index < len(view.blocks) and len(rows) < self.height:
                block = self._read(bubble, block_index)
                stop = min(block.height, row + self.height - len(rows))
                rows.extend(VisibleRow(Place(bubble, block_index, at), view, block) for at in range(row, stop))
                block_index += 1
                row = 0
            bubble += 1
            block_index = 0
        return rows

    def _clamp(self, place: Place) -> Place:
        bubble = min(place.bubble, len(self.bubbles) - 1)
        view = self._view(bubble)
        if place.block >= len(view.blocks):
            last = len(view.blocks) - 1
            return Place(bubble, last, self._read(bubble, last).height - 1)
        return Place(bubble, place.block, min(place.row, self._read(bubble, place.block).height - 1))

    def _last_top(self) -> Place:
        """Return the row at the top when the end is at the bottom."""
        left = self.height
        for bubble in range(len(self.bubbles) - 1, -1, -1):
            view = self._view(bubble)
            for index in range(len(view.blocks) - 1, -1, -1):
                height = self._read(bubble, index).height
                if height >= left:
                    return Place(bubble, index, height - left)
                left -= height
        return Place(0, 0, 0)

    # ── moving

    def move(self, rows: int) -> None:
        """Move the window by some rows; negative is up. At the end it follows the end."""
        if not self.bubbles:
            return
        if rows < 0:
            self._move_up(-rows)
        else:
            self._move_down(rows)
        self._settle_move()

    def jump(self, row: int) -> None:
        """Move the window's top to a row of the thread, as far as heights are known."""
        if not self.bubbles:
            return
        bubble, rest = self._heights.find(max(0, row))
        view = self._view(bubble)
        block, rest = view.heights.find(rest)
        self.top = self._clamp(Place(bubble, block, rest))
        self._settle_move()

    def follow(self) -> None:
        """Go to the end and stay there."""
        self.is_following = True

    def _settle_move(self) -> None:
        end = self._last_top()
        self.is_following = self.top >= end
        self.top = min(self.top, end)

    def _move_up(self, rows: int) -> None:
        bubble, block, row = self._clamp(self.top)
        while rows > row:
            rows -= row + 1
            if block > 0:
                block -= 1
            elif bubble > 0:
                bubble -= 1
                block = len(self._view(bubble).blocks) - 1
            else:
                self.top = Place(0, 0, 0)
                return
            row = self._read(bubble, block).height - 1
        self.top = Place(bubble, block, row - rows)

    def _move_down(self, rows: int) -> None:
        bubble, block, row = self._clamp(self.top)
        while rows >= (left := self._read(bubble, block).height - row):
            rows -= left
            row = 0
            if block + 1 < len(self._view(bubble).blocks):
                block += 1
            elif bubble + 1 < len(self.bubbles):
                bubble += 1
                block = 0
            else:
                break
        else:
            row += rows
        self.top = Place(bubble, block, row)

    # ── views

    def view(self, index: int) -> BubbleView:
        """Return a bubble at the window's width."""
        return self._view(index)

    def read(self, place: Place) -> Block:
        """Return the block that a place is in, laid out."""
        return self._read(place.bubble, place.block)

    def _view(self, index: int) -> BubbleView:
        bubble = self.bubbles[index]
        view = self._views.get(bubble.key)
        if view is None:
            view = self._views[bubble.key] = BubbleView(bubble, self.width)
            self._heights.set(index, view.height)
        else:
            self._views.move_to_end(bubble.key)
        return view

    def _read(self, bubble: int, block: int) -> Block:
        view = self._view(bubble)
        found = view.blocks[block]
        if not found.is_exact:
            view.read(block)
            self._heights.set(bubble, view.height)
        return found

    def _drop_views(self) -> None:
        while len(self._views) > OPEN_VIEWS:
            key, view = next(iter(self._views.items()))
            if not view.bubble.is_settled:
                self._views.move_to_end(key)
                return
            del self._views[key]
