"""Opens the file of the threads: ours or left alone, private, brought to this version. Knows no thread."""

import os
import sqlite3
import struct
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from frieza_tui import paths
from frieza_tui.domain.errors import NotKept, StoreError, UnusableFile
from frieza_tui.i18n import _
from frieza_tui.store.running import announce
from frieza_tui.store.schema import APPLICATION_ID, MIGRATIONS
from frieza_tui.text.safe import safe_line

FILE_NAME: Final = "threads.sqlite3"
BUSY_S: Final = 5.0
"""How long another program may hold the file."""
_MAGIC: Final = b"SQLite format 3\0"
_looking: Final = threading.Lock()
_looked_at: Final[set[Path]] = set()
_LOCKED: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def open_database(file: Path | None = None) -> sqlite3.Connection:
    """Open or make the file (None: the usual one), for the calling thread alone; a file made has mode 0600.

    A file that is not ours, damaged or of a newer version is not written to. Raises: StoreError.
    """
    path = place_of(file)
    try:
        _look_first(path)
        db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise store_error(error, path) from error
    try:
        _version(db, path)
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
        _migrate(db, path)
        _configure(db)
        announce(path)
    except (OSError, sqlite3.Error) as error:
        db.close()
        raise store_error(error, path) from error
    except StoreError:
        db.close()
        raise
    return db


def place_of(file: Path | None) -> Path:
    """Return where the file is (None: the usual one)."""
    return file or paths.data_dir() / FILE_NAME


def has_file(file: Path | None = None) -> bool:
    """Tell whether there is a file (None: the usual one) already, or nobody may see; opening it says why then."""
    try:
        return place_of(file).exists()
    except OSError:
        return True


@contextmanager
def transaction(db: sqlite3.Connection) -> Generator[None]:
    """Write together, or not at all."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        db.rollback()
        raise


def store_error(error: OSError | sqlite3.Error, path: Path) -> StoreError:
    """Say in words why the file could not be used."""
    file = safe_line(str(path))
    if isinstance(error, OSError):
        return _unwritable(file, safe_line(error.strerror or type(error).__name__))
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        happened = _("The disk is full: {file} takes no more.").format(file=file)
        return NotKept(happened, _("The conversation goes on, but is not kept until there is room."))
    if code in _LOCKED:
        happened = _("Another program does not let go of {file}.").format(file=file)
        return NotKept(happened, _("The conversation goes on, but is not kept meanwhile."))
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return _foreign(_("{file} is damaged, or not a database.").format(file=file))
    return _unwritable(file, safe_line(str(error)))


def _unwritable(file: str, reason: str) -> StoreError:
    happened = _("{file} cannot be written: {reason}.").format(file=file, reason=reason)
    return NotKept(happened, _("The conversation goes on, but is not kept."))


def _foreign(happened: str) -> StoreError:
    return UnusableFile(happened, _("It was left as it is; frieza-tui threads repair moves it aside."))


def _look_first(path: Path) -> None:
    """Check the file, or make it, once in this process.

    Never again: on POSIX, closing a file drops the locks that SQLite holds on it in the same process, and then another
    program takes the file for its own.
    """
    with _looking:
        if path.absolute() in _looked_at:
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)  # else nobody hears why it cannot be made
        _check_header(path)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        _looked_at.add(path.absolute())


def forget_look(path: Path) -> None:
    """Look at the file anew at its next opening: another one has its name. Nothing of it may be open here."""
    with _looking:
        _looked_at.discard(path.absolute())


def _check_header(path: Path) -> None:
    """Look at the file without SQLite, which might write to it."""
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        return
    if not head.strip(b"\0"):
        return  # empty, or the power failed while it was made, and SQLite undoes that by its journal
    name = safe_line(str(path))
    if len(head) < 100 or not head.startswith(_MAGIC):
        raise _foreign(_("{file} is damaged, or not a database.").format(file=name))
    version, application = struct.unpack(">I", head[60:64])[0], struct.unpack(">I", head[68:72])[0]
    pages = struct.unpack(">I", head[28:32])[0]
    if version == application == 0 and pages <= 1:
        return  # empty: another program has only just begun to make it
    _check_kind(name, version, application)


def _check_kind(file: str, version: int, application: int) -> None:
    if application != APPLICATION_ID:
        raise _foreign(_("{file} is another program's.").format(file=file))
    if version > len(MIGRATIONS):
        raise UnusableFile(
            _("{file} was written by a newer frieza-tui.").format(file=file),
            _("It was left as it is; use that version, or frieza-tui threads repair, which moves it aside."),
        )


def _migrate(db: sqlite3.Connection, path: Path) -> None:
    if _version(db, path) == len(MIGRATIONS):
        return
    db.execute("BEGIN EXCLUSIVE")
    try:
        for statements in MIGRATIONS[_version(db, path) :]:  # another program may have been here first
            for statement in statements:
                db.execute(statement)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        db.execute("COMMIT")
    except BaseException:
        db.rollback()
        raise


def _version(db: sqlite3.Connection, path: Path) -> int:
    # One statement, so one moment: another program may be making the file right now.
    version: int
    version, application, has_tables = db.execute(
        "SELECT (SELECT user_version FROM pragma_user_version), (SELECT application_id FROM pragma_application_id),"
        " EXISTS (SELECT 1 FROM sqlite_master)"
    ).fetchone()
    if version or application or has_tables:
        _check_kind(safe_line(str(path)), version, application)
    return version


def _configure(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA synchronous = FULL")  # a commit is on the disk when it returns, so power may fail then
    db.execute("PRAGMA fullfsync = ON")  # on macOS that takes more than fsync; elsewhere it changes nothing
    db.execute("PRAGMA secure_delete = ON")
    until = time.monotonic() + BUSY_S
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:  # two programs make the file at once; SQLite does not wait here
            if error.sqlite_errorcode & 0xFF not in _LOCKED or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return
