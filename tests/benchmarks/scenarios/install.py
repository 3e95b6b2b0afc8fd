"""How much the base package, without the embedded model, puts into a new environment. Needs a package index."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Bound, Figure
from tests.benchmarks.programs import FRIEZA

_PROJECT = Path(__file__).parents[3]


def measure_install(bench: Bench) -> list[Figure]:
    """Measure a new environment with the package less an empty one, in units of 10^6 bytes."""
    bench.look_around()
    with TemporaryDirectory() as folder:
        python = Path(folder, "venv", "bin", "python")
        subprocess.run([sys.executable, "-m", "venv", Path(folder, "venv")], check=True)
        empty = _size(Path(folder))
        subprocess.run([python, "-m", "pip", "install", "--quiet", str(_PROJECT)], check=True)
        gained_mb = (_size(Path(folder)) - empty) / 1e6
    return [Figure("base install", "MB", {FRIEZA: [gained_mb]}, Bound(80))]


def _size(folder: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())
