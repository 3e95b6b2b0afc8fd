"""Gives away what the reader's cursor is on: text, Markdown, code, links. Knows no clipboard and opens no link."""

from collections.abc import Callable
from typing import Literal, TypeAlias

from frieza_tui.tui.links.target import Link
from frieza_tui.tui.log.bubble import CodeBlock
from frieza_tui.tui.log.cursor import Cursor
from frieza_tui.tui.log.excerpt import excerpt, whole_table
from frieza_tui.tui.log.rows import BEYOND

Taken: TypeAlias = Literal["text", "source", "code"]


class Taking:
    """Hands out the message that the cursor is on, or the block of it; nothing, while the cursor is nowhere."""

    def __init__(
        self,
        cursor: Cursor,
        give: Callable[[str, Taken], object],
        offer_code: Callable[[list[CodeBlock]], object],
        offer_links: Callable[[list[Link]], object],
    ) -> None:
        """Take what the reader is at, and who gets what they ask for.

        give: takes a text to be copied, empty where there is none of that kind. offer_code: takes several blocks, of
        which the next digit says one. offer_links: takes at least one link.
        """
        self._cursor = cursor
        self._give = give
        self._offer_code = offer_code
        self._offer_links = offer_links
        self._offered_code: list[CodeBlock] = []

    def take_text(self) -> None:
        """Ask for a copy of the message's text, or the block's."""
        cursor, rows = self._cursor, self._cursor.rows
        if cursor.key is None:
            return
        if rows.bubbles[cursor.bubble].is_folded:
            self.take_source()
            return
        last = len(rows.view(cursor.bubble).blocks) - 1
        first, last = (1, last) if cursor.block is None else (cursor.block, cursor.block)
        self._give(excerpt(rows, (cursor.bubble, first, 0), (cursor.bubble, last, BEYOND)), "text")

    def take_source(self) -> None:
        """Ask for a copy of the message's Markdown."""
        if self._cursor.key is not None:
            self._give(self._cursor.rows.bubbles[self._cursor.bubble].source, "source")

    def take_code(self) -> None:
        """Ask for a copy of the message's code; of several blocks the next digit says which."""
        if self._cursor.key is None:
            return
        blocks = self._cursor.rows.bubbles[self._cursor.bubble].code_blocks()
        if len(blocks) > 1:
            self._offered_code = blocks
            self._offer_code(blocks)
        else:
            self._give(blocks[0].text if blocks else "", "code")

    def take_offered(self, key: str) -> bool:
        """Take the block of code that a digit names, if some were offered just before. True if it names one."""
        offered, self._offered_code = self._offered_code, []
        if not offered or not key.isdecimal() or not 1 <= int(key) <= len(offered):
            return False
        self._give(offered[int(key) - 1].text, "code")
        return True

    def take_links(self) -> None:
        """Offer the links of the message, or of the block."""
        cursor, rows = self._cursor, self._cursor.rows
        if cursor.key is None:
            return
        blocks = range(len(rows.view(cursor.bubble).blocks)) if cursor.block is None else [cursor.block]
        links = [link for block in blocks for link in rows.read(cursor.bubble, block).read().all_links()]
        if links:
            self._offer_links(list(dict.fromkeys(links)))

    def text_to_open(self) -> tuple[str, bool]:
        """Return the message's Markdown, or the block that the cursor is on, a table as wide as it is.

        Returns: the text, "" if there is none, and whether its lines must not be wrapped.
        """
        rows, at, number = self._cursor.rows, self._cursor.bubble, self._cursor.block
        if at < 0:
            return "", False
        if number is None or rows.bubbles[at].is_folded:
            return rows.bubbles[at].source, False
        block = rows.read(at, number)
        if block.leaf.kind == "table":
            return whole_table(block), True
        return excerpt(rows, (at, number, 0), (at, number, BEYOND)), False
