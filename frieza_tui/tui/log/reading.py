"""Reading by keyboard: moves the cursor by messages and blocks, and folds what it is on. Knows no key and no colour."""

from collections.abc import Callable, Sequence

from frieza_tui.tui.log.cursor import Cursor
from frieza_tui.tui.log.viewport import Viewport, VisibleRow


class Reading:
    """Moves the reader's cursor, and brings what it is on into view."""

    def __init__(
        self,
        viewport: Viewport,
        cursor: Cursor,
        shown_rows: Callable[[], Sequence[VisibleRow]],
        show: Callable[[], object],
    ) -> None:
        """Take what is on the screen, and the cursor.

        shown_rows: tells which rows were drawn last. show: draws what is to be seen now.
        """
        self._viewport = viewport
        self._cursor = cursor
        self._shown_rows = shown_rows
        self._show = show

    @property
    def index(self) -> int:
        """The number of the bubble that the cursor is on, from 0; -1 if it is nowhere yet."""
        return self._cursor.bubble

    @property
    def key(self) -> str | None:
        """The bubble that the cursor is on; None if the log never had the focus, or is empty."""
        return self._cursor.key

    def begin(self) -> None:
        """Put the cursor on the last message in view, unless it is in view."""
        shown = [row.place.bubble for row in self._shown_rows()]
        if shown and self._cursor.bubble not in shown:
            self._cursor.put(shown[-1])
        self._show()

    def begin_anew(self) -> None:
        """Begin where the cursor is nowhere: another thread came while one was read."""
        if self._cursor.bubble < 0 and self._viewport.bubbles:
            self.begin()

    def end(self) -> None:
        """Hide the cursor."""
        self._viewport.kept_row = None
        self._show()

    def put(self, index: int) -> None:
        """Put the cursor on a bubble, or on the last one if there are fewer; -1 leaves it nowhere."""
        if index >= 0:
            self._cursor.put(index)

    def stay_at(self, index: int) -> None:
        """Put the cursor on a bubble, and hold what is shown where it is."""
        self._viewport.is_following = False
        self.put(index)
        self._show_cursor()

    def step_message(self, step: int) -> None:
        """Go to the next message (1) or the one before (-1)."""
        self._cursor.put(self._cursor.bubble + step)
        self._show_cursor()

    def step_block(self, step: int) -> None:
        """Go to the next block (1) or the one before (-1)."""
        if self._viewport.bubbles:
            self._cursor.step_block(step)
            self._show_cursor()

    def step_user(self, step: int) -> None:
        """Go to the user's next message (1) or the one before (-1)."""
        self._cursor.step_author(step, "user")
        self._show_cursor()

    def go_first(self) -> None:
        """Go to the first message."""
        self._cursor.put(0)
        self._show_cursor()

    def go_last(self) -> None:
        """Go to the last message, and follow the end."""
        self._cursor.put(len(self._viewport.bubbles))
        self._viewport.follow()
        self._show()

    def page(self, step: int) -> None:
        """Move by a page down (1) or up (-1), and the cursor with it."""
        self._viewport.move(step * max(1, self._viewport.height - 2))
        shown = [row.place.bubble for row in self._viewport.visible()]
        if shown and self._cursor.bubble not in shown:
            self._cursor.put(shown[0] if step > 0 else shown[-1])
        self._show()

    def fold(self) -> None:
        """Fold or unfold the block or the message that the cursor is on."""
        if not self._viewport.bubbles:
            return
        rows, cursor = self._viewport.rows, self._cursor
        bubble = rows.bubbles[cursor.bubble]
        if cursor.block is None or bubble.is_folded:
            bubble.is_folded = not bubble.is_folded
            cursor.block = None
        elif rows.read(cursor.bubble, cursor.block).can_fold():
            bubble.folded_blocks ^= {cursor.block}
        rows.forget(cursor.bubble)
        self._show_cursor()

    def _show_cursor(self) -> None:
        if self._viewport.bubbles:
            first, last = self._cursor.span()
            self._viewport.reveal(first, last)
            self._viewport.kept_row = None if self._cursor.is_at_end else first
            self._show()
