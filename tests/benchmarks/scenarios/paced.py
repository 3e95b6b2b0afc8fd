"""A reply at a steady 200 deltas a second: how far the screen is behind at its end, and what it takes of a core."""

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Bound, Figure, Sample, compare
from tests.benchmarks.loopback.texts import Kind
from tests.benchmarks.run import Run

RATE = 200.0
_PATIENCE_S = 60.0
"""How late the end may be before a run is given up."""


def measure_paced(bench: Bench) -> list[Figure]:
    """Measure 2,000 and 6,000 deltas of each kind of text."""
    return [
        figure
        for kind in bench.kinds
        for tokens, bound in ((2000, Bound(0.3)), (6000, Bound(None, later=0.1)))
        for figure in _measure(bench, kind, tokens, bound)
    ]


def _measure(bench: Bench, kind: Kind, tokens: int, lag: Bound) -> list[Figure]:
    def job(run: Run) -> Sample:
        run.start()
        run.warm_up()
        reply = run.finish(run.send(tokens, rate=RATE, kind=kind), tokens / RATE + _PATIENCE_S)
        return {
            "lag_s": reply.lag_s,
            "core": 100 * reply.cpu_until_end_s / reply.end_s,
            "longest_gap_s": reply.longest_gap_s,
            "frames": reply.frames / reply.end_s,
            "bytes": reply.bytes_written / tokens,
        }

    name = f"{tokens:,} deltas of {kind} at {RATE:.0f}/s"
    samples = bench.collect(name, job)
    return [
        compare(f"{name}: screen behind the server", "s", samples, "lag_s", lag),
        compare(f"{name}: CPU", "% of a core", samples, "core", Bound(None, later=30)),
        compare(f"{name}: longest standstill", "s", samples, "longest_gap_s"),
        compare(f"{name}: frames", "1/s", samples, "frames"),
        compare(f"{name}: written to the terminal", "bytes/delta", samples, "bytes"),
    ]
