"""The command line of the benchmarks: chooses scenarios and programs, prints the table."""

import argparse
import os
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Figure, table
from tests.benchmarks.loopback.texts import KINDS
from tests.benchmarks.priority import go_first
from tests.benchmarks.programs import Program, frieza, peers, reference
from tests.benchmarks.scenarios import SPECIAL, USUAL
from tests.benchmarks.server import loopback_server


def main(words: Sequence[str] | None = None) -> int:
    """Measure what is named; returns 1 if a bound is not met."""
    arguments = _parser().parse_args(words)
    measured: dict[str, list[Figure]] = {}
    go_first()
    with loopback_server() as server:
        bench = Bench(server, _programs(arguments), arguments.reps, arguments.kinds, arguments.sizes)
        try:
            for name in arguments.scenarios or USUAL:
                measured[name] = {**USUAL, **SPECIAL}[name](bench)
        except KeyboardInterrupt:
            bench.failures.append("interrupted: the scenarios after that were not measured")
    report = _report(bench, measured)
    sys.stdout.write(report + "\n")
    if arguments.markdown:
        arguments.markdown.write_text(report + "\n", "utf-8")
    return 1 if any(figure.is_met is False for figures in measured.values() for figure in figures) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "scenarios", nargs="*", metavar="NAME", help=f"{', '.join(USUAL)} (the default); {', '.join(SPECIAL)}"
    )
    parser.add_argument("--reps", type=int, default=3, metavar="N", help="runs of each program (default: 3)")
    parser.add_argument("--kinds", type=_words, default=("markdown",), help=f"all, or some of {','.join(KINDS)}")
    parser.add_argument("--sizes", type=_numbers, default=(250, 16_000), help="lengths for growth (250,16000)")
    parser.add_argument("--alone", action="store_true", help="measure frieza-tui without the reference")
    parser.add_argument("--control", action="store_true", help="the reference in frieza-tui's place: shows the noise")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table there too")
    return parser


def _words(text: str) -> Sequence[str]:
    return KINDS if text == "all" else text.split(",")


def _numbers(text: str) -> Sequence[int]:
    return [int(word) for word in text.split(",")]


def _programs(arguments: argparse.Namespace) -> list[Program]:
    ours = replace(reference(), name="reference as frieza-tui") if arguments.control else frieza()
    return [ours] if arguments.alone else [ours, reference(), *peers()]


def _report(bench: Bench, measured: Mapping[str, Sequence[Figure]]) -> str:
    version = ".".join(map(str, sys.version_info[:2]))
    machine = f"{os.cpu_count()} cores, Python {version}"
    if bench.loads:
        loads, spins = bench.loads, bench.spins_ms
        machine += f"; load {min(loads):.1f}–{max(loads):.1f}"
        machine += f"; a fixed piece of work took {statistics.median(spins):.0f} ms ({min(spins):.0f}–{max(spins):.0f})"
    parts = [f"{machine}; runs of each program: {bench.repetitions}."]
    parts += [f"### {name}\n\n{table(figures)}" for name, figures in measured.items()]
    if bench.failures:
        parts.append("Left out:\n\n" + "\n".join(f"- {line}" for line in bench.failures))
    return "\n\n".join(parts)
