"""Commands in the message box: offered, completed, carried out by those who can. Knows none of them."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from frieza_tui.tui.commands import Command, allowed_words, called, completed, offered
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
        """Called when `can_complete` has changed."""
        self.handlers = handlers
        self.can_complete = False
        """What is written begins a command, and Tab adds to it."""
        self._composer = composer
        self._command_offer = command_offer
        self._waiting_line = waiting_line

    def follow(self) -> None:
        """Show the commands that what is written may become."""
        is_short = self._composer.document.line_count == 1
        fitting = offered(self._composer.document.get_line(0)) if is_short else None
        self._command_offer.commands = None if fitting is None else tuple(fitting)
        can_complete = is_short and completed(self._composer.text) is not None
        if can_complete != self.can_complete:
            self.can_complete = can_complete
            self.on_change()

    def complete(self) -> bool:
        """Complete the command that is being typed. False if none is."""
        whole = completed(self._composer.text) if self._composer.has_focus else None
        if whole is not None:
            self._composer.put(whole)
        return whole is not None

    def write(self, command: Command) -> None:
        """Write a command in the box, to be sent or gone on with."""
        self._composer.put(f"/{command.name}{' ' if command.takes else ''}")

    def obey(self, text: str) -> bool:
        """Carry a message out that is a command. False if it is none.

        One that is not understood is back in the box, and the waiting line says how it is written.
        """
        call = called(text)
        if call is None:
            return False
        self._composer.remember(text)
        if not self.handlers[call.command.name](call.argument):
            self._composer.offer(text)
            self._waiting_line.say(allowed_words(call.command))
        return True
