"""The line in which one types what to find in the thread. Knows no log."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from frieza_tui.i18n import _, ngettext


class FindLine(Input):
    """One row; each change of its text is a search, Enter keeps what was found, Escape drops it."""

    DEFAULT_CSS = """
    FindLine {
        height: 1;
        margin: 0 2;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def __init__(self, find: Callable[[str], int], leave: Callable[[], object], say: Callable[[str], None]) -> None:
        """Take who is told what.

        find: marks a text wherever it stands, "" for none; returns how many messages hold it. leave: takes the keys
        again. say: says how much was found.
        """
        super().__init__(compact=True)
        self.cursor_blink = False  # nothing is painted while nothing happens
        self._find_text = find
        self._go_back = leave
        self._say_found = say
        self.say_again()

    def say_again(self) -> None:
        """Say what it is for, in the language in use."""
        self.placeholder = _("Find in this conversation")

    def type_ahead(self, text: str) -> None:
        """Write before what came here by itself: it was typed first, and came by way of the log."""
        self.call_later(self._write_first, text)  # the focus, which comes before it, marks what was here

    def _write_first(self, text: str) -> None:
        if self.selection.is_empty:
            behind = len(self.value) - self.cursor_position
            self.insert(text, 0)
            self.cursor_position = len(self.value) - behind
        else:
            self.replace(text, *self.selection)

    def action_leave(self) -> None:
        """Look for nothing any more."""
        self._find_text("")
        self._go()

    @on(Input.Changed)
    def _find(self, event: Input.Changed) -> None:
        event.stop()
        count = self._find_text(event.value)
        if event.value:
            self._say_found(_found_words(count))

    @on(Input.Submitted)
    def _go_on_reading(self, event: Input.Submitted) -> None:
        event.stop()
        self._go()

    def _go(self) -> None:
        self._go_back()
        self.remove()


def _found_words(count: int) -> str:
    if not count:
        return _("Not found in this conversation.")
    return ngettext(
        "Found in {count} message; Enter, then n and N go on.",
        "Found in {count} messages; Enter, then n and N go on.",
        count,
    ).format(count=count)
