"""Whether the program that wrote something still runs. Knows no table."""

import os
import sys


def is_alive(pid: int) -> bool:
    """Tell whether a process lives on this machine."""
    if pid == os.getpid():
        return True
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
