"""A sheet with a list below a box for words: the list is moved in while the box keeps the focus. Knows no entries."""

from typing import ClassVar, Final, TypeVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList

Picked = TypeVar("Picked")

LOW_ROWS: Final = 9
"""In lower windows a sheet has neither frame nor keys, so that the list is to be seen."""


class PickingScreen(ModalScreen[Picked]):
    """A sheet over the chat; ends with what was picked in its only OptionList."""

    AUTO_FOCUS = "#words"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("pageup", "move(-10)", show=False, priority=True),
        Binding("pagedown", "move(10)", show=False, priority=True),
    ]

    @property
    def pickable(self) -> int:
        """How many entries can be moved to now, from the first."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Let the caret stand still, as the message box's does: nothing is painted while nothing happens."""
        self.query_one("#words", Input).cursor_blink = False

    def on_resize(self) -> None:
        """Have more of the list where there are few rows."""
        self.set_class(self.size.height < LOW_ROWS, "-low")

    def action_move(self, step: int) -> None:
        """Move in the list; the box keeps the focus."""
        listed = self.query_one(OptionList)
        if self.pickable:
            listed.highlighted = min(max(0, (listed.highlighted or 0) + step), self.pickable - 1)
