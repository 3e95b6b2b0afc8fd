"""The messages that wait for the answer before them, above the message box. Knows the queue."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from frieza_tui.chat import MessageQueue
from frieza_tui.i18n import _
from frieza_tui.text.breaking import wrapped_lines
from frieza_tui.text.safe import safe_line
from frieza_tui.text.width import cell_len

_ROWS = 3

Held: TypeAlias = Literal["", "failure", "start"]


def _held_words(since: Held) -> str:
    if since == "failure":
        return _("Enter sends them · Ctrl+R asks again first")
    return _("From last time · Enter sends them · ↑ takes one")


class QueueView(Widget):
    """A row for each waiting message, at most three, and how to go on when held; gone while there are none."""

    DEFAULT_CSS = """
    QueueView {
        height: auto;
        padding: 0 2;
        display: none;
        &.-waiting { display: block; }
    }
    """
    ALLOW_SELECT = False

    held_since: reactive[Held] = reactive[Held]("", init=False)
    """Since when the queue stands still: the last answer's failure, or the start of the program; "" while it moves."""

    class Changed(Message):
        """A message was queued, taken back or sent."""

    @dataclass
    class TakenBack(Message):
        """A waiting message was clicked, and is out of the queue."""

        text: str

    def __init__(self, queue: MessageQueue) -> None:
        """Take the queue and show it from now on."""
        super().__init__()
        self._chat_queue = queue
        queue.on_change = self._show_queue

    def on_mount(self) -> None:
        """Show what came with the queue."""
        self._show_queue()

    def watch_held_since(self) -> None:
        """Make room for another row; at once it would be lost, where a layout is on its way already."""
        self.call_after_refresh(self.refresh, layout=True)

    def _show_queue(self) -> None:
        self.set_class(len(self._chat_queue) > 0, "-waiting")
        self.refresh(layout=True)
        self.post_message(self.Changed())

    def render(self) -> Content:
        """Write a row for each of the newest messages; older ones are only counted."""
        width = self.content_size.width
        waiting = list(self._chat_queue)
        word = _("held") if self.held_since else _("queued")
        rows = [self._row(text, word).truncate(width, ellipsis=True) for _number, text in waiting[-_ROWS:]]
        hidden = len(waiting) - len(rows)
        if hidden > 0:
            more = _("+{count} earlier").format(count=hidden)
            rows[0] = Content.assemble(rows[0].truncate(max(0, width - cell_len(more) - 2), ellipsis=True), "  ", more)
        if self.held_since:
            lines = wrapped_lines(_held_words(self.held_since), width)
            rows += [Content.styled(line.removesuffix(" ·"), "$text-warning") for line in lines]
        return Content("\n").join(rows)

    def _row(self, text: str, word: str) -> Content:
        return Content.assemble(("▸ ", "$text-primary"), (f"{word}  ", "$foreground-muted"), safe_line(text))

    def on_click(self, event: events.Click) -> None:
        """Take the message under the mouse back."""
        shown = list(self._chat_queue)[-_ROWS:]
        if 0 <= event.y < len(shown):
            text = self._chat_queue.take_back(shown[event.y][0])
            if text is not None:
                self.post_message(self.TakenBack(text))
