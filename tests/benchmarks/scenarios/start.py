"""How soon a program is there: its first paint, its first key echo, and what `--version` costs."""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Bound, Figure, Sample, compare
from tests.benchmarks.processes import memory_mb, run_command
from tests.benchmarks.programs import FRIEZA, REFERENCE
from tests.benchmarks.run import LETTERS, Run, quantile

_VERSION_RUNS = 10
_TYPING_S = 3.0
"""How long keys are typed after the first echo, while the rest of the program may still load."""
_EVERY_S = 0.1


def measure_start(bench: Bench) -> list[Figure]:
    """Measure the way from the command to the first letter typed."""
    for program in bench.programs:  # compiled files and the disk's cache are made in a run that does not count
        bench.measure("start, uncounted", _start, program)
    samples = bench.collect("start", _start)
    return [
        compare("first paint", "s", samples, "first_paint_s", Bound(1.3, REFERENCE)),
        compare("first key echo", "s", samples, "key_echo_s", Bound(1.3, REFERENCE)),
        compare("CPU until the first key echo", "s", samples, "cpu_s"),
        compare(f"slowest key echo in the {_TYPING_S:.0f} s after it", "ms", samples, "slowest_ms"),
        compare("memory when it rests", "MiB", samples, "memory_mb"),
    ]


def _start(run: Run) -> Sample:
    start = run.come_up()
    echoes = run.type_letters(LETTERS[: int(_TYPING_S / _EVERY_S)], _EVERY_S)
    run.rest()
    return {
        "first_paint_s": start.first_paint_s,
        "key_echo_s": start.key_echo_s,
        "cpu_s": start.cpu_s,
        "slowest_ms": quantile(echoes, 1.0),
        "memory_mb": memory_mb(run.terminal.pid)[0],
    }


def measure_version(bench: Bench) -> list[Figure]:
    """Measure `--version` beside a Python that does nothing."""
    with TemporaryDirectory() as folder:
        output = Path(folder, "output")
        environ = {"PATH": os.environ.get("PATH", os.defpath), "HOME": folder}
        commands = ([sys.executable, "-m", "frieza_tui", "--version"], [sys.executable, "-c", "pass"])
        spent_s: list[list[float]] = [[], []]
        for _ in range(_VERSION_RUNS):
            for values, command in zip(spent_s, commands, strict=True):
                values.append(run_command(command, environ, output).cpu_s)
    bench.look_around()
    return [Figure("CPU of --version", "s", {FRIEZA: spent_s[0], "an empty Python": spent_s[1]}, Bound(0.15))]
