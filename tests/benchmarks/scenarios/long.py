"""A kept thread of 10,000 messages gone on with: opening it, typing, a resize; beside one of 10."""

import time
from dataclasses import replace

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Bound, Figure, Sample, Values, compare
from tests.benchmarks.kept_thread import LAST_WORD
from tests.benchmarks.processes import memory_mb
from tests.benchmarks.programs import frieza
from tests.benchmarks.run import LETTERS, START_TIMEOUT_S, Failed, Run, quantile

_MANY, _FEW = 10_000, 10
_EVERY_S = 0.15
_NARROW, _WIDE = 100, 120
_RESIZES = 4
_RESIZE_S = 0.5


def measure_long(bench: Bench) -> list[Figure]:
    """Measure our own program with many and with few messages, in turn."""
    programs = [replace(frieza("--resume"), name=f"{count:,} messages", kept=count) for count in (_MANY, _FEW)]
    samples = bench.collect("long", _open, programs)
    more = programs[0].name
    few = programs[1].name
    return [
        compare("key echo at rest: median", "ms", samples, "key_ms", Bound(None, few, later=1.2)),
        compare("from the command to the last screen of the thread", "s", samples, "open_s"),
        Figure("the same, more than with few", "s", {more: _more(samples, "open_s")}, Bound(None, later=0.3)),
        compare("memory when it rests", "MiB", samples, "memory_mb"),
        Figure("the same, more than with few", "MiB", {more: _more(samples, "memory_mb")}, Bound(None, later=40)),
        compare("CPU of a resize", "ms", samples, "resize_ms", Bound(None, later=50)),
    ]


def _more(samples: dict[str, list[Sample]], key: str) -> Values:
    many, few = samples.values()
    return [one[key] - other[key] if one and other else None for one, other in zip(many, few, strict=True)]


def _open(run: Run) -> Sample:
    run.terminal.watch(LAST_WORD)
    end_s = run.terminal.wait_for(LAST_WORD, START_TIMEOUT_S)
    if end_s is None:
        raise Failed("the end of the thread was not on the screen")
    time.sleep(2.0)
    run.rest()
    memory, echoes = memory_mb(run.terminal.pid)[0], run.type_letters(LETTERS[:30], _EVERY_S)
    run.rest()
    before_s = run.cpu_s()
    for columns in (_NARROW, _WIDE) * (_RESIZES // 2):
        run.terminal.resize(columns)
        time.sleep(_RESIZE_S)
    return {
        "key_ms": quantile(echoes, 0.5),
        "open_s": end_s - run.terminal.started_s,
        "memory_mb": memory,
        "resize_ms": 1000 * (run.cpu_s() - before_s) / _RESIZES,
    }
