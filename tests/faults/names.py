"""Names of all faults, and how each ends: the one table behind the tests' summary and the README."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Final

from tests.faults import connections, runs
from tests.faults.session import Fault

IN_SESSIONS: Final[tuple[Fault, ...]] = (
    *connections.CONNECT,
    *connections.HEADERS,
    *connections.STREAM,
    *connections.CHUNKS,
    *runs.RUN_STATES,
    *runs.RUN_EVENTS,
    *runs.RESPONSES,
)
"""Those that one program goes through one after another."""
ON_THEIR_OWN: Final[dict[str, str]] = {}


def outcome_of(name: str) -> str:
    """Return how a fault ends, in a few words. Raises: KeyError for a fault that is not in the table."""
    return _outcomes()[name]


def table() -> Iterator[tuple[str, str]]:
    """Yield name and outcome of every fault."""
    for fault in IN_SESSIONS:
        further = "the next message is answered" if fault.is_sent else "Enter sends it again"
        yield fault.name, f"{fault.says[-1]}, {further}"
    yield from ON_THEIR_OWN.items()


def counts() -> dict[str, int]:
    """Return how many faults there are of each kind."""
    return dict(Counter(name.partition(":")[0] for name, _outcome in table()))


@cache
def _outcomes() -> dict[str, str]:
    rows = list(table())
    outcomes = dict(rows)
    assert len(outcomes) == len(rows), "a name is there twice"
    return outcomes
