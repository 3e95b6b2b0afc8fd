"""A program that writes into the file that is its argument what it finds when it starts, and ends with 3."""

import atexit
import contextlib
import gc
import json
import os
import sys
import termios
import threading
from pathlib import Path


def facts() -> dict[str, object]:
    """All that differs between programs, but for their ids."""
    status = Path("/proc/self/status").read_text().splitlines()
    return {
        "arguments": sys.argv,
        "descriptors": [number for number in range(256) if is_open(number)],
        "environment": {**os.environ},
        "flags": [*sys.flags],
        "folder": str(Path.cwd()),
        "collects garbage": gc.isenabled(),
        "hooks": [sys.excepthook is sys.__excepthook__, threading.active_count()],
        "name": [__name__, __spec__.name],
        "modes": str(termios.tcgetattr(0)),
        "parent": os.getppid(),
        "path": sys.path,
        "leads": [os.getsid(0) == os.getpid(), os.getpgid(0) == os.tcgetpgrp(0)],
        "signals": [line for line in status if line.startswith(("SigBlk", "SigIgn", "SigCgt", "Umask"))],
        "size": [*os.get_terminal_size()],
        "streams": [
            [stream.fileno(), stream.encoding, stream.errors, stream.line_buffering, stream.isatty(), stream.name]
            for stream in (sys.stdin, sys.stdout, sys.stderr)
        ],
    }


def is_open(number: int) -> bool:
    with contextlib.suppress(OSError):
        os.fstat(number)
        return True
    return False


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_text(json.dumps({"is forked": "openai" in sys.modules, **facts()}))
    atexit.register(print, "last words")
    sys.exit(3)
