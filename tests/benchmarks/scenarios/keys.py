"""Typing while a reply streams: from a key to its echo."""

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Bound, Figure, Sample, compare
from tests.benchmarks.run import LETTERS, Failed, Run, quantile
from tests.benchmarks.scenarios.paced import RATE

_TOKENS = 2400
_EVERY_S = 0.15
_IDLE, _STREAMING = LETTERS[:10], LETTERS[10:80]


def measure_keys(bench: Bench) -> list[Figure]:
    """Measure the echo of a letter each 0.15 s, first at rest and then while 200 deltas a second stream."""
    samples = bench.collect("keys", _type)
    busy = f"key echo at {RATE:.0f} deltas/s"
    return [
        compare("key echo at rest: median", "ms", samples, "rest_ms"),
        compare(f"{busy}: median", "ms", samples, "p50_ms", Bound(None, "codex", later=1.0)),
        compare(
            f"{busy}: 95 of 100 within",
            "ms",
            samples,
            "p95_ms",
            Bound(None, "codex", later=1.0),
        ),
        compare(f"{busy}: slowest", "ms", samples, "max_ms"),
    ]


def _type(run: Run) -> Sample:
    run.start()
    run.warm_up()
    at_rest = run.type_letters(_IDLE, _EVERY_S)
    run.erase(len(_IDLE))
    prompt = run.send(_TOKENS, rate=RATE)
    if run.terminal.wait_for(f"ZZSTART{prompt.n}", 20.0) is None:
        raise Failed("the reply did not begin")
    echoes = run.type_letters(_STREAMING, _EVERY_S)
    if len(echoes) < len(_STREAMING):
        raise Failed(f"only {len(echoes)} of {len(_STREAMING)} letters were echoed")
    return {
        "rest_ms": quantile(at_rest, 0.5),
        "p50_ms": quantile(echoes, 0.5),
        "p95_ms": quantile(echoes, 0.95),
        "max_ms": max(echoes),
    }
