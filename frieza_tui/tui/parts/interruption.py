"""What Ctrl+C does: it copies, cancels, puts aside, and quits when it is pressed again. Knows no turn from within."""

from collections.abc import Callable

from textual.screen import Screen

from frieza_tui.i18n import _
from frieza_tui.tui.messages import LeaveAsked
from frieza_tui.tui.second_press import WITHIN_S, SecondPress
from frieza_tui.tui.widgets.composer import Composer
from frieza_tui.tui.widgets.waiting_line import WaitingLine


class Interruption:
    """Does the first of these that there is something to do for."""

    def __init__(
        self, screen: Screen[None], composer: Composer, waiting_line: WaitingLine, cancel_turn: Callable[[], bool]
    ) -> None:
        """Take the screen, for what is selected on it. cancel_turn: says whether a turn was open."""
        self._screen = screen
        self._composer = composer
        self._waiting_line = waiting_line
        self._cancel_turn = cancel_turn
        self._quit_press = SecondPress()

    def press(self) -> None:
        """Copy the selection; else quit on the second press; else cancel the turn; else put the draft aside."""
        if self._copy_selection():
            return
        if self._quit_press.is_second():
            self._screen.post_message(LeaveAsked())
        elif self._cancel_turn():
            self._waiting_line.say(_("Cancelled. Ctrl+C again quits."), WITHIN_S)
        elif self._composer.put_aside():
            self._waiting_line.say(_("Draft put aside, ↑ brings it back. Ctrl+C again quits."), WITHIN_S)
        else:
            self._waiting_line.say(_("Ctrl+C again quits."), WITHIN_S)

    def forget(self) -> None:
        """Something was written since: the next press is a first one."""
        self._quit_press.forget()

    def _copy_selection(self) -> bool:
        text = self._composer.selected_text or self._screen.get_selected_text()
        if not text:
            return False
        self._screen.app.copy_to_clipboard(text)
        self._composer.deselect()
        self._screen.clear_selection()
        return True
