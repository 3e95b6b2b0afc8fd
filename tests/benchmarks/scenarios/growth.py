"""What a delta with its frame costs when the reply is already long: flat is the aim, for every kind of text."""

from tests.benchmarks.bench import Bench, Job
from tests.benchmarks.figures import Bound, Figure, Sample, compare
from tests.benchmarks.loopback.texts import Kind
from tests.benchmarks.run import Run

_STEADY = 150
"""Deltas that are measured, the same ones at every length."""
_RATE = 30.0
"""Slow enough for each delta to have its frame."""
_TIMEOUT_S = 180.0


def measure_growth(bench: Bench) -> list[Figure]:
    """Measure our own deltas at several lengths, for each kind of text."""
    return [_measure_kind(bench, kind) for kind in bench.kinds]


def _measure_kind(bench: Bench, kind: Kind) -> Figure:
    samples: dict[str, list[Sample]] = {_column(size): [] for size in sorted(bench.sizes, reverse=True)}
    for _ in range(bench.repetitions):
        for size in bench.sizes:
            sample = bench.measure(f"growth, {kind}, {size:,} deltas", _job(kind, size), bench.programs[0])
            samples[_column(size)].append(sample)
    bound = Bound(None, _column(min(bench.sizes)), later=1.3)
    return compare(f"a delta of {kind} with its frame: CPU", "ms", samples, "cpu_ms", bound)


def _column(size: int) -> str:
    return f"after {size:,}"


def _job(kind: Kind, size: int) -> Job:
    def job(run: Run) -> Sample:
        run.start()
        run.warm_up()
        prompt = run.send(size + _STEADY, rate=_RATE, kind=kind, burst=size)
        run.go_on(prompt, _TIMEOUT_S)
        reply = run.finish(prompt, _STEADY / _RATE + _TIMEOUT_S)
        return {
            "cpu_ms": 1000 * reply.cpu_until_end_s / _STEADY,
            "frames": reply.frames / _STEADY,
            "lag_s": reply.lag_s,
            "bytes": reply.bytes_written / _STEADY,
        }

    return job
