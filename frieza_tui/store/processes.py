"""Whether the program that wrote something still runs. Knows no table."""

import os
import sys


def is_alive(pid: int) -> bool:
    """Tell whether a process lives on this machine; on Windows, where asking would end it, only our own does."""
    if pid == os.getpid():
        return True
    if sys.platform == "win32":
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
