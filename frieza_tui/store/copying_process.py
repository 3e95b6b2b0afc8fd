"""A program that copies the threads' file, and what SQLite has not yet put into it, to a folder. Knows no thread."""

import shutil
import sys
from pathlib import Path


def main() -> None:
    """Copy the file that the first argument names into the folder that the second one names. Raises: OSError."""
    for name in (sys.argv[1], sys.argv[1] + "-wal"):
        if Path(name).exists():
            shutil.copyfile(name, Path(sys.argv[2], Path(name).name))  # not its mode: the copy is written to


if __name__ == "__main__":
    main()
