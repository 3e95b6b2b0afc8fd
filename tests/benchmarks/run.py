"""One run of one program: start it, type, send a prompt, watch its reply come. Knows no scenario."""

import os
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.benchmarks.loopback.plan import Prompt
from tests.benchmarks.loopback.texts import Kind
from tests.benchmarks.processes import cpu_s, memory_mb
from tests.benchmarks.programs import Program
from tests.benchmarks.server import LoopbackServer
from tests.benchmarks.terminal import Terminal

START_TIMEOUT_S: Final = 60.0
_ALPHABETS: Final = ((0x430, 0x450), (0x3B1, 0x3C2), (0x561, 0x587), (0x10D0, 0x10F1), (0x410, 0x430), (0x531, 0x557))
LETTERS: Final = tuple(chr(code) for first, end in _ALPHABETS for code in range(first, end))
"""Letters that no reply has: the first appearance of one after it was typed is its echo."""
_FRAME_END: Final = b"\x1b[?2026l"
_numbers: Final = count(os.getpid() * 1000 + 1)


def new_number() -> int:
    """Return a number that no other prompt has."""
    return next(_numbers)


class Failed(Exception):
    """A run in which the program did not do what was to be measured."""


@dataclass(frozen=True, slots=True)
class Start:
    """How a program came up, in seconds from its start."""

    first_paint_s: float
    key_echo_s: float
    cpu_s: float
    """Spent until the first echo."""
    letters: int
    """How many were typed until then."""


@dataclass(frozen=True, slots=True)
class Reply:
    """How a reply came to the screen, in seconds from Enter."""

    end_s: float
    lag_s: float
    """The last word on the screen after the server had written it."""
    cpu_s: float
    """Spent from Enter until the output was quiet."""
    cpu_until_end_s: float
    bytes_written: int
    frames: int
    """Synchronised updates; 0 for a program that makes none."""
    longest_gap_s: float
    """Between two pieces of output."""
    peak_mb: float


