"""The rows that show where a link leads before it is opened. Knows no log and opens nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from frieza_tui.i18n import _
from frieza_tui.tui.links.target import Destination


class LinkBar(Widget, can_focus=True):
    """One link at a time, of one or several; what is not for it goes back to where the focus was."""

    DEFAULT_CSS = """
    LinkBar {
        height: auto;
        max-height: 8;
        padding: 0 2;
        background: $panel;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", show=False),
        Binding("escape", "leave", show=False),
        Binding("l,tab", "step(1)", show=False),
        Binding("L,shift+tab", "step(-1)", show=False),
    ]
    ALLOW_SELECT = False

    at: reactive[int] = reactive(0, layout=True)
    """Which of the links is shown."""

    @dataclass
    class Chosen(Message):
        """The reader has seen where the link leads, and wants it opened."""

        url: str

    def __init__(self, destinations: Sequence[Destination], came_from: Widget | None = None) -> None:
        """Take where the links lead, at least one, and who had the focus before."""
        super().__init__()
        self.came_from = came_from
        """Who has the focus again when this goes."""
        self._destinations = destinations

    def render(self) -> Content:
        """Show the whole address, what is odd about it, and the keys."""
        one = self._destinations[self.at]
        count = len(self._destinations)
        rows = [Content.styled(one.url, "bold $text-primary")]
        if count > 1:
            rows[0] = Content.assemble((f"{self.at + 1}/{count} ", "$foreground-muted"), rows[0])
        if one.claimed_host:
            words = _("The text shows {claimed}, but this leads to {host}.")
            rows.append(Content.styled(words.format(claimed=one.claimed_host, host=one.host), "bold $text-error"))
        keys = _("Enter opens it · l next link · Esc leaves it") if count > 1 else _("Enter opens it · Esc leaves it")
        rows.append(Content.styled(keys, "$foreground-muted"))
        return Content("\n").join(rows)

    def action_choose(self) -> None:
        """Have the link opened."""
        self.post_message(self.Chosen(self._destinations[self.at].url))

    def action_leave(self) -> None:
        """Give it up."""
        if self.came_from is not None and self.came_from.is_attached:
            self.came_from.focus()
        self.remove()

    def action_step(self, step: int) -> None:
        """Show the next link, or the one before."""
        self.at = (self.at + step) % len(self._destinations)

    def on_click(self) -> None:
        """Have the link opened: the click is on the address itself."""
        self.action_choose()

    def on_key(self, event: events.Key) -> None:
        """Give back what is typed on."""
        if event.is_printable and event.key not in {"l", "L"}:
            event.stop()
            self.action_leave()
            if self.came_from is not None:
                self.came_from.post_message(event)
