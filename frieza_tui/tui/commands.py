"""The slash commands: one table behind the message box, the help and the README. Knows no widget."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from frieza_tui.i18n import _

_SHAPE = re.compile(r"/(\w+)(?: +(.*))?")


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that can be asked for by a message of its own."""

    name: str
    """As it is typed, without the slash. The screen's handler of it is in `CommandScreen`."""
    takes: str
    """What may follow it, as people write that: "[ja|en|auto]"; empty for nothing."""
    does: Callable[[], str]
    """One line for the help screen, in the language in use."""

    @property
    def shown(self) -> str:
        """The whole command as people write it."""
        return f"/{self.name} {self.takes}".rstrip()


COMMANDS: tuple[Command, ...] = (
    Command("help", "", lambda: _("All keys and commands")),
    Command("lang", "[ja|en|auto]", lambda: _("Language of the screen; auto: as at the start")),
    Command("model", "[name]", lambda: _("Choose the model that answers from now on")),
    Command("welcome", "", lambda: _("Choose who answers")),
    Command("quit", "", lambda: _("Quit")),
)


@dataclass(frozen=True, slots=True)
class Call:
    """A command that was typed, and what followed it."""

    command: Command
    argument: str
    """Without spaces around it; empty if there was none."""


def called(text: str) -> Call | None:
    """Return the command that a whole message is; None if it is a message like any other, such as a path.

    Full-width letters, as an IME may leave them, count as their narrow ones.
    """
    shape = _SHAPE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if shape is None:
        return None
    for command in COMMANDS:
        if command.name == shape[1].lower():
            return Call(command, (shape[2] or "").strip())
    return None


def allowed_words(command: Command) -> str:
    """Say how a command is written, to somebody who wrote it otherwise."""
    if command.takes:
        return _("It is written {command}").format(command=command.shown)
    return _("{command} stands alone.").format(command=command.shown)
