"""Commands in the message box: offered, completed, carried out by those who can. Knows none of them."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from frieza_tui.tui.commands import Call, Command, allowed_words, begun, called, offered
from frieza_tui.tui.widgets.command_offer import CommandOffer
from frieza_tui.tui.widgets.composer import Composer
from frieza_tui.tui.widgets.waiting_line import WaitingLine

Handler: TypeAlias = Callable[[str], bool]
"""Takes what followed the command, "" for nothing; does what was asked, or returns False if it does not understand."""


def alone(do: Callable[[], object]) -> Handler:
    """Make a handler of something that takes nothing: it does not understand what follows the command."""

    def handle(argument: str) -> bool:
        if not argument:
            do()
        return not argument

    return handle


class CommandLine:
    """Takes the message box for a command line where a command is written in it."""

    def __init__(
        self,
        composer: Composer,
        command_offer: CommandOffer,
        waiting_line: WaitingLine,
        handlers: Mapping[str, Handler],
    ) -> None:
        """Take a handler for each command of the table, by its name."""
        self.on_change: Callable[[], object] = lambda: None
        """Called when `is_open` or `can_complete` has changed."""
        self.is_open = False
        """A command is being typed, and one is marked."""
        self.can_complete = False
        """The marked one is not written out yet."""
        self.handlers = handlers
        self._composer = composer
        self._command_offer = command_offer
        self._waiting_line = waiting_line

    def follow(self) -> None:
        """Show the commands that what is written may become."""
        is_short = self._composer.document.line_count == 1
        fitting = offered(self._composer.document.get_line(0)) if is_short else None
        offer = self._command_offer
        offer.commands = None if fitting is None else tuple(fitting)
        self._composer.marker = offer if offer.has_choice else None
        before = self.is_open, self.can_complete
        self.is_open = bool(fitting)
        self.can_complete = self.is_open and bool(begun(self._composer.text))
        if before != (self.is_open, self.can_complete):
            self.on_change()

    def complete(self) -> bool:
        """Write the marked command out. False if no command is being typed, or it is there already."""
        marked = self._meant(self._composer.text) if self._composer.has_focus else None
        if marked is not None:
            self.write(marked)
        return marked is not None

    def write(self, command: Command) -> None:
        """Write a command in the box, to be sent or gone on with."""
        self._composer.put(f"/{command.name}{' ' if command.takes else ''}")

    def obey(self, text: str) -> bool:
        """Carry a message out that is a command, or the beginning of one: the marked one. False if it is neither.

        One that is not understood is back in the box, and the waiting line says how it is written.
        """
        meant = self._meant(text)
        call = called(text) if meant is None else Call(meant, "")
        self._command_offer.marked = None
        if call is None:
            return False
        self._composer.remember(text if meant is None else f"/{meant.name}")
        if not self.handlers[call.command.name](call.argument):
            self._composer.offer(text if meant is None else f"/{meant.name} ")
            self._waiting_line.say(allowed_words(call.command))
        return True

    def _meant(self, text: str) -> Command | None:
        """Return the command that the beginning of one stands for: the marked one, else the first."""
        fitting = begun(text)
        marked = self._command_offer.marked
        return marked if marked in fitting else next(iter(fitting), None)
