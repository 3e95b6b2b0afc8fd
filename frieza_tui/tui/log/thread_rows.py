"""The rows of a thread at a width: which bubbles are laid out, and how high each is. Knows no widget and no colour."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from itertools import accumulate
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


class ThreadRows:
    """The bubbles of a thread, laid out as far as somebody has looked at them."""

    def __init__(self) -> None:
        self.bubbles: list[Bubble] = []
        self.width = 80
        self._heights = Heights()
        self._views: OrderedDict[str, BubbleView] = OrderedDict()

    @property
    def total(self) -> int:
        """Rows, as far as they are known."""
        return self._heights.total

    def add(self, bubble: Bubble) -> None:
        """Append a bubble."""
        self.bubbles.append(bubble)
        self._heights.append(estimated_height(bubble, self.width))

    def extend(self, bubbles: Sequence[Bubble]) -> None:
        """Append many bubbles."""
        self.bubbles.extend(bubbles)
        known = (self._heights[index] for index in range(len(self._heights)))
        self._heights = Heights([*known, *(estimated_height(bubble, self.width) for bubble in bubbles)])

    def remove(self, indexes: Iterable[int]) -> None:
        """Take bubbles out."""
        gone = set(indexes)
        for index in gone:
            self._views.pop(self.bubbles[index].key, None)
        left = [index for index in range(len(self.bubbles)) if index not in gone]
        self._heights = Heights(self._heights[index] for index in left)
        self.bubbles[:] = [self.bubbles[index] for index in left]

    def clear(self) -> None:
        """Take all bubbles out."""
        self.bubbles.clear()
        self._views.clear()
        self._heights = Heights()

    def refresh(self, index: int) -> None:
        """Look at a bubble whose text, label or state has changed."""
        view = self._views.get(self.bubbles[index].key)
        if view is None:
            self._heights.set(index, estimated_height(self.bubbles[index], self.width))
            return
        view.refresh()
        self._heights.set(index, view.height)

    def set_width(self, width: int) -> None:
        """Lay out for another width, when somebody looks."""
        self.width = width
        self._views.clear()
        self._heights = Heights([estimated_height(bubble, width) for bubble in self.bubbles])

    def drop_strips(self) -> None:
        """Forget what the widget made of the rows: colours have changed."""
        for view in self._views.values():
            for block in view.blocks:
                block.strips.clear()

    def say_again(self) -> None:
        """Look at labels, states and notes of all bubbles that are laid out: they say it in another language now."""
        self.drop_strips()
        for index, bubble in enumerate(self.bubbles):
            has_changed, is_laid_out = bubble.say_again(), bubble.key in self._views
            if is_laid_out and has_changed:
                self.forget(index)
            elif is_laid_out:
                self.refresh(index)

    def drop_views(self) -> None:
        """Forget the rows of bubbles that nobody has looked at for long."""
        while len(self._views) > OPEN_VIEWS:
            key, view = self._views.popitem(last=False)
            if not view.bubble.is_settled:
                self._views[key] = view
                return
            view.bubble.pack()

    def forget(self, index: int) -> None:
        """Lay out a bubble anew, if it is laid out: its folds have changed."""
        if self._views.pop(self.bubbles[index].key, None) is not None:
            self.view(index)

    def starts(self) -> list[int]:
        """Return the row at which each bubble starts, as far as they are known."""
        return list(accumulate((self._heights[index] for index in range(len(self.bubbles))), initial=0))

    def row_of(self, place: Place) -> int:
        """Return how many rows are above a place, as far as they are known."""
        before = self._heights.before(place.bubble)
        return before + self.view(place.bubble).heights.before(place.block) + place.row

    def find(self, row: int) -> Place:
        """Return the place of a row, as far as heights are known."""
        bubble, rest = self._heights.find(max(0, row))
        block, rest = self.view(bubble).heights.find(rest)
        return Place(bubble, block, rest)

    def view(self, index: int) -> BubbleView:
        """Return a bubble at the width."""
        bubble = self.bubbles[index]
        view = self._views.get(bubble.key)
        if view is None:
            view = self._views[bubble.key] = BubbleView(bubble, self.width)
            self._heights.set(index, view.height)
        else:
            self._views.move_to_end(bubble.key)
        return view

    def read(self, bubble: int, block: int) -> Block:
        """Return a block, laid out."""
        view = self.view(bubble)
        found = view.blocks[block]
        if not found.is_exact:
            view.read(block)
            self._heights.set(bubble, view.height)
        return found
