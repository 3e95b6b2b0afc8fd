"""The loopback server as a process of its own, and what it tells about each reply."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Sent:
    """When the deltas of one reply were written, in seconds of the monotonic clock."""

    n: int
    first_s: float
    last_s: float
    deltas: int


class LoopbackServer:
    """A running loopback server."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._orders = process.stdin
        self._reports = process.stdout
        self._sent: dict[int, Sent] = {}
        self._changed = threading.Condition()
        self.url = f"http://127.0.0.1:{json.loads(self._reports.readline())['port']}"
        threading.Thread(target=self._read, daemon=True).start()

    def go(self, n: int) -> None:
        """End the pause in reply n."""
        self._orders.write(f"go {n}\n")
        self._orders.flush()

    def sent(self, n: int, timeout_s: float = 0.0) -> Sent | None:
        """Return when reply n was written; None if it is not all out within the time."""
        with self._changed:
            self._changed.wait_for(lambda: n in self._sent, timeout_s)
            return self._sent.get(n)

    def _read(self) -> None:
        for line in self._reports:
            sent = Sent(**json.loads(line))
            with self._changed:
                self._sent[sent.n] = sent
                self._changed.notify_all()


@contextmanager
def loopback_server() -> Iterator[LoopbackServer]:
    """Run a loopback server for the length of the block."""
    command = (sys.executable, "-m", "tests.benchmarks.loopback")
    environ = {**os.environ, "PYTHONPATH": str(_ROOT)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ) as process:
        try:
            yield LoopbackServer(process)
        finally:
            process.kill()
