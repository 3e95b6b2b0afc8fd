"""One reply as fast as it comes: what each delta costs, down to the bytes written to the terminal."""

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Figure, Sample, compare, over_reference
from tests.benchmarks.loopback.texts import Kind
from tests.benchmarks.run import Run

TOKENS = 2000
_TIMEOUT_S = 120.0


def measure_reply(bench: Bench) -> list[Figure]:
    """Measure a reply of 2,000 deltas of each kind of text."""
    return [figure for kind in bench.kinds for figure in _measure_kind(bench, kind)]


def _measure_kind(bench: Bench, kind: Kind) -> list[Figure]:
    def job(run: Run) -> Sample:
        run.start()
        run.warm_up()
        reply = run.finish(run.send(TOKENS, kind=kind), _TIMEOUT_S)
        return {
            "cpu_s": reply.cpu_s,
            "end_s": reply.end_s,
            "bytes": reply.bytes_written / TOKENS,
            "peak_mb": reply.peak_mb,
        }

    name = f"{TOKENS:,} deltas of {kind} at once"
    samples = bench.collect(name, job)
    return [
        *compare(f"{name}: CPU", "s", samples, "cpu_s", over_reference(0.6)),
        *compare(f"{name}: Enter to its end on screen", "s", samples, "end_s"),
        *compare(f"{name}: written to the terminal", "bytes/delta", samples, "bytes"),
        *compare(f"{name}: peak memory", "MiB", samples, "peak_mb"),
    ]
