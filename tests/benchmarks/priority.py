"""Priority over whatever else the machine does, where that is allowed: the harness first, then what it measures.

Linux may weigh whole sessions against each other (autogroup) before it looks at niceness, so both are set.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_HARNESS: Final = -15
_MEASURED: Final = -10
_SESSION: Final = Path("/proc/self/autogroup")


@contextmanager
def harness_ahead() -> Iterator[None]:
    """Put this process and its children first for the length of the block; its session gets its old weight back."""
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, _HARNESS)
    before = _session_niceness()
    _weigh_session(_HARNESS)
    try:
        yield
    finally:
        _weigh_session(before)


def put_behind_harness() -> None:
    """Give a program that was just started, the first of its session, its place behind the harness."""
    if os.getpriority(os.PRIO_PROCESS, 0) < 0:
        os.setpriority(os.PRIO_PROCESS, 0, _MEASURED)
        _weigh_session(_MEASURED)


def _session_niceness() -> int:
    with suppress(OSError, ValueError, IndexError):
        return int(_SESSION.read_text().split()[-1])
    return 0


def _weigh_session(niceness: int) -> None:
    with suppress(OSError):  # not Linux, not allowed, or no autogroups
        _SESSION.write_text(str(niceness))
