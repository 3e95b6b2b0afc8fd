"""Reading by keyboard: a cursor on messages and blocks, folds, and asking for copies. Knows no clipboard."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from frieza_tui.tui.log.bubble import CodeBlock
from frieza_tui.tui.log.cursor import Cursor
from frieza_tui.tui.log.drawing import BAR, CURSOR_BAR
from frieza_tui.tui.log.excerpt import excerpt, whole_table
from frieza_tui.tui.log.finder import Found
from frieza_tui.tui.log.finding import FindingView
from frieza_tui.tui.log.rows import BEYOND, Span
from frieza_tui.tui.log.viewport import VisibleRow

Wish: TypeAlias = Literal["redo", "edit", "delete", "undo", "previous", "next", "open", "find", "leave"]


class ReadingView(FindingView):
    """A thread that can be read, searched and taken from by keyboard."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "step_message(1)", show=False),
        Binding("k,up", "step_message(-1)", show=False),
        Binding("J,shift+down", "step_block(1)", show=False),
        Binding("K,shift+up", "step_block(-1)", show=False),
        Binding("g,home", "go_first", show=False),
        Binding("G,end", "go_last", show=False),
        Binding("space,pagedown", "page(1)", show=False),
        Binding("b,pageup", "page(-1)", show=False),
        Binding("left_square_bracket", "step_user(-1)", show=False),
        Binding("right_square_bracket", "step_user(1)", show=False),
        Binding("enter", "fold", show=False),
        Binding("y", "take_text", show=False),
        Binding("Y", "take_source", show=False),
        Binding("c", "take_code", show=False),
        Binding("slash", "wish('find')", show=False),
        Binding("r", "wish('redo')", show=False),
        Binding("e", "wish('edit')", show=False),
        Binding("d", "wish('delete')", show=False),
        Binding("u", "wish('undo')", show=False),
        Binding("comma", "wish('previous')", show=False),
        Binding("full_stop", "wish('next')", show=False),
        Binding("o", "wish('open')", show=False),
        Binding("escape", "wish('leave')", show=False),
    ]

    @dataclass
    class TextTaken(Message, namespace="message_log"):
        """The reader asked for a copy; the text is empty where there is nothing of that kind."""

        text: str
        what: Literal["text", "source", "code"]

    @dataclass
    class CodeOffered(Message, namespace="message_log"):
        """A message has several blocks of code; a digit, from 1, takes one."""

        blocks: list[CodeBlock]

    @dataclass
    class Wished(Message, namespace="message_log"):
        """The reader asked for something that only the screen can do."""

        wish: Wish
        key: str
        """Of the bubble that the cursor is on."""

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._log_cursor = Cursor(self._log_viewport.rows)
        self._offered_code: list[CodeBlock] = []

    # ── the cursor

    @property
    def cursor_key(self) -> str | None:
        """The bubble that the cursor is on; None if the log never had the focus, or is empty."""
        at = self._log_cursor.bubble
        return self._log_viewport.bubbles[at].key if at >= 0 else None

    def on_focus(self) -> None:
        """Put the cursor on the last message in view, unless it is in view."""
        shown = [row.place.bubble for row in self._shown_rows]
        if shown and self._log_cursor.bubble not in shown:
            self._log_cursor.put(shown[-1])
        self._show_viewport()

    def on_blur(self) -> None:
        """Hide the cursor."""
        self._log_viewport.kept_row = None
        self._show_viewport()

    @property
    def cursor_index(self) -> int:
        """The number of the bubble that the cursor is on, from 0; -1 if it is nowhere yet."""
        return self._log_cursor.bubble

    def put_cursor(self, index: int) -> None:
        """Put the cursor on a bubble, or on the last one if there are fewer; -1 leaves it nowhere."""
        if index >= 0:
            self._log_cursor.put(index)

    def stay_at(self, index: int) -> None:
        """Put the cursor on a bubble, and hold what is shown where it is."""
        self._log_viewport.is_following = False
        self.put_cursor(index)
        self._show_cursor()

    def _show_cursor(self) -> None:
        if self._log_viewport.bubbles:
            first, last = self._log_cursor.span()
            self._log_viewport.reveal(first, last)
            self._log_viewport.kept_row = None if self._log_cursor.is_at_end else first
            self._show_viewport()

    def action_step_message(self, step: int) -> None:
        """Go to the next message or the one before."""
        self._log_cursor.put(self._log_cursor.bubble + step)
        self._show_cursor()

    def action_step_block(self, step: int) -> None:
        """Go to the next block or the one before."""
        if self._log_viewport.bubbles:
            self._log_cursor.step_block(step)
            self._show_cursor()

    def action_step_user(self, step: int) -> None:
        """Go to the user's next message or the one before."""
        self._log_cursor.step_author(step, "user")
        self._show_cursor()

    def action_go_first(self) -> None:
        """Go to the first message."""
        self._log_cursor.put(0)
        self._show_cursor()

    def action_go_last(self) -> None:
        """Go to the last message, and follow the end."""
        self._log_cursor.put(len(self._log_viewport.bubbles))
        self.follow_end()

    def action_page(self, step: int) -> None:
        """Move by a page, and the cursor with it."""
        self._log_viewport.move(step * max(1, self._log_viewport.height - 2))
        shown = [row.place.bubble for row in self._log_viewport.visible()]
        if shown and self._log_cursor.bubble not in shown:
            self._log_cursor.put(shown[0] if step > 0 else shown[-1])
        self._show_viewport()

    def action_fold(self) -> None:
        """Fold or unfold the block or the message that the cursor is on."""
        if not self._log_viewport.bubbles:
            return
        rows, cursor = self._log_viewport.rows, self._log_cursor
        bubble = rows.bubbles[cursor.bubble]
        if cursor.block is None or bubble.is_folded:
            bubble.is_folded = not bubble.is_folded
            cursor.block = None
        elif rows.read(cursor.bubble, cursor.block).can_fold():
            bubble.folded_blocks ^= {cursor.block}
        rows.forget(cursor.bubble)
        self._show_cursor()

    def _forget_bubbles(self, indexes: Sequence[int]) -> None:
        """Keep the cursor on its message when others are taken out."""
        at = self._log_cursor.bubble
        if at >= 0:
            self._log_cursor.put(at - sum(index < at for index in indexes))
        self._find_anew()

    # ── taking away

    def action_take_text(self) -> None:
        """Ask for a copy of the message's text, or the block's."""
        if self.cursor_key is None:
            return
        cursor = self._log_cursor
        if cursor.rows.bubbles[cursor.bubble].is_folded:
            self.action_take_source()
            return
        last = len(cursor.rows.view(cursor.bubble).blocks) - 1
        first, last = (1, last) if cursor.block is None else (cursor.block, cursor.block)
        text = excerpt(cursor.rows, (cursor.bubble, first, 0), (cursor.bubble, last, BEYOND))
        self.post_message(self.TextTaken(text, "text"))

    def action_take_source(self) -> None:
        """Ask for a copy of the message's Markdown."""
        if self.cursor_key is not None:
            self.post_message(self.TextTaken(self._log_viewport.bubbles[self._log_cursor.bubble].source, "source"))

    def text_to_open(self) -> tuple[str, bool]:
        """Return the message's Markdown, or the block that the cursor is on, a table as wide as it is.

        Returns: the text, "" if there is none, and whether its lines must not be wrapped.
        """
        rows, at, number = self._log_viewport.rows, self._log_cursor.bubble, self._log_cursor.block
        if at < 0:
            return "", False
        if number is None or rows.bubbles[at].is_folded:
            return rows.bubbles[at].source, False
        block = rows.read(at, number)
        if block.leaf.kind == "table":
            return whole_table(block), True
        return excerpt(rows, (at, number, 0), (at, number, BEYOND)), False

    def action_take_code(self) -> None:
        """Ask for a copy of the message's code; of several blocks the next digit says which."""
        if self.cursor_key is None:
            return
        blocks = self._log_viewport.bubbles[self._log_cursor.bubble].code_blocks()
        if len(blocks) > 1:
            self._offered_code = blocks
            self.post_message(self.CodeOffered(blocks))
        else:
            self.post_message(self.TextTaken(blocks[0].text if blocks else "", "code"))

    def on_key(self, event: events.Key) -> None:
        """Take the block of code that a digit names."""
        offered, self._offered_code = self._offered_code, []
        if offered and event.key.isdecimal() and 1 <= int(event.key) <= len(offered):
            event.stop()
            event.prevent_default()
            self.post_message(self.TextTaken(offered[int(event.key) - 1].text, "code"))

    def action_wish(self, wish: Wish) -> None:
        """Ask the screen for what only it can do."""
        self.post_message(self.Wished(wish, self.cursor_key or ""))

    # ── painting

    def _bar(self, row: VisibleRow) -> Span | None:
        if not self.has_focus or row.place.bubble != self._log_cursor.bubble:
            return None
        block = self._log_cursor.block
        is_on = block is None or (block == row.place.block and row.place.row >= row.block.gap)
        return (CURSOR_BAR if is_on else BAR) + " ", "bar-cursor"

    def _go_to_found(self, found: Found) -> None:
        self._log_cursor.put(found.bubble)
        super()._go_to_found(found)
