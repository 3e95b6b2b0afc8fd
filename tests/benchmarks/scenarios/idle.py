"""What a program takes while nothing happens, its caret blinking below a reply that fills the screen."""

import time

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Bound, Figure, Sample, compare
from tests.benchmarks.run import Run

_TOKENS = 500
_SPAN_S = 15.0


def measure_idle(bench: Bench) -> list[Figure]:
    """Measure the CPU of 15 idle seconds."""
    samples = bench.collect("idle", _idle)
    return [
        compare("idle CPU", "% of a core", samples, "core", Bound(1.0, later=0.3)),
        compare("idle output", "bytes/s", samples, "bytes"),
    ]


def _idle(run: Run) -> Sample:
    run.start()
    run.finish(run.send(_TOKENS), 60.0)
    run.rest()
    time.sleep(1.0)
    before_s, bytes_before, begun_s = run.cpu_s(), run.terminal.bytes_read, time.monotonic()
    time.sleep(_SPAN_S)
    span_s = time.monotonic() - begun_s
    return {
        "core": 100 * (run.cpu_s() - before_s) / span_s,
        "bytes": (run.terminal.bytes_read - bytes_before) / span_s,
    }
