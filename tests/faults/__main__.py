"""Goes through the faults, or those that pytest's arguments choose, and prints the table: `python -m tests.faults`."""

import sys
from pathlib import Path

import pytest

if __name__ == "__main__":
    sys.exit(pytest.main([str(Path(__file__).parent), "-q", "-p", "no:cacheprovider", *sys.argv[1:]]))
