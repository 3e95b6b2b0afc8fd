"""Brings a file to this version, and is killed in it: at a moment that SQLite's own work counts, not a clock.

Arguments: the file, and at which of those moments; 0 for never, and then their number is printed.
"""

import os
import signal
import sqlite3
import sys
from pathlib import Path

from frieza_tui.store.database import open_database

INSTRUCTIONS = 20
"""Of SQLite's, from one moment to the next."""


def main(file: Path, last: int) -> None:
    moments, connect = 0, sqlite3.connect

    def count() -> int:
        nonlocal moments
        moments += 1
        if moments == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return 0

    def counted(path: Path, timeout: float, isolation_level: None) -> sqlite3.Connection:
        db = connect(path, timeout=timeout, isolation_level=isolation_level)
        db.set_progress_handler(count, INSTRUCTIONS)
        return db

    sqlite3.connect = counted  # type: ignore[assignment]
    open_database(file).close()
    sys.stdout.write(f"{moments}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
