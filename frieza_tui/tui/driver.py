"""The terminal's driver: sets the title, and lets the program live long enough to tidy up when the terminal is gone.

Textual hands all output to one thread through a queue of bounded length. When the terminal hangs up, that thread dies
of the first failing write, the queue fills, and the next write holds the event loop for ever. So failing writes are
dropped here.

A frame goes out in one piece: the writing thread is woken once for it, not three times. The terminal's own cursor
stands on the caret, where it blinks at no cost and an input method shows its candidates; it is hidden while a frame is
drawn.
"""

import re
import sys
from collections.abc import Callable
from io import TextIOWrapper
from typing import Final, cast

from textual.app import App
from textual.driver import Driver

from frieza_tui.tui.terminal.asking_driver import AskingDriver

FRAME_BEGIN: Final = "\x1b[?2026h"
FRAME_END: Final = "\x1b[?2026l"
SHOW_CURSOR: Final = "\x1b[?25h"
HIDE_CURSOR: Final = "\x1b[?25l"
_PLACE: Final = re.compile(r"\x1b\[(\d+);(\d+)H")
_CURSOR_MOVED: Final = "H"
"""The last letter of a frame, whose end puts the cursor in its place."""


class Outlet:
    """A text stream that takes everything and passes it on as long as it can, each piece at once; it counts them."""

    def __init__(self, stream: TextIOWrapper) -> None:
        self._stream = stream
        self._is_open = True
        self.passed_on = 0
        """Pieces that the terminal has taken; a slow one holds the writing thread meanwhile."""

    def write(self, text: str) -> int:
        """Pass a piece on, or drop it where nobody takes it any more."""
        if self._is_open:
            try:
                self._stream.write(text)
                self._stream.flush()
            except (OSError, ValueError):
                self._is_open = False
        self.passed_on += 1
        return len(text)

    def flush(self) -> None:
        """Nothing waits here."""

    def fileno(self) -> int:
        """Return the file that it all goes to."""
        return self._stream.fileno()

    def isatty(self) -> bool:
        """Return whether that is a terminal."""
        return self._stream.isatty()


class FrameDriver(AskingDriver):
    """The driver that asks the terminal; it survives a hangup, shows title and cursor, and writes whole frames."""

    _terminal_title = ""
    _frame_parts: tuple[str, ...] = ()
    _outlet = Outlet(cast(TextIOWrapper, sys.__stdout__))
    _pieces_sent = 0
    _scrolling = ""
    frames = 0
    """Pictures written so far."""
    _whole_at = 0
    """The last one that was the whole screen; it is written by rows, each from the first column on."""

    def __init__(
        self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        """Take what Textual gives every driver."""
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._written_at: dict[tuple[int, int], int] = {}

    def has_caret(self) -> bool:
        """Return whether the terminal's cursor is to be seen where a frame leaves it; asked with each frame."""
        return False

    @property
    def is_behind(self) -> bool:
        """Whether the terminal has not yet taken all that was written: its line is slow."""
        return self._pieces_sent > self._outlet.passed_on

    def scroll(self, top: int, bottom: int, rows: int) -> bool:
        """Have the terminal move the rows from `top` to `bottom`, from 0, up by `rows` when the next frame comes."""
        self._scrolling += _scrolled(top + 1, bottom + 1, rows)
        return True

    def written_at(self, row: int, column: int) -> int:
        """Return the number of the last picture that wrote something from a place on, both from 0; 0 for none."""
        return max(self._whole_at, self._written_at.get((row, column), 0))

    def start_application_mode(self) -> None:
        """Set the terminal up, with the program's title."""
        # Textual draws on standard error, which people send to a file to read it later.
        self._file = cast(TextIOWrapper, self._outlet)
        super().start_application_mode()
        self.write(f"\x1b[22;2t\x1b]2;{self._terminal_title}\x07")

    def stop_application_mode(self) -> None:
        """Set the terminal back, with the title that it had."""
        self.write("\x1b[23;2t")
        super().stop_application_mode()

    def write(self, data: str) -> None:
        """Hold back the pieces of a frame until its end; where the terminal knows no frames, it is one piece."""
        if data == FRAME_BEGIN or (self._frame_parts and data != FRAME_END):
            self._frame_parts += (data,)
        elif self._frame_parts:
            frame = "".join(self._frame_parts[1:])
            self._frame_parts = ()
            self._send(FRAME_BEGIN + self._with_cursor(frame) + FRAME_END)
        elif data.endswith(_CURSOR_MOVED):
            self._send(self._with_cursor(data))
        else:
            self._send(data)

    def _send(self, piece: str) -> None:
        self._pieces_sent += 1
        super().write(piece)

    def _with_cursor(self, frame: str) -> str:
        self.frames += 1
        found = _PLACE.findall(frame.rpartition("\x1b[")[0])  # the last one is the cursor's
        places = [(int(row) - 1, int(column) - 1) for row, column in found]
        if len(places) == self._app.size.height and not any(column for _, column in places):
            self._whole_at = self.frames
        self._written_at.update(dict.fromkeys(places, self.frames))
        scrolling, self._scrolling = self._scrolling, ""
        return HIDE_CURSOR + scrolling + frame + (SHOW_CURSOR if self.has_caret() else "")


def titled_driver(title: str, has_caret: Callable[[], bool]) -> type[Driver]:
    """Return a driver class for a program with a title, already made safe.

    has_caret: asked with each frame, whether the terminal's cursor is to be seen where the frame leaves it.
    """

    class TitledDriver(FrameDriver):
        """The driver of this program."""

        _terminal_title = title

        def has_caret(self) -> bool:
            return has_caret()

    return TitledDriver


def _scrolled(top: int, bottom: int, rows: int) -> str:
    """Return what moves the rows from top to bottom, from 1: line feeds at the edge of a region that scrolls alone."""
    edge, step = (bottom, "\n") if rows > 0 else (top, "\x1bM")
    return f"\x1b[{top};{bottom}r\x1b[{edge};1H{step * abs(rows)}\x1b[r"
