"""Priority over whatever else the machine does, where that is allowed: the harness first, then what it measures.

Linux may weigh whole sessions against each other (autogroup) before it looks at niceness, so the harness goes on in a
session of its own, as each program has one, and both weights are set.
"""

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

_HARNESS: Final = -15
_MEASURED: Final = -10
_SESSION: Final = Path("/proc/self/autogroup")


def go_first() -> None:
    """Go on in a child process that comes first on the machine; the parent waits and leaves with its status."""
    child = os.fork()
    if child:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda caught, _: os.kill(child, caught))
        _, status = os.waitpid(child, 0)
        sys.exit(os.waitstatus_to_exitcode(status))
    os.setsid()
    _weigh(_HARNESS)


def put_behind_harness() -> None:
    """Give a program that was just started, the first of its session, its place behind the harness."""
    if os.getpriority(os.PRIO_PROCESS, 0) == _HARNESS:
        _weigh(_MEASURED)


def _weigh(niceness: int) -> None:
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, niceness)
    with suppress(OSError):  # not allowed, or there are no autogroups
        _SESSION.write_text(str(niceness))
