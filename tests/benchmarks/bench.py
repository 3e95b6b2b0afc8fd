"""Runs programs in turn, several times over, and collects what each run measured."""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from tests.benchmarks.figures import Sample
from tests.benchmarks.loopback.texts import Kind
from tests.benchmarks.processes import spin_ms
from tests.benchmarks.programs import Program
from tests.benchmarks.run import Failed, Run, running
from tests.benchmarks.server import LoopbackServer

Job: TypeAlias = Callable[[Run], Sample]


@dataclass(slots=True)
class Bench:
    """What a scenario needs: the server, the programs (ours first), and how often to measure each."""

    server: LoopbackServer
    programs: Sequence[Program]
    repetitions: int
    kinds: Sequence[Kind] = ("markdown",)
    sizes: Sequence[int] = (250, 16_000)
    failures: list[str] = field(default_factory=list)
    """Runs that are not in the figures, and why."""
    loads: list[float] = field(default_factory=list)
    """The machine's load before each run."""
    spins_ms: list[float] = field(default_factory=list)

    def collect(self, what: str, job: Job, programs: Sequence[Program] | None = None) -> dict[str, list[Sample]]:
        """Let the programs take turns, each second round backwards; returns what each run measured, by program."""
        chosen = self.programs if programs is None else programs
        samples: dict[str, list[Sample]] = {program.name: [] for program in chosen}
        for round_number in range(self.repetitions):
            for program in chosen if round_number % 2 == 0 else reversed(chosen):
                samples[program.name].append(self.measure(what, job, program))
        return samples

    def measure(self, what: str, job: Job, program: Program) -> Sample:
        """Measure one run; a run that fails is noted and measures nothing."""
        self.look_around()
        with running(program, self.server) as run:
            try:
                sample = job(run)
            except Failed as failure:
                self.failures.append(f"{program.name}, {what}: {failure}; last on its screen: {run.last_row()}")
                sample = {}
        self.say(f"{what}: {program.name}: " + ", ".join(f"{key} {value:.4g}" for key, value in sample.items()))
        return sample

    def look_around(self) -> None:
        """Note how busy the machine is."""
        self.loads.append(os.getloadavg()[0])
        self.spins_ms.append(spin_ms())

    def say(self, line: str) -> None:
        """Tell whoever waits how far it is."""
        sys.stderr.write(f"load {self.loads[-1]:.1f}, spin {self.spins_ms[-1]:.0f} ms; {line}\n")
