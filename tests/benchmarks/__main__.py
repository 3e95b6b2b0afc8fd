"""Runs the benchmarks: `python -m tests.benchmarks`, from the repository's root."""

import sys

from tests.benchmarks.command import main

if __name__ == "__main__":
    sys.exit(main())
