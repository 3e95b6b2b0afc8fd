"""A slow line to the terminal: typing while code streams, as over a bad mobile connection."""

from functools import partial

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Bound, Figure, Sample, compare
from tests.benchmarks.run import LETTERS, Failed, Run, quantile

RATE = 100.0
_TOKENS = 3000
_EVERY_S = 0.3
_LETTERS = LETTERS[10:80]


def measure_slow(bench: Bench) -> list[Figure]:
    """Measure the echo of a letter each 0.3 s for 21 s, with lines of 100 and of 20 kB/s."""
    lines = ((100, Bound(300.0)), (20, Bound(1500.0)))
    return [figure for kilobytes, bound in lines for figure in _measure(bench, kilobytes, bound)]


def _measure(bench: Bench, kilobytes: int, bound: Bound) -> list[Figure]:
    name = f"key echo at {RATE:.0f} deltas/s of code over {kilobytes} kB/s"
    samples = bench.collect(name, partial(_type, kilobytes))
    return [
        compare(f"{name}: median", "ms", samples, "p50_ms"),
        compare(f"{name}: slowest", "ms", samples, "max_ms", bound),
        compare(f"{name}: written", "bytes/delta", samples, "bytes"),
    ]


def _type(kilobytes: int, run: Run) -> Sample:
    run.start()
    run.warm_up()
    prompt = run.send(_TOKENS, rate=RATE, kind="code")
    if run.terminal.wait_for(f"ZZSTART{prompt.n}", 20.0) is None:
        raise Failed("the reply did not begin")
    run.terminal.bytes_per_s = kilobytes * 1000
    before = run.terminal.bytes_read
    echoes = run.type_letters(_LETTERS, _EVERY_S)
    if len(echoes) < len(_LETTERS):
        raise Failed(f"only {len(echoes)} of {len(_LETTERS)} letters were echoed")
    return {
        "p50_ms": quantile(echoes, 0.5),
        "max_ms": max(echoes),
        "bytes": (run.terminal.bytes_read - before) / (len(_LETTERS) * _EVERY_S * RATE),
    }
