"""Taking text from the thread with the mouse, by Textual's own selections; links. It takes no focus."""

from dataclasses import dataclass

from textual import events
from textual.geometry import Offset
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip

from frieza_tui.tui.links.target import Link
from frieza_tui.tui.log.drawing import Mark, line_key, place_of
from frieza_tui.tui.log.excerpt import excerpt, word_at
from frieza_tui.tui.log.rows import BEYOND
from frieza_tui.tui.log.thread_view import ThreadView
from frieza_tui.tui.log.viewport import VisibleRow


class SelectingView(ThreadView):
    """A thread that text can be taken from with the mouse."""

    @dataclass
    class LinksOffered(Message, namespace="message_log"):
        """The reader wants a link, or one of several; never none."""

        links: list[Link]

    def render_line(self, y: int) -> Strip:
        """Return a line with offsets in place of colours: Textual asks for it when text is being selected."""
        if 0 <= y < len(self._shown_rows):
            return self._log_drawing.offset_strip(self._shown_rows[y])
        return self._log_drawing.blank(self._log_viewport.width)

    def _marks(self, row: VisibleRow) -> list[Mark]:
        selection = self.text_selection
        span = None if selection is None else selection.get_span(line_key(row.place))
        return [*super()._marks(row), *([] if span is None else [self._log_drawing.selection_mark(*span)])]

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the text of a selection, without the line ends that the width made."""
        last = len(self._log_viewport.bubbles) - 1
        if last < 0:
            return None
        start, end = selection
        first_key, first_at = (start.y, start.x) if start is not None else (0, 0)
        start_place = place_of(first_key)
        end_bubble, end_block = (last, BEYOND) if end is None else place_of(end.y)[:2]
        first = (start_place.bubble, start_place.block, first_at)
        last_ = (end_bubble, end_block, BEYOND if end is None else end.x)
        return excerpt(self._log_viewport.rows, first, last_), "\n"

    def selection_updated(self, selection: Selection | None) -> None:  # noqa: ARG002 - Textual's call
        """Called by Textual when the reader marks text: draw it."""
        self._show_viewport()

    def on_click(self, event: events.Click) -> None:
        """Ask for a link, or select a word or a paragraph, as one, two or three clicks ask for."""
        event.prevent_default()
        if not 0 <= event.y < len(self._shown_rows):
            return
        row = self._shown_rows[event.y]
        offset = self._log_drawing.offset_at(row, event.x)
        if offset is None:
            return
        if event.chain == 1:
            if (link := row.block.read().link_at(offset)).target:
                self.post_message(self.LinksOffered([link]))
        elif self.allow_select and self.screen.allow_select and self.app.ALLOW_SELECT:
            start, end = word_at(self._log_viewport.rows, row.place, offset) if event.chain == 2 else (0, BEYOND)
            key = line_key(row.place)
            self.screen.selections = {self: Selection(Offset(start, key), Offset(end, key))}
