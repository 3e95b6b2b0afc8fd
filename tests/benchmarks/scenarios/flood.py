"""Two minutes of code at full speed, with somebody typing all the while."""

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Figure, Sample, compare
from tests.benchmarks.processes import memory_mb
from tests.benchmarks.run import LETTERS, Failed, Run, quantile

RATE = 1000.0
"""Deltas a second: more than any model writes."""
_SECONDS = 120
_LETTERS = LETTERS[10:170]
_EVERY_S = 0.7


def measure_flood(bench: Bench) -> list[Figure]:
    """Measure the echo of a letter each 0.7 s, and how far behind the screen is at the end."""
    name = f"{_SECONDS} s of code at {RATE:.0f} deltas/s"
    samples = bench.collect(name, _type)
    return [
        compare(f"{name}: key echo, median", "ms", samples, "p50_ms"),
        compare(f"{name}: key echo, 95 of 100 within", "ms", samples, "p95_ms"),
        compare(f"{name}: key echo, slowest", "ms", samples, "max_ms"),
        compare(f"{name}: screen behind the server", "s", samples, "lag_s"),
        compare(f"{name}: CPU", "% of a core", samples, "core"),
        compare(f"{name}: memory at the end", "MB", samples, "memory_mb"),
    ]


def _type(run: Run) -> Sample:
    run.start()
    run.warm_up()
    prompt = run.send(int(RATE * _SECONDS), rate=RATE, kind="code")
    if run.terminal.wait_for(f"ZZSTART{prompt.n}", 30.0) is None:
        raise Failed("the reply did not begin")
    echoes = run.type_letters(_LETTERS, _EVERY_S)
    if len(echoes) < len(_LETTERS):
        raise Failed(f"only {len(echoes)} of {len(_LETTERS)} letters were echoed")
    run.terminal.watch(f"ZZEND{prompt.n}")
    reply = run.finish(prompt, 60.0)
    return {
        "p50_ms": quantile(echoes, 0.5),
        "p95_ms": quantile(echoes, 0.95),
        "max_ms": max(echoes),
        "lag_s": reply.lag_s,
        "core": 100 * reply.cpu_until_end_s / reply.end_s,
        "memory_mb": memory_mb(run.terminal.pid)[0],
    }
