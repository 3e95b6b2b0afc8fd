"""What a delta with its frame costs when the reply is already long: flat is the aim, for every kind of text."""

from tests.benchmarks.bench import Bench, Job
from tests.benchmarks.figures import Bound, Figure, Sample
from tests.benchmarks.loopback.texts import Kind
from tests.benchmarks.run import Run

_STEADY = 150
"""Deltas that are measured, the same ones at every length."""
_RATE = 30.0
"""Slow enough for each delta to have its frame."""
_TIMEOUT_S = 180.0


def measure_growth(bench: Bench) -> list[Figure]:
    """Measure our own deltas at several lengths, each length beside the shortest."""
    return [figure for kind in bench.kinds for figure in _measure_kind(bench, kind)]


def _measure_kind(bench: Bench, kind: Kind) -> list[Figure]:
    samples: dict[int, list[Sample]] = {size: [] for size in bench.sizes}
    for _ in range(bench.repetitions):
        for size, measured in samples.items():
            job = _job(kind, size)
            measured.append(bench.measure(f"growth, {kind}, {size:,} deltas", job, bench.programs[0]))
    shortest = min(samples)
    return [
        Figure(
            f"a delta of {kind} after {size:,}: CPU with its frame",
            "ms",
            [sample.get("cpu_ms") for sample in measured],
            f"after {shortest:,}" if size != shortest else "",
            [sample.get("cpu_ms") for sample in samples[shortest]] if size != shortest else (),
            Bound(None, f"after {shortest:,}", later=1.3) if size != shortest else None,
        )
        for size, measured in samples.items()
    ]


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
