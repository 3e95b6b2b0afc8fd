"""Many turns in one program, with a fault in every tenth: `python -m tests.faults.soak`. Linux only: it reads /proc.

Prints what the program holds after every hundred turns; the exit status is 1 if a bound of SOAK is not kept.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from statistics import median
from time import process_time
from typing import Final

from tests.faults import connections, runs
from tests.faults.server import FaultServer
from tests.faults.session import READY, ROWS, Fault, Session, ledger
from tests.support.terminal import PROGRAM, Terminal

MAX_GROWTH_MB: Final = 30.0
"""After the first hundred turns (source: issue 5, "Faults, tried by a machine")."""
MAX_CPU_RATIO: Final = 1.3
"""Of the median turn among the last hundred to that among the first, both in units of a loop that is timed beside them.

The same turn takes up to twice the CPU where other programs want the same cores and caches.
"""
BLOCK: Final = 100
LOOKS: Final = 3
FAULTS: Final[dict[str, tuple[Fault, ...]]] = {
    "assistants": (*runs.RUN_STATES, *runs.RUN_EVENTS),
    "chat": (*connections.CONNECT[:3], *connections.HEADERS, *connections.STREAM, *connections.CHUNKS),
    # Without the field that is refused the runs no longer go on in the background, and nothing can be resumed.
    "responses": tuple(fault for fault in runs.RESPONSES if fault.name != "server: refuses a field"),
}
PATIENCE_S: Final = 300.0
"""For what follows a fault: a server that lost the thread is sent all of it again, message by message."""
CLEANINGS: Final = 5
"""Leaving has five seconds; what is too much to be deleted in them is left to `clean`, so many times at most."""


@dataclass(frozen=True)
class Held:
    """What the program holds between two turns."""

    rss_mb: float
    tasks: int
    threads: int
    files: int
    sockets: int


class Soak:
    """One program and its server, turn after turn."""

    def __init__(self, going: Session, faults: Sequence[Fault], report: Path) -> None:
        self._going = going
        self._faults = cycle(faults)
        self._report = report
        self._pid = going.terminal.pid
        self._calls_seen = self._quiet_looks = 0

    def turn(self, number: int) -> float:
        """Ask and be answered; in every tenth turn go through a fault first. Returns seconds of CPU."""
        if number % 10 == 0:
            self._going.go_through(next(self._faults))
        asked, answer = f"turn-{number:05}", f"reply-{number:05}"
        self._going.server.will(answer)
        before_s = self._cpu_s()
        self._going.ask(asked, answer, "completed")
        cost_s = self._cpu_s() - before_s
        self._going.server.forget_calls()
        return cost_s

    def held(self) -> Held:
        """Look at what the program holds once nothing goes on behind the turns, such as deletions."""
        self._going.terminal.wait_until(self._is_quiet, "no more calls", timeout_s=600.0)
        self._report.unlink(missing_ok=True)
        os.kill(self._pid, signal.SIGUSR1)
        self._going.terminal.wait_until(self._report.exists, "the number of tasks")
        process = Path("/proc") / str(self._pid)
        rss_pages = int((process / "statm").read_text().split()[1])
        files = [os.readlink(one) for one in (process / "fd").iterdir()]
        return Held(
            rss_pages * os.sysconf("SC_PAGE_SIZE") / 1e6,
            int(self._report.read_text()),
            len(list((process / "task").iterdir())),
            len(files),
            sum(one.startswith("socket:") for one in files),
        )

    def _is_quiet(self) -> bool:
        """Whether no call came to the server since some looks ago; between two there is a tenth of a second."""
        calls = self._going.server.calls_taken
        self._quiet_looks = self._quiet_looks + 1 if calls == self._calls_seen else 0
        self._calls_seen = calls
        return self._quiet_looks > 5

    def _cpu_s(self) -> float:
        tasks = (Path("/proc") / str(self._pid) / "task").iterdir()
        return sum(int((one / "schedstat").read_text().split()[0]) for one in tasks) / 1e9


def loop_s() -> float:
    """Return the seconds of CPU that always the same work takes now."""
    before_s = process_time()
    sum(number & 7 for number in range(30_000))
    return process_time() - before_s


def left_over(helds: Sequence[Held]) -> list[str]:
    """Name what there is more of in each of the last looks than in any of the first.

    One look tells less: a connection of a deletion waits some seconds for its next use.
    """
    firsts, lasts = helds[:LOOKS], helds[-LOOKS:]
    found: list[str] = []
    for kind in ("tasks", "threads", "files", "sockets"):
        before, now = max(getattr(one, kind) for one in firsts), min(getattr(one, kind) for one in lasts)
        found += [f"{kind}: {before} before, {now} now"] if now > before else []
    return found


def run_soak(soak: Soak, turns: int, block: int = BLOCK) -> list[str]:
    """Go through the turns, tell what is held meanwhile, and return what does not keep its bound."""
    print("turns   MB  tasks  threads  files  sockets  ms of CPU a turn")  # noqa: T201
    costs: list[float] = []
    loops: list[float] = []
    helds: list[Held] = []
    for number in range(1, turns + 1):
        costs.append(soak.turn(number))
        loops.append(loop_s())
        if number % block == 0:
            helds.append(held := soak.held())
            cost_ms = median(costs[-block:]) * 1000
            row = f"{held.rss_mb:6.1f} {held.tasks:6} {held.threads:8} {held.files:6} {held.sockets:8} {cost_ms:10.1f}"
            print(f"{number:5} {row}", flush=True)  # noqa: T201
    first, last = helds[0], helds[-1]
    troubles = left_over(helds)
    if (growth_mb := last.rss_mb - first.rss_mb) > MAX_GROWTH_MB:
        troubles.append(f"memory grew by {growth_mb:.1f} MB")
    slower = median(costs[-block:]) / median(costs[:block])
    machine = median(loops[-block:]) / median(loops[:block])
    if (ratio := slower / machine) > MAX_CPU_RATIO:
        troubles.append(f"the last turns cost {ratio:.2f} times the first")
    beside = f"{slower:.2f} as measured, {machine:.2f} for the machine"
    print(f"memory {growth_mb:+.1f} MB, CPU of a turn {ratio:.2f} times ({beside})")  # noqa: T201
    return troubles


@contextmanager
def soaking(api: str, folder: Path) -> Iterator[tuple[Soak, Session]]:
    """Run the program on a server of an API, with homes of its own in a folder."""
    report = folder / "tasks"
    command = (sys.executable, "-m", "tests.faults.watched", str(report))
    server = FaultServer(api)
    patience = {"FRIEZA_TUI_READ_TIMEOUT_S": "8"}  # a busy machine is no fault
    environ = {**server.environ, **patience, "PYTHONPATH": str(Path(__file__).parents[2])}
    terminal = Terminal(command, rows=ROWS, environ=environ, is_fresh=True)
    try:
        terminal.wait_for(READY)
        going = Session(terminal, server, patience_s=PATIENCE_S)
        yield Soak(going, FAULTS[api], report), going
    finally:
        terminal.close()
        server.stop()


def leave(going: Session) -> list[str]:
    """Leave; what there was no time for is said and found again, so that at last nothing is left anywhere."""
    going.quit()
    if going.server.left and "not deleted" not in going.receipt:
        return ["the receipt says nothing of what is left on the server"]
    for _cleaning in range(CLEANINGS):
        if not going.server.left and not ledger():
            break
        subprocess.run([*PROGRAM, "clean"], env={**os.environ, **going.server.environ}, check=False)
    going.check_kept()
    return [f"left on the server: {one}" for one in [*going.server.left, *ledger()]]


def _own_world(folder: str) -> None:
    for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
        os.environ[f"XDG_{kind}_HOME"] = f"{folder}/{kind.lower()}"
    os.environ |= {"HOME": folder, "LANG": "C.UTF-8", "NO_PROXY": "127.0.0.1,localhost"}


def main() -> int:
    """Soak as the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--turns", type=int, default=2000)
    parser.add_argument("--api", choices=FAULTS, default="chat")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _own_world(folder)
        with soaking(arguments.api, Path(folder)) as (soak, going):
            troubles = run_soak(soak, arguments.turns)
            troubles += leave(going)
    print("\n".join(troubles) or "nothing left over")  # noqa: T201
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())
