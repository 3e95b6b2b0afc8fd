"""The line in which one types what to find in the thread. Knows no log."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from frieza_tui.i18n import _


class FindLine(Input):
    """One row; each change of its text is a search, Enter keeps what was found, Escape drops it."""

    DEFAULT_CSS = """
    FindLine {
        height: 1;
        margin: 0 2;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    class Left(Message):
        """The reader no longer looks for anything."""

    def __init__(self) -> None:
        super().__init__(compact=True)
        self.cursor_blink = False  # nothing is painted while nothing happens
        self.say_again()

    def say_again(self) -> None:
        """Say what it is for, in the language in use."""
        self.placeholder = _("Find in this conversation")

    def action_leave(self) -> None:
        """Give it up."""
        self.post_message(self.Left())
