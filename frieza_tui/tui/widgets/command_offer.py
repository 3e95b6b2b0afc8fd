"""The slash commands that may be meant, above the message box while one is being typed. Knows no handler of them."""

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from frieza_tui.i18n import _
from frieza_tui.tui.commands import Command

_GAP = 2


class CommandOffer(Widget):
    """A row for each command, or one that says that there is none; gone while no command is being typed."""

    DEFAULT_CSS = """
    CommandOffer {
        height: auto;
        max-height: 40vh;
        padding: 0 3;
        display: none;
        &.-offering { display: block; }
    }
    """
    ALLOW_SELECT = False

    commands: reactive[tuple[Command, ...] | None] = reactive[tuple[Command, ...] | None](None, layout=True)
    """In the order of the rows; None while no command is being typed."""

    @dataclass
    class Picked(Message):
        """A row was clicked."""

        command: Command

    def watch_commands(self) -> None:
        """Take room, or give it back."""
        self.set_class(self.commands is not None, "-offering")

    def render(self) -> Content:
        """Write each command, and what it does as far as there is room."""
        width = self.content_size.width
        if not self.commands:
            words = _("There is no such command; Enter sends it as a message.")
            return Content.styled(words, "$foreground-muted").truncate(width, ellipsis=True)
        column = max(len(one.shown) for one in self.commands) + _GAP
        rows = [
            Content.assemble((one.shown.ljust(column), "bold $text-primary"), (one.does(), "$foreground-muted"))
            for one in self.commands
        ]
        return Content("\n").join(row.truncate(width, ellipsis=True) for row in rows)

    def on_click(self, event: events.Click) -> None:
        """Say which command is under the mouse."""
        if self.commands and 0 <= event.y < len(self.commands):
            self.post_message(self.Picked(self.commands[event.y]))