class Run:
    """A program in its terminal, with a home folder of its own."""

    def __init__(self, program: Program, server: LoopbackServer, home: Path) -> None:
        folder = home / "work"
        folder.mkdir()
        command, environ = program.prepare(server.url, home)
        self._program = program
        self._server = server
        self._sent_s = self._cpu_before_s = 0.0
        self._bytes_before = 0
        self.terminal = Terminal(command, environ, folder)

    def cpu_s(self) -> float:
        """Return the CPU time of the program and its children so far."""
        return cpu_s(self.terminal.pid)

    def start(self) -> Start:
        """Wait until the program is there, then until it rests, its input box empty."""
        start = self.come_up()
        time.sleep(0.3)
        self.erase(start.letters)
        self.rest()
        return start

    def come_up(self) -> Start:
        """Wait until the program has painted and echoes a letter, which is left in its input box."""
        terminal = self.terminal
        deadline_s = time.monotonic() + START_TIMEOUT_S
        while terminal.first_paint_s is None or terminal.is_echoing():
            if time.monotonic() > deadline_s or not terminal.is_open:
                raise Failed("it painted nothing")
            time.sleep(0.002)
        first_paint_s = terminal.first_paint_s - terminal.started_s
        echo_s, typed = self._first_echo(deadline_s)
        return Start(first_paint_s, echo_s - terminal.started_s, self.cpu_s(), typed)

    def _first_echo(self, deadline_s: float) -> tuple[float, int]:
        """Type letters until one is echoed; returns when, and how many were typed."""
        for typed, letter in enumerate(LETTERS[-60:], 1):
            self.terminal.watch(letter)
            self.terminal.type(letter)
            self.terminal.wait_for(letter, min(0.15 if typed < 20 else 1.0, max(0.0, deadline_s - time.monotonic())))
            echoes = [at_s for one in LETTERS[-60:] if (at_s := self.terminal.seen_s(one)) is not None]
            if echoes:
                return min(echoes), typed
        raise Failed("it echoed no letter")

    def erase(self, letters: int) -> None:
        """Take letters back."""
        self.terminal.forget()
        self.terminal.type(b"\x7f" * letters)
        time.sleep(0.3)

    def last_row(self) -> str:
        """Return the lowest row of the screen that has a word in it."""
        rows = [row.strip() for row in self.terminal.recording.screen() if any(map(str.isalnum, row))]
        return rows[-1] if rows else "nothing"

    def rest(self, timeout_s: float = 30.0) -> None:
        """Wait until the program uses less than a twentieth of a core."""
        end_s = time.monotonic() + timeout_s
        before_s = self.cpu_s()
        while time.monotonic() < end_s:
            time.sleep(0.4)
            now_s = self.cpu_s()
            if now_s - before_s < 0.02:
                return
            before_s = now_s
        raise Failed("it did not come to rest")

    def warm_up(self) -> None:
        """Get one short reply, so that nothing is measured that happens only once."""
        self.finish(self.send(8, kind="plain"), 60.0)
        self.rest()

    def send(self, tokens: int, *, rate: float = 0.0, kind: Kind = "markdown", burst: int = 0) -> Prompt:
        """Type a prompt for a reply of so many deltas and send it."""
        prompt = Prompt(new_number(), tokens, rate, kind, burst)
        self.terminal.forget()
        self.terminal.type(prompt.line)
        time.sleep(self._program.settle_s)
        self.terminal.watch(f"ZZSTART{prompt.n}", f"ZZPAUSE{prompt.n}", f"ZZEND{prompt.n}")
        self._cpu_before_s, self._bytes_before = self.cpu_s(), self.terminal.bytes_read
        self._sent_s = time.monotonic()
        self.terminal.type(b"\r")
        return prompt

    def go_on(self, prompt: Prompt, timeout_s: float) -> None:
        """Wait until all that came before the pause is on the screen and the program rests; end the pause.

        What `finish` then tells is counted from here.
        """
        if self.terminal.wait_for(f"ZZPAUSE{prompt.n}", timeout_s) is None:
            raise Failed(f"the first {prompt.burst} deltas were not on the screen after {timeout_s:.0f} s")
        self.rest(timeout_s)
        self._cpu_before_s, self._bytes_before = self.cpu_s(), self.terminal.bytes_read
        self._sent_s = time.monotonic()
        self._server.go(prompt.n)

    def finish(self, prompt: Prompt, timeout_s: float) -> Reply:
        """Wait for the end of the reply on the screen."""
        end_s = self._wait_end(prompt, timeout_s)
        cpu_at_end_s = self.cpu_s()
        sent = self._server.sent(prompt.n, 1.0)
        if end_s is None or sent is None:
            raise Failed(f"the end of the reply was not on the screen after {timeout_s:.0f} s")
        self.terminal.wait_quiet(0.3, 6.0)
        output = self.terminal.recording.between(self._sent_s, end_s)
        times_s = [at_s for at_s, _ in output]
        return Reply(
            end_s=end_s - self._sent_s,
            lag_s=end_s - sent.last_s,
            cpu_s=self.cpu_s() - self._cpu_before_s,
            cpu_until_end_s=cpu_at_end_s - self._cpu_before_s,
            bytes_written=self.terminal.bytes_read - self._bytes_before,
            frames=sum(data.count(_FRAME_END) for _, data in output),
            longest_gap_s=max((later - earlier for earlier, later in pairwise(times_s)), default=0.0),
            peak_mb=memory_mb(self.terminal.pid)[1],
        )

    def _wait_end(self, prompt: Prompt, timeout_s: float) -> float | None:
        """Wait for the last word; a program that draws only changed cells may write it in pieces, so look there too."""
        word = f"ZZEND{prompt.n}"
        deadline_s = time.monotonic() + timeout_s
        while time.monotonic() < deadline_s and self.terminal.is_open:
            if (end_s := self.terminal.wait_for(word, 0.5)) is not None:
                return end_s
            sent = self._server.sent(prompt.n)
            silence_s = time.monotonic() - self.terminal.last_output_s
            if sent is not None and silence_s > 2.5 and time.monotonic() - sent.last_s > 2.5:
                if (end_s := self.terminal.recording.shown_s(word, sent.last_s)) is not None:
                    return end_s
                if silence_s > 8:
                    return None
        return None

    def type_letters(self, letters: Sequence[str], every_s: float) -> list[float]:
        """Type one letter after the other; returns the echoes' delays in ms, and leaves out what was not echoed."""
        typed_s: list[tuple[str, float]] = []
        due_s = time.monotonic()
        for letter in letters:
            self.terminal.watch(letter)
            typed_s.append((letter, time.monotonic()))
            self.terminal.type(letter)
            due_s += every_s
            time.sleep(max(0.0, due_s - time.monotonic()))
        self.terminal.wait_for(letters[-1], 2.0)
        echoes = [(self.terminal.seen_s(letter), at_s) for letter, at_s in typed_s]
        return [(seen_s - at_s) * 1000 for seen_s, at_s in echoes if seen_s is not None]


@contextmanager
def running(program: Program, server: LoopbackServer) -> Iterator[Run]:
    """Run a program for the length of the block."""
    with TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as home:
        run = Run(program, server, Path(home))
        try:
            yield run
        finally:
            run.terminal.close()


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that such a share of all does not exceed; the median for 0.5."""
    if not values:
        raise Failed("nothing was echoed")
    return statistics.median(values) if share == 0.5 else sorted(values)[min(len(values) - 1, int(share * len(values)))]
