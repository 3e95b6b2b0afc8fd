"""The slash commands: one table behind the message box, the help and the README. Knows no widget."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from frieza_tui.i18n import _

_SHAPE = re.compile(r"/(\w+)(?: +(.*))?")
_BEGUN = re.compile(r"/(\w*)( .*)?")


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that can be asked for by a message of its own."""

    name: str
    """As it is typed, without the slash. Its handler is made in `ChatParts`."""
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
    Command("new", "", lambda: _("Begin a new thread")),
    Command("threads", "", lambda: _("Search, open, rename, export, delete")),
    Command("model", "[name]", lambda: _("Choose the model that answers from now on")),
    Command("welcome", "", lambda: _("Choose who answers")),
    Command("lang", "[ja|en|auto]", lambda: _("Language of the screen; auto: as at the start")),
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


def offered(text: str) -> list[Command] | None:
    """Return the commands that a text may become, in the table's order; None if it is no beginning of a command."""
    begun = _BEGUN.fullmatch(unicodedata.normalize("NFKC", text).strip(" "))
    if begun is None:
        return None
    name = begun[1].lower()
    return [one for one in COMMANDS if (one.name == name if begun[2] else one.name.startswith(name))]


def begun(text: str) -> list[Command]:
    """Return the commands of which a whole message is the beginning, in the table's order; none if it is a command."""
    return [] if called(text) else offered(text) or []


def allowed_words(command: Command) -> str:
    """Say how a command is written, to somebody who wrote it otherwise."""
    if command.takes:
        return _("It is written {command}").format(command=command.shown)
    return _("{command} stands alone.").format(command=command.shown)
