"""One process at a time at one place on disk; the lock ends with its process, however that ends."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_POLL_S = 0.1

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def exclusive(path: Path, check: Callable[[], None]) -> Iterator[None]:
    """Hold the lock file at `path`, waiting for other processes; blocks the thread.

    While it waits, `check` is called ten times a second; what it raises ends the waiting.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOINHERIT", 0), 0o600)
    try:
        while not _try_lock(descriptor):
            check()
            time.sleep(_POLL_S)
        yield
    finally:
        os.close(descriptor)
