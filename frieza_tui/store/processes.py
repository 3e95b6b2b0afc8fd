"""Whether the program that wrote something still runs. Knows no table."""

import hashlib
import os
import subprocess
import sys
from functools import cache
from typing import Final, NamedTuple

_ENDED: Final = frozenset("ZX")
"""States of a process that is only waited for (source: proc(5))."""


class Process(NamedTuple):
    """A program; another one that has its number later, after a new start of the machine maybe, is none of its kind."""

    pid: int
    born: int = 0
    """What tells when it started, and in which run of the machine; 0: nobody knows, then the number has to do."""

    @property
    def is_alive(self) -> bool:
        """Whether it runs on this machine."""
        if not _has(self.pid):
            return False
        born = _birth_of(self.pid)
        return born is not None and (born == self.born or not (born and self.born))


def this_process() -> Process:
    """Return the program that asks."""
    return Process(os.getpid(), _own_birth(os.getpid()))


@cache
def _own_birth(pid: int) -> int:
    return _birth_of(pid) or 0


def _has(pid: int) -> bool:
    if sys.platform == "win32":
        # There os.kill with a signal of 0 ends the process.
        from psutil import pid_exists  # pyright: ignore[reportMissingModuleSource]

        return pid_exists(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _birth_of(pid: int) -> int | None:
    """Return the mark of a process's start, 0 if it is not to be had, None if the process has ended meanwhile."""
    try:
        words = _start_words(pid)
    except (OSError, IndexError, subprocess.SubprocessError):
        return 0
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:7]) if words else None


def _start_words(pid: int) -> str:
    """Return words on a process's start that no later one of its number shares; "" if it has ended."""
    if sys.platform == "linux":
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            fields = stat.read().rpartition(")")[2].split()
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as boot:
            return "" if fields[0] in _ENDED else f"{boot.read()} {fields[19]}"
    if sys.platform == "win32":
        from psutil import Error  # pyright: ignore[reportMissingModuleSource]
        from psutil import Process as Seen

        try:
            return str(Seen(pid).create_time())
        except Error as error:
            raise OSError from error
    command = ["ps", "-o", "lstart=", "-p", str(pid)]
    environ = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
    return subprocess.run(command, capture_output=True, text=True, env=environ, check=True, timeout=5).stdout
