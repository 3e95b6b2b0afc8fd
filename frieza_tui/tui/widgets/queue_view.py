"""The messages that wait for the answer before them, above the message box. Knows texts and numbers only."""

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from frieza_tui.i18n import _
from frieza_tui.text.safe import safe_line

_ROWS = 3


class QueueView(Widget):
    """A row for each waiting message, at most three; gone while there are none."""

    DEFAULT_CSS = """
    QueueView {
        height: auto;
        padding: 0 2;
        display: none;
        &.-waiting { display: block; }
    }
    """
    ALLOW_SELECT = False

    waiting: reactive[tuple[tuple[int, str], ...]] = reactive((), layout=True)
    """Number and text of each message, oldest first."""
    is_held: reactive[bool] = reactive(False)
    """Whether the queue stands still because the last answer failed."""

    @dataclass
    class TakenBack(Message):
        """A waiting message was clicked."""

        number: int

    def watch_waiting(self) -> None:
        """Show while something waits."""
        self.set_class(bool(self.waiting), "-waiting")

    def render(self) -> Content:
        """Write a row for each of the newest messages; older ones are only counted."""
        width = self.content_size.width
        word = _("held") if self.is_held else _("queued")
        rows = [self._row(text, word).truncate(width, ellipsis=True) for _number, text in self.waiting[-_ROWS:]]
        hidden = len(self.waiting) - len(rows)
        if hidden > 0:
            more = _("+{count} earlier").format(count=hidden)
            rows[0] = Content.assemble(rows[0].truncate(max(0, width - len(more) - 2), ellipsis=True), "  ", more)
        return Content("\n").join(rows)

    def _row(self, text: str, word: str) -> Content:
        return Content.assemble(("▸ ", "$text-primary"), (f"{word}  ", "$foreground-muted"), safe_line(text))

    def on_click(self, event: events.Click) -> None:
        """Take the message under the mouse back."""
        shown = self.waiting[-_ROWS:]
        if 0 <= event.y < len(shown):
            self.post_message(self.TakenBack(shown[event.y][0]))
