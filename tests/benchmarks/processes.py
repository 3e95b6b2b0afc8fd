"""What processes have spent, read from /proc and the processes' own clocks. Linux only."""

import os
import re
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TICK: Final = os.sysconf("SC_CLK_TCK")
_PROC: Final = Path("/proc")


def _stat(pid: int | str) -> list[str]:
    """Return the fields of /proc/PID/stat from the state on; empty if the process is gone."""
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return []
    return text[text.rindex(")") + 2 :].split()


def process_tree(root: int) -> list[int]:
    """Return a process and its living descendants."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in os.listdir(_PROC):
        if entry.isdigit() and (fields := _stat(entry)):
            children[int(fields[1])].append(int(entry))
    tree = [root]
    for pid in tree:
        tree.extend(children[pid])
    return tree


def cpu_s(root: int) -> float:
    """Return the CPU time of a process tree, children that have ended included."""
    return sum(own_cpu_s(pid) + _reaped_cpu_s(pid) for pid in process_tree(root))


def own_cpu_s(pid: int) -> float:
    """Read the process's own clock: exact, where /proc counts in hundredths of a second."""
    try:
        return time.clock_gettime(~pid << 3 | 2)  # how Linux names the CPU clock of another process
    except OSError:
        return 0.0


def _reaped_cpu_s(pid: int) -> float:
    fields = _stat(pid)
    return (int(fields[13]) + int(fields[14])) / _TICK if fields else 0.0


def memory_mb(root: int) -> tuple[float, float]:
    """Return the resident memory of a process tree now and the sum of its processes' peaks."""
    now_kb = peak_kb = 0
    for pid in process_tree(root):
        try:
            status = (_PROC / str(pid) / "status").read_text()
        except OSError:
            continue
        now_kb += _kilobytes(status, "VmRSS")
        peak_kb += _kilobytes(status, "VmHWM")
    return now_kb / 1024, peak_kb / 1024


def _kilobytes(status: str, name: str) -> int:
    found = re.search(rf"{name}:\s+(\d+)", status)
    return int(found[1]) if found else 0


@dataclass(frozen=True, slots=True)
class Spent:
    """What one command cost from its start to its end."""

    cpu_s: float
    wall_s: float
    peak_mb: float
    output: bytes
    exit_status: int


def run_command(command: Sequence[str], environ: Mapping[str, str], output: Path) -> Spent:
    """Run a command without a terminal; its standard output goes to a file first, so that nobody holds it up."""
    with output.open("wb") as out, open(os.devnull, "r+b") as nowhere:
        actions = [
            (os.POSIX_SPAWN_DUP2, nowhere.fileno(), 0),
            (os.POSIX_SPAWN_DUP2, out.fileno(), 1),
            (os.POSIX_SPAWN_DUP2, nowhere.fileno(), 2),
        ]
        begun_s = time.monotonic()
        pid = os.posix_spawnp(command[0], list(command), dict(environ), file_actions=actions)
        _, status, usage = os.wait4(pid, 0)
        wall_s = time.monotonic() - begun_s
    spent_s = usage.ru_utime + usage.ru_stime
    return Spent(spent_s, wall_s, usage.ru_maxrss / 1024, output.read_bytes(), os.waitstatus_to_exitcode(status))


def spin_ms() -> float:
    """Time a fixed piece of work: how busy the machine is. 25 to 30 ms where these bounds were first measured."""
    begun_s = time.monotonic()
    total = 0
    for number in range(400_000):
        total += number * number
    return (time.monotonic() - begun_s) * 1000
