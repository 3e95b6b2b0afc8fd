"""One reply as fast as it comes: what each delta costs, down to the bytes written to the terminal."""

from tests.benchmarks.bench import Bench, Job
from tests.benchmarks.figures import Bound, Figure, Sample, compare
from tests.benchmarks.loopback.texts import Kind
from tests.benchmarks.programs import REFERENCE
from tests.benchmarks.run import Run

_TOKENS = 2000
_MANY = 32_000
_TIMEOUT_S = 120.0


def measure_reply(bench: Bench) -> list[Figure]:
    """Measure 2,000 deltas of each kind of text, and 32,000, which the reference would take minutes for."""
    return [*(figure for kind in bench.kinds for figure in _measure_kind(bench, kind)), *_measure_many(bench)]


def _measure_kind(bench: Bench, kind: Kind) -> list[Figure]:
    name = f"{_TOKENS:,} deltas of {kind} at once"
    samples = bench.collect(name, _job(_TOKENS, kind))
    return [
        compare(f"{name}: CPU", "s", samples, "cpu_s", Bound(0.6, REFERENCE, later=0.2)),
        compare(f"{name}: Enter to its end on screen", "s", samples, "end_s"),
        compare(f"{name}: written to the terminal", "bytes/delta", samples, "bytes"),
        compare(f"{name}: peak memory", "MiB", samples, "peak_mb"),
    ]


def _measure_many(bench: Bench) -> list[Figure]:
    name = f"{_MANY:,} deltas of markdown at once"
    programs = [program for program in bench.programs if program.name != REFERENCE]
    samples = bench.collect(name, _job(_MANY, "markdown"), programs)
    return [
        compare(f"{name}: CPU", "s", samples, "cpu_s", Bound(None, "vibe", later=1.0)),
        compare(f"{name}: Enter to its end on screen", "s", samples, "end_s"),
    ]


def _job(tokens: int, kind: Kind) -> Job:
    def job(run: Run) -> Sample:
        run.start()
        run.warm_up()
        reply = run.finish(run.send(tokens, kind=kind), _TIMEOUT_S)
        return {
            "cpu_s": reply.cpu_s,
            "end_s": reply.end_s,
            "bytes": reply.bytes_written / tokens,
            "peak_mb": reply.peak_mb,
        }

    return job
