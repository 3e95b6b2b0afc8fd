import math
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from frieza_tui.store.threads import open_threads

CHILD = Path(__file__).with_name("killed_child.py")
ROOT = CHILD.parents[2]
JOURNAL_S = 0.25 if os.environ.get("KILLS") else math.inf
"""What may be on the screen and not yet on disk; not looked at on machines that do many things at once."""


def numbers_in(file: Path) -> list[str]:
    with open_threads(file) as threads:
        messages = threads.load(threads.find("last")).thread.messages
    return messages[1].text.split() if len(messages) > 1 else []


@pytest.mark.parametrize("turn", range(int(os.environ.get("KILLS", "3"))))
def test_what_was_seen_before_a_kill_is_there_after_it(file: Path, turn: int) -> None:
    command = [sys.executable, str(CHILD), str(file)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline()]
        lasts_s = random.uniform(0.0, 0.6)
        while time.monotonic() < float(lines[0].split()[0]) + lasts_s:
            lines.append(child.stdout.readline())
        on_disk = numbers_in(file)
        killed_at = time.monotonic()
        child.kill()
        lines += child.stdout.readlines()
    seen = [line.split() for line in lines if line.endswith("\n")]
    due = [number for at, number in seen if float(at) < killed_at - JOURNAL_S]
    with open_threads(file) as threads:
        kept = threads.load(threads.find("last"))
    numbers = kept.thread.messages[-1].text.split() if len(kept.thread.messages) > 1 else []
    assert kept.thread.messages[0].text == "数えて"
    assert numbers == [str(number) for number in range(len(numbers))]
    assert len(numbers) >= max(len(due), len(on_disk))
    assert kept.turns[-1].ended
    assert "Cut off here" in kept.turns[-1].ended.happened
