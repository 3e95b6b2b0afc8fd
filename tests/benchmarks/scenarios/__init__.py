"""The scenarios, each a function from a bench to figures, by the name that the command line takes."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.scenarios.core import measure_core
from benchmarks.scenarios.growth import measure_growth
from benchmarks.scenarios.idle import measure_idle
from benchmarks.scenarios.install import measure_install
from benchmarks.scenarios.keys import measure_keys
from benchmarks.scenarios.local import measure_local
from benchmarks.scenarios.paced import measure_paced
from benchmarks.scenarios.reply import measure_reply
from benchmarks.scenarios.start import measure_start, measure_version
from benchmarks.scenarios.turns import measure_turns

Scenario: TypeAlias = Callable[[Bench], list[Figure]]

USUAL: Final[Mapping[str, Scenario]] = {
    "start": measure_start,
    "version": measure_version,
    "reply": measure_reply,
    "paced": measure_paced,
    "keys": measure_keys,
    "idle": measure_idle,
    "core": measure_core,
    "growth": measure_growth,
    "turns": measure_turns,
}
SPECIAL: Final[Mapping[str, Scenario]] = {"install": measure_install, "local": measure_local}
"""Those that need a package index or the model; run only when named."""
