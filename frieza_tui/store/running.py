"""Which programs use a file of the threads: each holds a lock beside it while it runs. Knows no table.

Numbers of processes alone would not do: each container has its own, and takes the programs of others for dead.
"""

import atexit
import os
import sqlite3
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

from frieza_tui.store.processes import Process, this_process

_FOLDER: Final = "running"
_announcing: Final = threading.Lock()
_announced: Final[set[tuple[int, Path]]] = set()
"""Places of locks, each with the process that holds it, for a fork does not."""


def announce(file: Path) -> None:
    """Hold this program's lock beside the file from now on; where no lock is to be had, its number has to do."""
    folder = file.resolve().parent / _FOLDER  # as SQLite names the file
    with _announcing:
        if sys.platform == "win32" or (os.getpid(), folder) in _announced:
            return
        _announced.add((os.getpid(), folder))
        with suppress(OSError):
            folder.mkdir(mode=0o700, exist_ok=True)
            for lock in folder.glob("*.lock"):
                if _is_held(lock) is False:
                    lock.unlink(missing_ok=True)
            _hold(_lock_of(folder, this_process()))


def is_running(db: sqlite3.Connection, process: Process) -> bool:
    """Tell whether a program that wrote to this file runs, in another container maybe."""
    (_number, _name, file) = db.execute("PRAGMA database_list").fetchone()
    is_held = _is_held(_lock_of(Path(file).parent / _FOLDER, process))
    return process.is_alive if is_held is None else is_held


def _lock_of(folder: Path, process: Process) -> Path:
    return folder / f"{process.pid}-{process.born:x}.lock"


def _hold(lock: Path) -> None:
    """Make the lock file; it has its name only once it is locked, so that nobody finds it free. Raises: OSError."""
    import fcntl

    writing, made = tempfile.mkstemp(dir=lock.parent)
    os.close(writing)
    descriptor = os.open(made, os.O_RDONLY)  # one to be written to would keep its disk from becoming read-only
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.replace(made, lock)
    except OSError:
        os.close(descriptor)
        os.unlink(made)
        raise
    atexit.register(_remove, os.getpid(), lock)  # the lock itself goes with the process, however that ends


def _remove(pid: int, lock: Path) -> None:
    if os.getpid() == pid:
        with suppress(OSError):
            lock.unlink()


def _is_held(lock: Path) -> bool | None:
    """Tell whether a program holds a lock; None if nobody can tell."""
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        descriptor = os.open(lock, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: two who look do not take each other for it
    except BlockingIOError:
        return True
    except OSError:
        return None
    else:
        return False
    finally:
        os.close(descriptor)
