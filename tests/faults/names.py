"""Names of all faults, and how each ends: the one table behind the tests' summary and the README."""

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
ON_THEIR_OWN: Final[dict[str, str]] = {
    "certificate: none, the port is a plain one": "failed, Enter sends it again",
    "certificate: of an unknown authority": "failed, Enter sends it again",
    "certificate: of another name": "failed, Enter sends it again",
    "certificate: out of date": "failed, Enter sends it again",
    "connect: a name that nobody knows": "failed, the message is back in the box",
    "connect: a proxy in the way": "failed, the message is back in the box",
    "delete: 500": "the receipt says so, the ledger keeps it",
    "delete: no answer": "the receipt says so, the ledger keeps it",
    "delete: 404": "counts as deleted",
    "delete: the answer is lost": "the receipt says so, the ledger keeps it",
    "delete: made up for at the next start": "nothing is left on the server",
    "delete: the server is gone": "the receipt says so, the ledger keeps it",
    "signal: KILL in a reply": "--resume shows all of it, and deletes what was left",
    "signal: KILL in a reply, opened by Ctrl+T": "the rest is fetched, nothing is left on the server",
    "signal: KILL in a reply that was to be kept": "opened, the rest is fetched, and stays on the server",
    "signal: HUP in a reply": "exit status 0, the text is kept",
    "signal: TERM in a reply": "exit status 0, nothing left, the text is kept",
    "signal: INT in a reply": "exit status 0, nothing left, the text is kept",
    "signal: WINCH in a storm": "completed, all is on the screen",
    "signal: TSTP and CONT": "completed, all is on the screen",
    "clock: back by ten years": "completed, all is kept",
    "clock: ahead by eighty years": "completed, all is kept",
    "signal: the terminal is closed": "nothing left, the text is kept",
    "disk: full": "said, and kept once there is room",
    "disk: files may not grow": "said, and kept once they may",
    "disk: read-only": "said, the chat goes on in memory",
    "disk: full at the start": "the thread is read all the same, the chat goes on in memory",
    "disk: read-only at the start": "the thread is read all the same, the chat goes on in memory",
    "disk: files where folders should be": "said, the chat goes on in memory",
    "database: locked by another program": "said, and kept once it is let go",
    "database: damaged while it is open": "said, and kept in a new one once it is moved away",
    "database: none, but something else": "said, left alone, the chat goes on in memory",
    "database: of a newer version": "said, left alone, the chat goes on in memory",
    "database: another program's": "said, left alone, the chat goes on in memory",
    "child: killed in a reply": "failed, and started anew by the next message",
    "child: killed between two replies": "started anew by the next message",
    "child: dead at its start": "failed, Enter sends it again",
    "child: stopped in a reply": "failed, the next message is answered",
    "child: its parent is killed": "it ends by itself",
    "two at once: started together": "both answer, both are kept",
    "two at once: one is killed, the next one tidies up": "the other's things stay, and it answers",
    "two at once: one leaves": "the other answers",
}
"""Those that need programs of their own."""


def outcome_of(name: str) -> str:
    """Return how a fault ends, in a few words. Raises: KeyError for a fault that is not in the table."""
    return _outcomes()[name]


def table() -> Iterator[tuple[str, str]]:
    """Yield name and outcome of every fault."""
    for fault in IN_SESSIONS:
        further = "the next message is answered" if fault.is_sent else "Enter sends it again"
        yield fault.name, f"{fault.says[-1]}, {further}"
    yield from ON_THEIR_OWN.items()


def readme_table() -> str:
    """Return the table in short, as the README has it: a row for each kind of fault."""
    kinds: dict[str, list[str]] = {}
    for name, _outcome in table():
        kind, _colon, what = name.partition(": ")
        kinds.setdefault(kind, []).append(what)
    rows = [f"| {kind} | {len(names)} | {'; '.join(names)} |" for kind, names in kinds.items()]
    return "\n".join(["| what fails | faults | which |", "| --- | ---: | --- |", *rows])


@cache
def _outcomes() -> dict[str, str]:
    rows = list(table())
    outcomes = dict(rows)
    assert len(outcomes) == len(rows), "a name is there twice"
    return outcomes
