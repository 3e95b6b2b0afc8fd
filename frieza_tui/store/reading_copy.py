"""Opens a copy of the threads' file to be read, where the disk that it is on takes nothing. Knows no thread."""

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from frieza_tui import paths
from frieza_tui.domain.errors import StoreError
from frieza_tui.store.database import FILE_NAME, open_database

_TAKES_NOTHING: Final = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
)
_COPY: Final = Path(__file__).with_name("copying_process.py")
"""For a process of its own: on POSIX, closing a file drops the locks that SQLite holds on it in the same process."""


@contextmanager
def readable_database(file: Path | None = None) -> Generator[sqlite3.Connection]:
    """Open the file (None: the usual one); where nothing can be written, a copy of it, which refuses every change.

    SQLite makes small files beside one that it only reads, for which a full disk has no room. Raises: StoreError.
    """
    with ExitStack() as stack:
        try:
            db = open_database(file)
        except StoreError as error:
            if not _takes_nothing(error.__cause__):
                raise
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="frieza-tui-"))
            db = _opened_copy(file or paths.data_dir() / FILE_NAME, folder, error)
        stack.callback(db.close)
        yield db


def _takes_nothing(cause: BaseException | None) -> bool:
    is_refused = getattr(cause, "sqlite_errorcode", 0) & 0xFF in _TAKES_NOTHING
    return is_refused or (isinstance(cause, OSError) and not isinstance(cause, FileNotFoundError))


def _opened_copy(file: Path, folder: str, error: StoreError) -> sqlite3.Connection:
    """Copy the file into a folder and open that. Raises: the StoreError that is given, if it cannot be done."""
    command = (sys.executable, "-P", str(_COPY), str(file), folder)
    is_copied = os.path.exists(file) and subprocess.run(command, capture_output=True, check=False).returncode == 0
    if not is_copied:
        raise error
    try:
        db = open_database(Path(folder) / file.name)
    except StoreError:
        raise error from error.__cause__
    db.execute("PRAGMA query_only = ON")
    return db
