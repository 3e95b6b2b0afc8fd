"""Links of the thread by keyboard: those of the message or the block that the cursor is on. Opens none."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from frieza_tui.tui.log.reading import ReadingView


class LinkingView(ReadingView):
    """A thread whose links can be had by keyboard."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("l", "offer_links", show=False)]

    def action_offer_links(self) -> None:
        """Offer the links of the message, or of the block."""
        if self.cursor_key is None:
            return
        rows, cursor = self._log_viewport.rows, self._log_cursor
        blocks = range(len(rows.view(cursor.bubble).blocks)) if cursor.block is None else [cursor.block]
        links = [link for block in blocks for link in rows.read(cursor.bubble, block).read().all_links()]
        if links:
            self.post_message(self.LinksOffered(list(dict.fromkeys(links))))
