"""What is being written, in the user's own editor and back. Knows no message and no backend."""

import os
import shlex
import subprocess
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from textual.app import SuspendNotSupported

from frieza_tui.i18n import _
from frieza_tui.settings import environ_without_keys
from frieza_tui.text.safe import make_safe, safe_line
from frieza_tui.tui.parts.pager import NoRoom, file_of
from frieza_tui.tui.turns import Turns
from frieza_tui.tui.widgets.composer import Composer
from frieza_tui.tui.widgets.waiting_line import WaitingLine


class EditorTrouble(Exception):
    """What was written is as it was before; said in a sentence."""


class OutsideEditor:
    """Takes the draft to $VISUAL or $EDITOR; whatever happens there, it is not lost."""

    def __init__(self, composer: Composer, waiting_line: WaitingLine, turns: Turns) -> None:
        self._composer = composer
        self._waiting_line = waiting_line
        self._turns = turns

    def open(self) -> None:
        """Put the screen away until the editor is left; its text takes the draft's place, and can be undone."""
        if self._turns.is_open:  # the loop stands still meanwhile, and a server does not wait for ever
            self._waiting_line.say(_("Wait for the answer, or cancel it: the editor stops everything else."))
            return
        before = self._composer.text
        try:
            after = edited(before, self._composer.app.suspend)
        except EditorTrouble as trouble:
            self._waiting_line.say(str(trouble))
            return
        if after != before:
            self._composer.put(after)
        self._composer.focus()


def edited(text: str, suspend: Callable[[], AbstractContextManager[None]]) -> str:
    """Return a text as the editor left it, safe to show. Raises: EditorTrouble.

    suspend: puts the screen away meanwhile.
    """
    command = _editor_command(os.environ)
    try:
        with file_of(text) as name:
            with suspend():
                status = subprocess.run([*command, name], check=False, env=environ_without_keys()).returncode
            if status:
                raise EditorTrouble(
                    _("The editor ended with status {status}; nothing was changed.").format(status=status)
                )
            return _written(Path(name))
    except NoRoom as trouble:
        raise EditorTrouble(str(trouble)) from trouble
    except (SuspendNotSupported, OSError) as error:
        words = _("{command} cannot be started here; set VISUAL or EDITOR.").format(command=safe_line(command[0], 60))
        raise EditorTrouble(words) from error


def _written(path: Path) -> str:
    try:
        return make_safe(path.read_text("utf-8")).removesuffix("\n")
    except UnicodeDecodeError as error:
        raise EditorTrouble(_("What the editor wrote is no UTF-8; nothing was changed.")) from error
    except OSError as error:
        raise EditorTrouble(_("What the editor wrote cannot be read; nothing was changed.")) from error


def _editor_command(environ: Mapping[str, str]) -> list[str]:
    words = environ.get("VISUAL") or environ.get("EDITOR") or ""
    try:
        command = shlex.split(words)
    except ValueError:  # a quotation mark without the other one
        command = [words]
    if not command:
        raise EditorTrouble(_("Set VISUAL or EDITOR to your editor's command, and start again."))
    return command
