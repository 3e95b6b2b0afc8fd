"""A bubble at a width: its blocks and their heights. Knows no widget and no colour."""

from frieza_tui.tui.log.block import Block
from frieza_tui.tui.log.content import NO_ENV, Bubble
from frieza_tui.tui.log.heights import Heights
from frieza_tui.tui.log.leaf import Leaf
from frieza_tui.tui.log.parsing import Env

FRAME_WIDTH = 3
"""Cells that the bar at the left, its space, and the margin at the right take."""


def estimated_height(bubble: Bubble, width: int) -> int:
    """Guess a bubble's rows without reading its text."""
    lines, cells = bubble.measures()
    return 2 + lines + cells // max(1, width - FRAME_WIDTH)


class BubbleView:
    """One bubble at one width."""

    def __init__(self, bubble: Bubble, width: int) -> None:
        self.bubble = bubble
        self.full_width = width
        self.width = max(1, width - FRAME_WIDTH)
        self.blocks: list[Block] = []
        self.heights = Heights()
        self._counts: list[int] = []
        self._definitions: list[int] = []
        self._fold_segments()
        self.refresh()

    def refresh(self) -> None:
        """Bring the blocks up to date with the bubble's text and label."""
        self._put(0, self.bubble.label_leaf(), NO_ENV, True)
        if self.bubble.is_folded:
            self._put(1, self.bubble.fold_leaf(), NO_ENV, False)
            del self.blocks[2:]
            self.heights.truncate(2)
            return
        at = 1
        documents = self.bubble.documents()
        for index, document in enumerate(documents):
            is_new = index >= len(self._counts)
            same = document.refresh()
            if is_new:
                self._counts.append(0)
                self._definitions.append(document.definitions)
                same = 0
            if len(document.leaves) != self._counts[index] and index < len(documents) - 1:
                del self.blocks[at + same :]
                self.heights.truncate(at + same)
            self._counts[index] = len(document.leaves)
            for number in range(same, len(document.leaves)):
                leaf = document.leaves[number]
                self._put(at + number, leaf, document.env, leaf.gap and at + number > 1)
            if document.definitions != self._definitions[index]:
                self._definitions[index] = document.definitions
                self._forget_links(at, at + len(document.leaves))
            at += len(document.leaves)
        del self.blocks[at:]
        self.heights.truncate(at)

    def _fold_segments(self) -> None:
        """Fold the blocks of the segments that are to be folded, which from then on are known by their numbers."""
        documents, at = self.bubble.documents(), 1
        wanted, self.bubble.segments_to_fold = self.bubble.segments_to_fold, frozenset()
        for name, document in zip(self.bubble.segments, documents if wanted else (), strict=False):
            document.refresh()
            if name in wanted:
                self.bubble.folded_blocks |= {at}
            at += len(document.leaves)

    def _forget_links(self, start: int, end: int) -> None:
        """Lay out anew what may refer to a definition that came or changed."""
        for index in range(start, end):
            leaf = self.blocks[index].leaf
            if "[" in leaf.content or any("[" in cell for row in leaf.cells for cell in row):
                self.blocks[index].invalidate()

    def _put(self, index: int, leaf: Leaf, env: Env, gap: bool) -> None:
        if index < len(self.blocks):
            block = self.blocks[index]
            if block.leaf == leaf and block.gap == gap:
                return
            if not block.update(leaf, gap):
                block = self.blocks[index] = Block(leaf, env, self.width, gap)
                block.is_folded = index in self.bubble.folded_blocks
            block.read()
            self.heights.set(index, block.height)
            return
        block = Block(leaf, env, self.width, gap)
        block.is_folded = index in self.bubble.folded_blocks
        self.blocks.append(block)
        self.heights.append(block.height)

    def read(self, index: int) -> Block:
        """Return a block, laid out."""
        block = self.blocks[index]
        if not block.is_exact:
            block.read()
            self.heights.set(index, block.height)
        return block

    @property
    def height(self) -> int:
        """Rows, as far as they are known."""
        return self.heights.total
