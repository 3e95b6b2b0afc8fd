"""A program in a pseudo-terminal: reads what it writes with the time of each piece, answers its questions, types.

Knows no program in particular. While something is measured it only reads and searches.
"""

import fcntl
import os
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from math import inf
from pathlib import Path
from typing import Final

from tests.benchmarks.priority import put_behind_harness
from tests.benchmarks.processes import process_tree
from tests.benchmarks.queries import ESCAPES, answers, split_begun
from tests.benchmarks.recording import Recording

COLUMNS: Final = 120
ROWS: Final = 40
_IUTF8: Final = 0o40000
_TICK_S: Final = 0.01
PROBE_BYTES = 8
"""A program may try out a character on the terminal; that is no picture yet."""


class Terminal:
    """A running program and its terminal of 120 by 40."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], folder: Path) -> None:
        self.recording = Recording(COLUMNS, ROWS)
        self.bytes_read = 0
        self.bytes_per_s = inf
        """How fast the line to the terminal is; what it has not taken waits in the kernel, then in the program."""
        self.first_paint_s: float | None = None
        """When the first visible character was read."""
        self._needles: dict[bytes, float | None] = {}
        self._unfinished = b""
        self._last_text = b""
        self._changed = threading.Condition()
        self.is_open = True
        self._fd, program_side = os.openpty()
        _set_up(program_side)
        self.started_s = time.monotonic()
        self.process = subprocess.Popen(
            command,
            stdin=program_side,
            stdout=program_side,
            stderr=program_side,
            env=dict(environ),
            cwd=folder,
            start_new_session=True,
            preexec_fn=lambda: _enter(program_side),
        )
        os.close(program_side)
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def pid(self) -> int:
        """The program's process."""
        return self.process.pid

    @property
    def last_output_s(self) -> float:
        """When something was read last."""
        return self.recording.chunks[-1][0] if self.recording.chunks else self.started_s

    def type(self, keys: str | bytes) -> None:
        """Write keys as a terminal does."""
        try:
            os.write(self._fd, keys.encode() if isinstance(keys, str) else keys)
        except OSError:
            self.is_open = False

    def resize(self, columns: int) -> None:
        """Make the window another number of columns wide; the kernel tells the program."""
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, columns * 8, ROWS * 16))

    def is_echoing(self) -> bool:
        """Whether the kernel echoes what is typed, so that an echo says nothing about the program."""
        try:
            return bool(termios.tcgetattr(self._fd)[3] & termios.ECHO)
        except termios.error:
            return False

    def watch(self, *needles: str) -> None:
        """Look for texts in what is written from now on, escape sequences left out."""
        with self._changed:
            self._needles.update((needle.encode(), None) for needle in needles)

    def forget(self) -> None:
        """Look for nothing any more."""
        with self._changed:
            self._needles.clear()
            self._last_text = b""

    def seen_s(self, needle: str) -> float | None:
        """Return when a watched text was first read."""
        return self._needles.get(needle.encode())

    def wait_for(self, needle: str, timeout_s: float) -> float | None:
        """Wait until a watched text has been read; returns when, or None."""
        with self._changed:
            self._changed.wait_for(lambda: self.seen_s(needle) is not None or not self.is_open, timeout_s)
        return self.seen_s(needle)

    def wait_quiet(self, quiet_s: float, timeout_s: float) -> bool:
        """Wait until nothing has been written for a while; False if that does not happen in time."""
        end_s = time.monotonic() + timeout_s
        while (now_s := time.monotonic()) < end_s and self.is_open:
            rest_s = self.last_output_s + quiet_s - now_s
            if rest_s <= 0:
                return True
            time.sleep(max(0.005, min(rest_s, end_s - now_s)))
        return False

    def close(self) -> None:
        """End the program and all it started: first politely, then not."""
        for number, patience_s in ((signal.SIGTERM, 3.0), (signal.SIGKILL, 3.0)):
            for pid in reversed(process_tree(self.pid)):
                _signal(pid, number)
            try:
                self.process.wait(patience_s)
                break
            except subprocess.TimeoutExpired:
                continue
        os.close(self._fd)

    def _read(self) -> None:
        while data := self._read_some():
            now_s = time.monotonic()
            self.recording.chunks.append((now_s, data))
            self.bytes_read += len(data)
            whole, self._unfinished = split_begun(self._unfinished + data)
            if b"\x1b" in whole:
                self.type(answers(whole, COLUMNS, ROWS))
            self._search(ESCAPES.sub(b"", whole), now_s)
        self.is_open = False
        with self._changed:
            self._changed.notify_all()

    def _read_some(self) -> bytes:
        size = 1 << 17
        if self.bytes_per_s < inf:
            time.sleep(_TICK_S)
            size = max(1, int(self.bytes_per_s * _TICK_S))
        try:
            return os.read(self._fd, size)
        except OSError:  # the program has closed its side
            return b""

    def _search(self, text: bytes, now_s: float) -> None:
        if self.first_paint_s is None and len(text.strip()) > PROBE_BYTES:
            self.first_paint_s = now_s
        with self._changed:
            if not self._needles:
                return
            text = self._last_text + text
            found = [needle for needle, at_s in self._needles.items() if at_s is None and needle in text]
            self._needles.update((needle, now_s) for needle in found)
            self._last_text = text[-64:]
            if found:
                self._changed.notify_all()


def _set_up(fd: int) -> None:
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, COLUMNS * 8, ROWS * 16))
    attributes = termios.tcgetattr(fd)
    attributes[0] |= _IUTF8  # as terminals set it
    termios.tcsetattr(fd, termios.TCSANOW, attributes)


def _enter(fd: int) -> None:
    """Make the terminal the new process's own, and let the harness stay a little ahead of it."""
    fcntl.ioctl(fd, termios.TIOCSCTTY, 0)
    put_behind_harness()


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
