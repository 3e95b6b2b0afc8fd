"""Typing while the embedded model thinks and writes. Needs the package's small model."""

import sys

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Figure, Sample, compare
from tests.benchmarks.processes import own_cpu_s, process_tree
from tests.benchmarks.programs import FRIEZA, Program
from tests.benchmarks.run import LETTERS, Run, quantile

_EVERY_S = 0.15


def measure_local(bench: Bench) -> list[Figure]:
    """Measure the echo of 80 letters from the moment a question is sent, beside those of 10 at rest."""
    program = Program(FRIEZA, (sys.executable, "-m", "frieza_tui", "--model", "small"), environ={"OPENAI_API_KEY": ""})
    samples = bench.collect("local", _type, [program])
    return [
        compare("key echo at rest: median", "ms", samples, "rest_ms"),
        compare("key echo while the model answers: median", "ms", samples, "p50_ms"),
        compare("key echo while the model answers: 95 of 100 within", "ms", samples, "p95_ms"),
        compare("the model's share meanwhile", "% of a core", samples, "model"),
    ]


def _type(run: Run) -> Sample:
    run.start()
    run.rest(120.0)
    at_rest = run.type_letters(LETTERS[:10], _EVERY_S)
    run.erase(10)
    run.terminal.type("あなたの最終形態について、できるだけくわしく、長く話してください。\r")
    before_s = _children_cpu_s(run)
    echoes = run.type_letters(LETTERS[10:90], _EVERY_S)
    model_s = _children_cpu_s(run) - before_s
    return {
        "rest_ms": quantile(at_rest, 0.5),
        "p50_ms": quantile(echoes, 0.5),
        "p95_ms": quantile(echoes, 0.95),
        "model": 100 * model_s / (80 * _EVERY_S),
    }


def _children_cpu_s(run: Run) -> float:
    """Return the CPU time of the program's children, where the model runs."""
    own = run.terminal.pid
    return sum(own_cpu_s(pid) for pid in process_tree(own) if pid != own)
