"""The scenarios, each a function from a bench to figures, by the name that the command line takes."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Figure
from tests.benchmarks.scenarios.core import measure_core
from tests.benchmarks.scenarios.flood import measure_flood
from tests.benchmarks.scenarios.growth import measure_growth
from tests.benchmarks.scenarios.idle import measure_idle
from tests.benchmarks.scenarios.install import measure_install
from tests.benchmarks.scenarios.keys import measure_keys
from tests.benchmarks.scenarios.local import measure_local
from tests.benchmarks.scenarios.long import measure_long
from tests.benchmarks.scenarios.paced import measure_paced
from tests.benchmarks.scenarios.reply import measure_reply
from tests.benchmarks.scenarios.slow import measure_slow
from tests.benchmarks.scenarios.start import measure_start, measure_version
from tests.benchmarks.scenarios.turns import measure_turns

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
    "long": measure_long,
}
SPECIAL: Final[Mapping[str, Scenario]] = {
    "flood": measure_flood,
    "slow": measure_slow,
    "install": measure_install,
    "local": measure_local,
}
"""Those that take minutes, or need a package index or the model; run only when named."""
