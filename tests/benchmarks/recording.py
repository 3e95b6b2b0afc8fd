"""What a program wrote to its terminal and when, looked at afterwards by an emulator. Never used while measuring."""

import re
from collections.abc import Iterator
from typing import Final

import pyte

_UNKNOWN: Final = re.compile(
    rb"\x1b\[[<=>?][0-9;:]*[a-gi-km-z]|\x1b\[[0-?]*[ -/]+[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
    rb"|\x1b[PX^_][^\x1b]*\x1b\\|\x1b\[[0-9;]*:[0-9:;]*m|\x1b\[>[0-9;]*m"
)
"""Sequences that pyte does not know and would print or choke on."""
_LAST_BYTES: Final = 1_000_000
"""How much of a recording is played: enough for whole screens to have been painted anew."""


class Recording:
    """Chunks of output, each with the time it was read at."""

    def __init__(self, columns: int, rows: int) -> None:
        self.chunks: list[tuple[float, bytes]] = []
        self.columns = columns
        self.rows = rows

    def screen(self) -> list[str]:
        """Return the rows of the screen as they are at the end."""
        emulator = pyte.Screen(self.columns, self.rows)
        stream = pyte.ByteStream(emulator)
        for _, data in self._last_chunks():
            stream.feed(_UNKNOWN.sub(b"", data))
        return _rows(emulator)

    def shown_s(self, needle: str, since_s: float) -> float | None:
        """Return when a text first stood on the screen; for programs that draw only the cells that changed."""
        emulator = pyte.Screen(self.columns, self.rows)
        stream = pyte.ByteStream(emulator)
        for at_s, data in self._last_chunks():
            stream.feed(_UNKNOWN.sub(b"", data))
            if at_s >= since_s and any(needle in row for row in _rows(emulator)):
                return at_s
        return None

    def between(self, begin_s: float, end_s: float) -> list[tuple[float, bytes]]:
        """Return the chunks read in a span of time."""
        return [chunk for chunk in self.chunks if begin_s <= chunk[0] <= end_s]

    def _last_chunks(self) -> list[tuple[float, bytes]]:
        chunks = list(self.chunks)
        total = 0
        for at in range(len(chunks) - 1, -1, -1):
            total += len(chunks[at][1])
            if total > _LAST_BYTES:
                return chunks[at:]
        return chunks


class Player:
    """Plays a recording that goes on, each piece once."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._played = 0
        self._emulator = pyte.Screen(recording.columns, recording.rows)
        self._stream = pyte.ByteStream(self._emulator)
        self.rows: list[str] = []
        """The screen as it was after the last piece that was played."""

    def play(self) -> Iterator[float]:
        """Play what is new; yield after each piece when it was read."""
        while self._played < len(self._recording.chunks):
            at_s, data = self._recording.chunks[self._played]
            self._played += 1
            self._stream.feed(_UNKNOWN.sub(b"", data))
            self.rows = _rows(self._emulator)
            yield at_s


def _rows(emulator: pyte.Screen) -> list[str]:
    """Return the rows' text; pyte's own `display` fails on some cells of no width."""
    return [
        "".join(emulator.buffer[row][column].data for column in range(emulator.columns)).rstrip()
        for row in range(emulator.lines)
    ]
