"""The real program, killed at any moment of a reply while something is typed: what the screen had shown is there."""

import math
import os
import random
import re
import time
from dataclasses import dataclass, field

import pytest

from frieza_tui.backends.scripted import Pause, Piece, Reply
from frieza_tui.store.database import has_file
from frieza_tui.store.thread_reader import KeptThread
from frieza_tui.store.threads import open_threads
from tests.pty.conftest import StageServer
from tests.support.terminal import Terminal, program

KILLS = os.environ.get("KILLS")
JOURNAL_S = 0.25 if KILLS else math.inf
"""What may be on the screen and not yet on disk; not looked at on machines that do many things at once."""
COUNTING: list[Piece] = [piece for number in range(2000) for piece in (f"n{number:04} ", Pause(0.004))]
ASKED = "数えて"


@dataclass
class Seen:
    """What a screen had shown, and when."""

    numbers: list[tuple[float, int]] = field(default_factory=list)
    drafts: list[tuple[float, str]] = field(default_factory=list)
    asked: list[float] = field(default_factory=list)

    def note(self, screen: str) -> None:
        now = time.monotonic()
        self.asked += [now] if ASKED in screen else []
        if found := re.findall(r"n(\d{4})", screen):
            self.numbers.append((now, int(found[-1])))
        if drafts := re.findall(r"z\w+", screen):
            self.drafts.append((now, drafts[-1]))


def watch(terminal: Terminal, lasts_s: float) -> tuple[Seen, float]:
    """Type while the reply grows, until the moment of the kill; returns also that moment."""
    seen, ends_s, typed = Seen(), time.monotonic() + lasts_s, 0

    def is_over() -> bool:
        nonlocal typed
        seen.note(terminal.text)
        if len(seen.drafts) >= typed and typed < 60:
            terminal.send(f"z{typed:02}" if typed == 0 else f"{typed:02}")
            typed += 1
        return time.monotonic() > ends_s

    terminal.wait_until(is_over, "the moment of the kill")
    terminal.kill()
    return seen, time.monotonic()


def last_thread() -> KeptThread | None:
    if not has_file():
        return None
    with open_threads() as threads:
        return threads.load(threads.find("last")) if threads.recent() else None


@pytest.mark.parametrize("stage", [[Reply(*COUNTING)]], indirect=True, ids=["counting"])
@pytest.mark.parametrize("turn", range(int(KILLS or "1")))
def test_what_was_on_the_screen_at_any_moment_is_there_after_a_kill(stage: StageServer, turn: int) -> None:
    with program(environ=stage.environ) as terminal:
        terminal.wait_for("F1")
        terminal.send(f"{ASKED}\r")
        seen, killed_s = watch(terminal, random.uniform(0.0, 2.0))
        terminal.wait_for_exit()
    kept = last_thread()
    texts = [message.text for message in kept.thread.messages] if kept is not None else []
    numbers = [int(one[1:]) for one in texts[1].split() if len(one) == 5] if len(texts) > 1 else []
    due = [number for at_s, number in seen.numbers if at_s < killed_s - JOURNAL_S]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) > max(due, default=-1), f"turn {turn}: killed after {texts}"
    was_asked = stage.backend.requests or min(seen.asked, default=killed_s) < killed_s - JOURNAL_S
    assert texts[:1] == [ASKED] or not was_asked  # on disk before it is sent
    drafts = [draft for at_s, draft in seen.drafts if at_s < killed_s - JOURNAL_S]
    assert not drafts or (kept is not None and kept.draft.startswith(drafts[-1]))
    if numbers:
        see_it_again(f"n{numbers[-1]:04}", drafts[-1] if drafts else "")


def see_it_again(last: str, draft: str) -> None:
    """Start again without the server: all is shown, and one key goes on."""
    with program("--resume", "--demo") as terminal:
        terminal.wait_for(last, "Cut off here", "Ctrl+G goes on", draft)
        terminal.send("\x07")
        terminal.wait_for("Go on exactly where you stopped.", "completed")
