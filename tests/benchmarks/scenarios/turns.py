"""A long conversation of short replies: the last turns beside the first ones, and typing at its end."""

from statistics import mean

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Figure, Sample, Samples, compare
from tests.benchmarks.processes import memory_mb
from tests.benchmarks.run import LETTERS, Run, quantile

_TURNS = 200
_TOKENS = 40
_SHARE = 10
"""How many turns at either end are compared."""


def measure_turns(bench: Bench) -> list[Figure]:
    """Measure 200 turns in one thread."""
    samples = bench.collect(f"{_TURNS} turns", _converse)
    return [
        *_last_over_first(samples),
        *compare(f"key echo at rest after {_TURNS} turns: median", "ms", samples, "key_ms"),
        *compare(f"memory gained in {_TURNS} turns", "MiB", samples, "gained_mb"),
    ]


def _last_over_first(samples: Samples) -> list[Figure]:
    return [
        Figure(
            f"{name}: {what} of a turn, the last {_SHARE} of {_TURNS}",
            "s",
            [run.get(f"last_{key}") for run in runs],
            f"the first {_SHARE}",
            [run.get(f"first_{key}") for run in runs],
        )
        for name, runs in samples.items()
        for what, key in (("CPU", "cpu_s"), ("time", "end_s"))
    ]


def _converse(run: Run) -> Sample:
    run.start()
    run.warm_up()
    memory_before_mb = memory_mb(run.terminal.pid)[0]
    replies = []
    for _ in range(_TURNS):
        replies.append(run.finish(run.send(_TOKENS), 30.0))
    first, last = replies[:_SHARE], replies[-_SHARE:]
    run.rest()
    return {
        "first_cpu_s": mean(reply.cpu_s for reply in first),
        "last_cpu_s": mean(reply.cpu_s for reply in last),
        "first_end_s": mean(reply.end_s for reply in first),
        "last_end_s": mean(reply.end_s for reply in last),
        "key_ms": quantile(run.type_letters(LETTERS[:12], 0.15), 0.5),
        "gained_mb": memory_mb(run.terminal.pid)[0] - memory_before_mb,
    }
