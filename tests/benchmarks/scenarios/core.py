"""The core without a screen: one long answer printed by the line face, beside the article's loop through the SDK."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Figure, Sample, compare
from tests.benchmarks.loopback.plan import Prompt
from tests.benchmarks.processes import run_command
from tests.benchmarks.programs import Program, frieza
from tests.benchmarks.run import new_number

TOKENS = 32_000


def measure_core(bench: Bench) -> list[Figure]:
    """Measure the CPU of each of 32,000 deltas; what an answer of one delta takes is subtracted."""
    article = Program(
        "the article's loop",
        (sys.executable, str(Path(__file__).parent.parent / "article.py")),
        environ={"OPENAI_BASE_URL": "{url}/v1"},
    )
    programs = (frieza("--plain", "-p"), article)
    samples: dict[str, list[Sample]] = {program.name: [] for program in programs}
    for _ in range(bench.repetitions):
        for program in programs:
            bench.look_around()
            short, long = (_spent_s(bench, program, tokens) for tokens in (1, TOKENS))
            sample: Sample = {} if long is None or short is None else {"ms": 1000 * (long - short) / TOKENS}
            samples[program.name].append(sample)
            bench.say(f"core: {program.name}: {sample}")
    return [compare(f"{TOKENS:,} deltas without a screen: CPU of each", "ms", samples, "ms")]


def _spent_s(bench: Bench, program: Program, tokens: int) -> float | None:
    """Return the CPU time of one answer; None, and a note, if it did not come whole."""
    prompt = Prompt(new_number(), tokens)
    with TemporaryDirectory() as folder:
        command, environ = program.prepare(bench.server.url, Path(folder))
        spent = run_command([*command, prompt.line], environ, Path(folder, "output"))
    if f"ZZEND{prompt.n}".encode() in spent.output and spent.exit_status == 0:
        return spent.cpu_s
    bench.failures.append(f"{program.name}, {tokens:,} deltas: status {spent.exit_status}, the answer is not whole")
    return None
