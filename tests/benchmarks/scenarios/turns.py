"""A long conversation of short replies: the last turns beside the first ones, and typing at its end."""

from statistics import mean

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Bound, Figure, Sample, compare
from tests.benchmarks.processes import memory_mb
from tests.benchmarks.programs import FRIEZA, frieza
from tests.benchmarks.run import LETTERS, Run, quantile

_TURNS = 200
_TOKENS = 40
_SHARE = 10
"""How many turns at either end are compared."""
_LAST = f"the last {_SHARE} of {_TURNS} turns"
_GROWTH = Bound(None, later=1.3)
_OTHER_APIS = ("responses", "chat")


def measure_turns(bench: Bench) -> list[Figure]:
    """Measure 200 turns in one thread: all programs, ours over Assistants; and ours over the other APIs."""
    samples = bench.collect(f"{_TURNS} turns", _converse)
    return [
        compare(f"CPU of a turn, {_LAST}", "s", samples, "last_cpu_s"),
        compare(f"CPU of a turn, {_LAST}", "× the first", samples, "cpu_growth", _GROWTH),
        compare(f"Enter to the end on screen, {_LAST}", "s", samples, "last_end_s"),
        compare(f"Enter to the end on screen, {_LAST}", "× the first", samples, "end_growth"),
        compare(f"key echo at rest after {_TURNS} turns: median", "ms", samples, "key_ms"),
        compare(f"memory gained in {_TURNS} turns", "MiB", samples, "gained_mb"),
        *(figure for api in _OTHER_APIS if FRIEZA in samples for figure in _measure_api(bench, api)),
    ]


def _measure_api(bench: Bench, api: str) -> list[Figure]:
    samples = bench.collect(f"{_TURNS} turns over {api}", _converse, [frieza(api=api)])
    return [
        compare(f"CPU of a turn over {api}, {_LAST}", "s", samples, "last_cpu_s"),
        compare(f"CPU of a turn over {api}, {_LAST}", "× the first", samples, "cpu_growth", _GROWTH),
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
