"""The reader's cursor: on a message, or on a block of it. Knows no widget and no key."""

from collections.abc import Sequence

from frieza_tui.tui.log.bubble import Author
from frieza_tui.tui.log.thread_rows import Place, ThreadRows


class Cursor:
    """A bubble of the thread, and perhaps one block of it."""

    def __init__(self, rows: ThreadRows) -> None:
        self.rows = rows
        self.bubble = -1
        """-1: nowhere yet."""
        self._chosen_block: int | None = None

    @property
    def block(self) -> int | None:
        """The block that it is on, the last one if a growing text has fewer by now; None: the whole message."""
        return None if self._chosen_block is None else min(self._chosen_block, self._last_block())

    @block.setter
    def block(self, block: int | None) -> None:
        self._chosen_block = block

    @property
    def key(self) -> str | None:
        """Of the bubble that it is on; None if it is nowhere."""
        return self.rows.bubbles[self.bubble].key if self.bubble >= 0 else None

    @property
    def is_at_end(self) -> bool:
        """Whether it is where text comes: on the last message, or the last block of that."""
        return self.bubble == len(self.rows.bubbles) - 1 and self.block in (None, self._last_block())

    def put(self, bubble: int) -> None:
        """Go to a message; past either end, to the last one there."""
        self.bubble = min(max(0, bubble), len(self.rows.bubbles) - 1)
        self.block = None

    def forget(self, gone: Sequence[int]) -> None:
        """Stay on the same message, or on the one in its place, after those of some numbers were taken out."""
        if self.bubble >= 0:
            self.put(self.bubble - sum(index < self.bubble for index in gone))

    def step_block(self, step: int) -> None:
        """Go to the next block (1) or the one before (-1), on to other messages at the ends of this one."""
        block = (1 if step > 0 else 0) if self.block is None else self.block + step
        if block < 1:
            if self.bubble > 0:
                self.bubble -= 1
                self.block = self._last_block()
            return
        if block > self._last_block():
            if self.bubble + 1 < len(self.rows.bubbles):
                self.bubble += 1
                self.block = min(1, self._last_block())
            return
        self.block = block

    def step_author(self, step: int, author: Author) -> None:
        """Go to the next message (1) of an author, or the one before (-1); stay if there is none."""
        at = self.bubble + step
        while 0 <= at < len(self.rows.bubbles):
            if self.rows.bubbles[at].author == author:
                self.put(at)
                return
            at += step

    def span(self) -> tuple[Place, Place]:
        """Return the first and the last row that it is on."""
        if self.block is not None:
            block = self.rows.read(self.bubble, self.block)
            return Place(self.bubble, self.block, int(block.gap)), Place(self.bubble, self.block, block.height - 1)
        last = self._last_block()
        return Place(self.bubble, 0, 1), Place(self.bubble, last, self.rows.read(self.bubble, last).height - 1)

    def _last_block(self) -> int:
        return len(self.rows.view(self.bubble).blocks) - 1
