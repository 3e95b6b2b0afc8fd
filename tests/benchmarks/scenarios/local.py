"""Typing while the embedded model thinks and writes. Needs the package's small model."""

import sys

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Figure, Sample, compare
from tests.benchmarks.processes import own_cpu_s, process_tree
from tests.benchmarks.programs import FRIEZA, Program
from tests.benchmarks.run import LETTERS, Run, quantile

_EVERY_S = 0.15


def measure_local(bench: Bench) -> list[Figure]:
    """Measure the echo of 30 letters that the model reads ahead, and of 50 from the moment a question is sent."""
    program = Program(FRIEZA, (sys.executable, "-m", "frieza_tui", "--model", "small"), environ={"OPENAI_API_KEY": ""})
    samples = bench.collect("local", _type, [program])
    return [
        compare("key echo while the model reads what is typed: median", "ms", samples, "ahead_p50_ms"),
        compare("key echo while the model reads what is typed: 95 of 100 within", "ms", samples, "ahead_p95_ms"),
        compare("the model's share while it reads what is typed", "% of a core", samples, "ahead_model"),
        compare("key echo while the model answers: median", "ms", samples, "p50_ms"),
        compare("key echo while the model answers: 95 of 100 within", "ms", samples, "p95_ms"),
        compare("the model's share meanwhile", "% of a core", samples, "model"),
    ]


def _type(run: Run) -> Sample:
    run.start()
    run.rest(120.0)
    before_s = _children_cpu_s(run)
    ahead = run.type_letters(LETTERS[:30], _EVERY_S)
    ahead_s = _children_cpu_s(run) - before_s
    run.erase(30)
    run.terminal.type("あなたの最終形態について、できるだけくわしく、長く話してください。\r")
    before_s = _children_cpu_s(run)
    echoes = run.type_letters(LETTERS[30:80], _EVERY_S)
    model_s = _children_cpu_s(run) - before_s
    return {
        "ahead_p50_ms": quantile(ahead, 0.5),
        "ahead_p95_ms": quantile(ahead, 0.95),
        "ahead_model": 100 * ahead_s / (30 * _EVERY_S),
        "p50_ms": quantile(echoes, 0.5),
        "p95_ms": quantile(echoes, 0.95),
        "model": 100 * model_s / (50 * _EVERY_S),
    }


def _children_cpu_s(run: Run) -> float:
    """Return the CPU time of the program's children, where the model runs."""
    own = run.terminal.pid
    return sum(own_cpu_s(pid) for pid in process_tree(own) if pid != own)
