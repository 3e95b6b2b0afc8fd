"""A text in the user's own pager or editor, while the screen is put away. Knows no message."""

import logging
import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from textual.app import SuspendNotSupported

from frieza_tui.i18n import _
from frieza_tui.settings import environ_without_keys
from frieza_tui.text.safe import safe_line

log = logging.getLogger(__name__)

PAGER = "less"
"""Where neither $PAGER nor $EDITOR is set."""


class NoRoom(Exception):
    """No disk takes the text; said in a sentence."""


def open_in_pager(text: str, suspend: Callable[[], AbstractContextManager[None]], *, is_wide: bool) -> str:
    """Show a text in $PAGER or $EDITOR, from a file that only its owner can read, until that is left.

    suspend: puts the screen away meanwhile. is_wide: lines are not to be wrapped. Returns: what to say if it cannot be
    started; else "".
    """
    command = _pager_command(os.environ)
    environ = environ_without_keys()
    if is_wide:
        environ["LESS"] = f"{environ.get('LESS', '')} -S".lstrip()  # to be scrolled sideways
    try:
        with file_of(text) as name, suspend():
            subprocess.run([*command, name], check=False, env=environ)
    except NoRoom as trouble:
        return str(trouble)
    except (SuspendNotSupported, OSError):
        words = _("{command} cannot be started here; set PAGER or EDITOR.")
        return words.format(command=safe_line(command[0], 60))
    return ""


def _pager_command(environ: Mapping[str, str]) -> list[str]:
    words = environ.get("PAGER") or environ.get("EDITOR") or PAGER
    try:
        return shlex.split(words) or [PAGER]
    except ValueError:  # a quotation mark without the other one
        return [words]


@contextmanager
def file_of(text: str) -> Generator[str]:
    """Keep a text in a file of its owner's alone for a while; yields its path. Raises: NoRoom."""
    name = ""
    try:
        descriptor, name = tempfile.mkstemp(suffix=".md", prefix="frieza-tui-")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        _remove(name)
        reason = safe_line(error.strerror or type(error).__name__, 60)
        words = _("The text cannot be put in a file ({reason}); set TMPDIR to a folder with room.")
        raise NoRoom(words.format(reason=reason)) from error
    try:
        yield name
    finally:
        _remove(name)


def _remove(name: str) -> None:
    try:
        Path(name).unlink(missing_ok=True)
    except OSError as error:
        log.warning("a file of a text that was shown or edited could not be removed: %s", type(error).__name__)
