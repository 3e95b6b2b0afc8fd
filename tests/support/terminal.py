"""A real pseudo-terminal with a program in it, and the screen that a person would see."""

import codecs
import errno
import fcntl
import os
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import pyte

from tests.support.zygote import zygote

PROGRAM = (sys.executable, "-m", "frieza_tui")
COLOURS = re.compile(r"\x1b\[([0-9;]*)m")


class Stream(pyte.Stream):
    """pyte's own goes through a sequence letter by letter, and most of what a program writes are colours."""

    def feed(self, data: str) -> None:
        """Draw what a program wrote."""
        for at, part in enumerate(COLOURS.split(data)):
            if at % 2 and self._taking_plain_text and self.listener is not None:
                self.listener.select_graphic_rendition(*(min(int(number or 0), 9999) for number in part.split(";")))
            else:
                super().feed(f"\x1b[{part}m" if at % 2 else part)


class Terminal:
    """A program in a terminal of `columns` by `rows`; what it wrote is kept whole in `bytes_seen`."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 80,
        rows: int = 24,
        environ: Mapping[str, str] | None = None,
        is_fresh: bool = False,
        echoes: bool = False,
    ) -> None:
        """Start the program; a fresh one by exec, where a test is about what only that shows: it costs a second.

        echoes: whether the terminal shows what is typed while no program draws it.
        """
        self.bytes_seen = bytearray()
        self._screen = pyte.Screen(columns, rows)
        self._lines: list[str] = []
        self._stream = Stream(self._screen)
        self._letters = codecs.getincrementaldecoder("utf-8")("replace")
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(environ or {})}
        self._file, inner = os.openpty()
        self._set_size(columns, rows)
        if not echoes:
            be_silent(inner)
        self._program = zygote().start(command, environment, inner, executes=is_fresh)

    @property
    def lines(self) -> list[str]:
        """The screen's rows, without trailing blanks; a wide character's second cell is not in them."""
        screen, columns = self._screen, range(self._screen.columns)
        self._lines = [*self._lines, *[""] * screen.lines][: screen.lines]
        for row in screen.dirty & {*range(screen.lines)}:
            cells = screen.buffer[row]
            self._lines[row] = "".join([cells[column].data for column in columns]).rstrip()
        screen.dirty.clear()
        return [*self._lines]

    @property
    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(self.lines)

    def cells(self, first: int, end: int) -> list[list[pyte.screens.Char]]:
        """Some rows' cells, with their colours."""
        buffer, columns = self._screen.buffer, range(self._screen.columns)
        return [[buffer[row][column] for column in columns] for row in range(first, end)]

    def column_of(self, text: str, row: int) -> int:
        """The cell in which a text begins on a row."""
        line = [self._screen.buffer[row][column].data for column in range(self._screen.columns)]
        starts = [column for column in range(len(line)) if "".join(line[column:]).startswith(text)]
        return starts[0]

    @property
    def cursor(self) -> tuple[int, int]:
        """Column and row of the terminal's own cursor, from 0."""
        return self._screen.cursor.x, self._screen.cursor.y

    @property
    def shows_cursor(self) -> bool:
        """Whether the terminal's own cursor is to be seen."""
        return not self._screen.cursor.hidden

    def send(self, keys: str | bytes) -> None:
        """Type."""
        rest = keys.encode() if isinstance(keys, str) else keys
        while rest:
            rest = rest[os.write(self._file, rest) :]

    def resize(self, columns: int, rows: int) -> None:
        """Change the window's size."""
        self._screen.resize(rows, columns)
        self._set_size(columns, rows)

    def wait_for(self, *texts: str, timeout_s: float = 20.0) -> None:
        """Read until all the texts are on the screen."""

        def are_there() -> bool:
            screen = self.text
            return all(text in screen for text in texts)

        self.wait_until(are_there, f"{texts} on the screen", timeout_s)

    def wait_until(self, is_so: Callable[[], bool], what: str, timeout_s: float = 20.0) -> None:
        """Read until something is so; fails with the screen as it is."""
        deadline = time.monotonic() + timeout_s
        while not is_so():
            if time.monotonic() > deadline:
                raise AssertionError(f"not seen within {timeout_s} s: {what}\n{self.text}")
            if not self._read():
                assert is_so(), f"the program ended before: {what}\n{self.text}"
                return

    def wait_quiet(self) -> None:
        """Read until nothing more comes: twice nothing in a tenth of a second."""
        silences = 0
        while silences < 2:
            size = len(self.bytes_seen)
            self._read()
            silences = silences + 1 if len(self.bytes_seen) == size else 0

    def wait_for_exit(self, timeout_s: float = 20.0) -> int:
        """Read until the program ends; returns its exit status, or minus the signal that ended it."""
        deadline = time.monotonic() + timeout_s
        while self._read():
            if time.monotonic() > deadline:
                raise AssertionError(f"still running after {timeout_s} s\n{self.text}")
        return self._program.status(waits=True) or 0

    def hang_up(self) -> None:
        """Close the terminal under the program, as closing a window does."""
        os.close(self._file)
        self._file = -1

    @property
    def pid(self) -> int:
        """The program's process id."""
        return self._program.pid

    @property
    def is_stopped(self) -> bool:
        """Whether a signal has stopped the program."""
        self._program.status()
        return self._program.is_stopped

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send the program a signal."""
        os.kill(self.pid, number)

    def wait_for_end(self, timeout_s: float = 20.0) -> None:
        """Wait until a program whose terminal was closed has ended."""
        self.wait_after_end(lambda: self._program.status() is not None, "the program's end", timeout_s)

    @staticmethod
    def wait_after_end(is_so: Callable[[], bool], what: str, timeout_s: float = 20.0) -> None:
        """Wait until something is so without reading from the program."""
        deadline = time.monotonic() + timeout_s
        while not is_so():
            assert time.monotonic() < deadline, f"not so within {timeout_s} s: {what}"
            select.select([], [], [], 0.02)

    def close(self) -> None:
        """End the program if it still runs."""
        if self._file != -1:
            self.hang_up()
        if self._program.status() is None:
            self.kill()
            self._program.status(waits=True)

    def _read(self) -> bool:
        """Take in what has come, waiting for it a moment. False when the program has ended."""
        if not select.select([self._file], [], [], 0.1)[0]:
            return self._program.status() is None or bool(select.select([self._file], [], [], 0)[0])
        try:
            data = os.read(self._file, 65536)
        except OSError as error:
            if error.errno != errno.EIO:  # nobody has the terminal open any more
                raise
            return False
        self.bytes_seen += data
        self._stream.feed(self._letters.decode(data))
        return bool(data)

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._file, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def be_silent(terminal: int) -> None:
    """Do not show what is typed, as long as no program does."""
    modes = termios.tcgetattr(terminal)
    modes[3] &= ~termios.ECHO
    termios.tcsetattr(terminal, termios.TCSANOW, modes)


@contextmanager
def program(
    *arguments: str,
    columns: int = 80,
    rows: int = 24,
    environ: Mapping[str, str] | None = None,
    is_fresh: bool = False,
    echoes: bool = False,
) -> Iterator[Terminal]:
    """Run frieza-tui in a terminal, and end it at the end of the block."""
    command = (*PROGRAM, *arguments)
    terminal = Terminal(command, columns=columns, rows=rows, environ=environ, is_fresh=is_fresh, echoes=echoes)
    try:
        yield terminal
    finally:
        terminal.close()
