"""The palette: what can be done, found by its name. Knows no action but those that it is given."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from frieza_tui.i18n import _
from frieza_tui.text.folding import fold
from frieza_tui.text.width import cell_len
from frieza_tui.tui.actions import Action
from frieza_tui.tui.screens.picking import PickingScreen
from frieza_tui.tui.widgets.wrapped_text import WrappedText

_KEY_CELLS = len("Ctrl+T")
_SHEET_CELLS = 76
_FRAME_CELLS = 4
_LEAST_CELLS = 12
"""What is done is told if there is room for so much of it."""


class PaletteScreen(PickingScreen[Action | None]):
    """A sheet over the chat; ends with the action that was chosen, or with None."""

    CSS_PATH = "palette.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,ctrl+p,ctrl+c", "leave", show=False, priority=True)]

    def __init__(self, actions: Sequence[Action]) -> None:
        """Take the actions in the order in which they are shown."""
        super().__init__()
        self._all_actions = actions
        self._shown_actions: Sequence[Action] = ()

    def compose(self) -> ComposeResult:
        """The box, the list, a line for what is the matter."""
        with Vertical(id="sheet") as sheet:
            sheet.border_title = _("Commands")
            sheet.border_subtitle = _("Enter does it · Esc closes")
            yield Input(placeholder=_("Find a command by name"), id="words", select_on_focus=False)
            yield OptionList(id="actions", markup=False)
            yield WrappedText(id="said")

    def on_mount(self) -> None:
        """Show all actions."""
        self._filter()

    @on(Input.Changed, "#words")
    def _filter(self) -> None:
        """Show the actions that have all the words."""
        words = fold(self.query_one(Input).value).split()
        self._shown_actions = [
            one for one in self._all_actions if all(word in fold(f"{one.name} {one.does}") for word in words)
        ]
        self._list_shown(0)
        self.query_one(WrappedText).words = "" if self._shown_actions else _("No command has these words.")

    def on_resize(self) -> None:
        """Fit the rows to the window."""
        self._list_shown(self.query_one(OptionList).highlighted or 0)

    def _list_shown(self, highlighted: int) -> None:
        listed = self.query_one(OptionList)
        listed.clear_options()
        column = max((cell_len(one.name) for one in self._all_actions), default=0)
        room = min(_SHEET_CELLS, self.size.width) - _FRAME_CELLS
        listed.add_options([Option(_row(one, column, room)) for one in self._shown_actions])
        listed.highlighted = highlighted if self._shown_actions else None

    @property
    def pickable(self) -> int:
        """How many entries can be moved to now, from the first."""
        return len(self._shown_actions)

    @on(Input.Submitted, "#words")
    @on(OptionList.OptionSelected)
    def _take(self, event: Input.Submitted | OptionList.OptionSelected) -> None:
        event.stop()
        at = self.query_one(OptionList).highlighted
        if self._shown_actions and at is not None:
            self.dismiss(self._shown_actions[at])

    def action_leave(self) -> None:
        """End without a choice."""
        self.dismiss(None)


def _row(one: Action, column: int, room: int) -> Content:
    """Write the name, the key in a column of its own, and what the action does as far as there is room."""
    name = one.name + " " * (column - cell_len(one.name))
    left = room - column - _KEY_CELLS - 4
    does = one.does if left >= min(_LEAST_CELLS, cell_len(one.does)) else ""
    return Content.assemble(
        (name, "bold"),
        (f"  {one.key:<{_KEY_CELLS}}", "$text-primary"),
        (f"  {does}" if does else "", "$foreground-muted"),
    )
