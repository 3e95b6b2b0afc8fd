"""A long conversation of short replies: the last turns beside the first ones, and typing at its end."""

from statistics import mean

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Figure, Sample, compare
from tests.benchmarks.processes import memory_mb
from tests.benchmarks.run import LETTERS, Run, quantile

_TURNS = 200
_TOKENS = 40
_SHARE = 10
"""How many turns at either end are compared."""


def measure_turns(bench: Bench) -> list[Figure]:
    """Measure 200 turns in one thread."""
    samples = bench.collect(f"{_TURNS} turns", _converse)
    last = f"the last {_SHARE} of {_TURNS} turns"
    return [
        compare(f"CPU of a turn, {last}", "s", samples, "last_cpu_s"),
        compare(f"CPU of a turn, {last}", "× the first", samples, "cpu_growth"),
        compare(f"Enter to the end on screen, {last}", "s", samples, "last_end_s"),
        compare(f"Enter to the end on screen, {last}", "× the first", samples, "end_growth"),
        compare(f"key echo at rest after {_TURNS} turns: median", "ms", samples, "key_ms"),
        compare(f"memory gained in {_TURNS} turns", "MiB", samples, "gained_mb"),
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
    last_cpu_s, last_end_s = mean(reply.cpu_s for reply in last), mean(reply.end_s for reply in last)
    return {
        "last_cpu_s": last_cpu_s,
        "cpu_growth": last_cpu_s / mean(reply.cpu_s for reply in first),
        "last_end_s": last_end_s,
        "end_growth": last_end_s / mean(reply.end_s for reply in first),
        "key_ms": quantile(run.type_letters(LETTERS[:12], 0.15), 0.5),
        "gained_mb": memory_mb(run.terminal.pid)[0] - memory_before_mb,
    }
