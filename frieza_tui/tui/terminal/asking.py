"""Asks the terminal about itself without a screen, and waits for the answers. Knows no Textual."""

import os
import select
import sys
import termios
import tty
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from time import monotonic

from frieza_tui.tui.terminal.facts import PROBES, QUESTIONS_ON_A_NEW_LINE, TerminalFacts, can_be_asked, take_answer
from frieza_tui.tui.terminal.inlet import Inlet

LIMIT_S = 1.0
"""How long a terminal may take to answer, over a slow line too."""


@contextmanager
def raw_terminal(fileno: int) -> Generator[None, None, None]:
    """Have every byte handed on as it comes, signs of signals too, until the end of the block."""
    before = termios.tcgetattr(fileno)
    tty.setraw(fileno, termios.TCSANOW)
    try:
        yield
    finally:
        termios.tcsetattr(fileno, termios.TCSANOW, before)


def ask_terminal(environ: Mapping[str, str], limit_s: float = LIMIT_S) -> TerminalFacts:
    """Return what the terminal of standard input and output says within so many seconds; blocks."""
    if not can_be_asked(environ):
        return TerminalFacts()
    fileno = sys.stdin.fileno()
    facts = TerminalFacts()

    def take(sequence: str) -> None:
        nonlocal facts
        facts = take_answer(facts, sequence)

    inlet = Inlet(take)
    inlet.awaited_positions = len(PROBES)
    end_s = monotonic() + limit_s
    with raw_terminal(fileno):
        sys.stdout.write(QUESTIONS_ON_A_NEW_LINE)
        sys.stdout.flush()
        while not facts.is_complete and (left_s := end_s - monotonic()) > 0:
            if select.select([fileno], [], [], left_s)[0]:
                data = os.read(fileno, 4096)
                if not data:
                    break
                inlet.feed(data.decode("utf-8", "replace"), monotonic())
    return facts


def colours(environ: Mapping[str, str]) -> int:
    """Return how many colours are used on this terminal, as the environment tells; 0 for none."""
    term = environ.get("TERM", "")
    if environ.get("NO_COLOR") or term in {"", "dumb", "unknown"}:
        return 0
    if environ.get("COLORTERM", "").lower() in {"truecolor", "24bit"}:
        return 1 << 24
    return 256 if "256color" in term else 16
