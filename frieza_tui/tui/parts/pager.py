"""A text in the user's own pager or editor, while the screen is put away. Knows no message."""

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

PAGER = "less"
"""Where neither $PAGER nor $EDITOR is set."""


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
    """Keep a text in a file of its owner's alone for a while; yields its path. Raises: OSError."""
    descriptor, name = tempfile.mkstemp(suffix=".md", prefix="frieza-tui-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        yield name
    finally:
        Path(name).unlink(missing_ok=True)
