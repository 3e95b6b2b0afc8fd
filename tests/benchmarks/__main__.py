"""Runs the benchmarks: `python tests/benchmarks`."""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))  # so that this folder is the package `benchmarks`
    from tests.benchmarks.command import main

    sys.exit(main())
