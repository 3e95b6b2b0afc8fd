"""The slash commands that may be meant, above the message box while one is being typed. Knows no handler of them.

One of them is marked. It keeps its mark when the offer is gone, for Enter empties the message box first.
"""

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from frieza_tui.i18n import _
from frieza_tui.tui.commands import Command

_GAP = 2
_MARK = "▸ "


class CommandOffer(Widget):
    """A row for each command, or one that says that there is none; gone while no command is being typed."""

    DEFAULT_CSS = """
    CommandOffer {
        height: auto;
        max-height: 40vh;
        padding: 0 1;
        display: none;
        &.-offering { display: block; }
    }
    """
    ALLOW_SELECT = False

    commands: reactive[tuple[Command, ...] | None] = reactive[tuple[Command, ...] | None](None, layout=True)
    """In the order of the rows; None while no command is being typed."""
    marked: reactive[Command | None] = reactive[Command | None](None)
    """The one that Enter does and Tab writes out."""

    @dataclass
    class Picked(Message):
        """A row was clicked."""

        command: Command

    def watch_commands(self) -> None:
        """Take room, or give it back; mark the first, if there is one."""
        self.set_class(self.commands is not None, "-offering")
        if self.commands:
            self.marked = self.commands[0]

    @property
    def has_choice(self) -> bool:
        """Whether there are several to choose from."""
        return self.commands is not None and len(self.commands) > 1

    def press(self, name: str) -> None:
        """Mark the one before, on "up", or the next."""
        if self.commands and self.marked in self.commands:
            place = self.commands.index(self.marked) + (1 if name == "down" else -1)
            self.marked = self.commands[place % len(self.commands)]

    def render(self) -> Content:
        """Write each command, and what it does as far as there is room."""
        width = self.content_size.width
        if not self.commands:
            words = _("There is no such command; Enter sends it as a message.")
            return Content.styled(" " * len(_MARK) + words, "$foreground-muted").truncate(width, ellipsis=True)
        column = max(len(one.shown) for one in self.commands) + _GAP
        shown = self.commands[self._first_row :]
        return Content("\n").join(self._row(one, column).truncate(width, ellipsis=True) for one in shown)

    @property
    def _first_row(self) -> int:
        """The command on the first row: where not all fit, the marked one is among them."""
        if not self.commands or self.marked not in self.commands:
            return 0
        return max(0, self.commands.index(self.marked) - max(1, self.content_size.height) + 1)

    def _row(self, one: Command, column: int) -> Content:
        is_marked = one == self.marked
        mark = _MARK if is_marked else " " * len(_MARK)
        does = (one.does(), "" if is_marked else "$foreground-muted")
        return Content.assemble((mark, "$text-primary"), (one.shown.ljust(column), "bold $text-primary"), does)

    def on_click(self, event: events.Click) -> None:
        """Say which command is under the mouse."""
        place = event.y + self._first_row
        if self.commands and 0 <= place < len(self.commands):
            self.post_message(self.Picked(self.commands[place]))
