"""Moves a file of the threads aside that cannot be used, at its owner's word. Knows no table."""

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from frieza_tui.domain.errors import StoreError, UnusableFile
from frieza_tui.i18n import _
from frieza_tui.store.database import forget_look, has_file, open_database, place_of, store_error
from frieza_tui.text.safe import safe_line

_BESIDE: Final = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside its file; it belongs to it and goes with it."""


def is_usable(file: Path | None = None) -> bool:
    """Tell whether the file (None: the usual one) is sound, or not there. Raises: StoreError, if nobody can tell."""
    import sqlite3

    path = place_of(file)
    if not has_file(file):
        return True
    try:
        db = open_database(path)
        try:
            found: tuple[str] = db.execute("PRAGMA quick_check").fetchone()
            return found == ("ok",)
        finally:
            db.close()
    except UnusableFile:
        return False
    except sqlite3.Error as error:
        if isinstance(store_error(error, path), UnusableFile):
            return False
        raise store_error(error, path) from error


def move_aside(file: Path | None = None) -> Path:
    """Give the file (None: the usual one) a name with the date, beside its old one; nothing is overwritten.

    Returns: the new path. Raises: StoreError.
    """
    path = place_of(file)
    try:
        new = _free_name(path)
        os.replace(path, new)
        for ending in _BESIDE:
            with suppress(FileNotFoundError):
                os.replace(f"{path}{ending}", f"{new}{ending}")
    except OSError as error:
        happened = _("{file} cannot be moved aside: {reason}.")
        reason = safe_line(error.strerror or type(error).__name__)
        raise StoreError(happened.format(file=safe_line(str(path)), reason=reason)) from error
    forget_look(path)
    return new


def _free_name(path: Path) -> Path:
    """Return a name that nobody has; the file of that name is made, so that nobody takes it meanwhile."""
    number = 1
    while True:
        mark = time.strftime("%Y-%m-%d") + (f"-{number}" if number > 1 else "")
        new = path.with_name(f"{path.stem}-{mark}{path.suffix}")
        try:
            os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            number += 1
        else:
            return new
