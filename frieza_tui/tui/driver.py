"""The terminal's driver: sets the title, and lets the program live long enough to tidy up when the terminal is gone.

Textual hands all output to one thread through a queue of bounded length. When the terminal hangs up, that thread dies
of the first failing write, the queue fills, and the next write holds the event loop for ever. So failing writes are
dropped here.

A frame goes out in one piece: the writing thread is woken once for it, not three times. The terminal's own cursor
stands on the caret, where it blinks at no cost and an input method shows its candidates; it is hidden while a frame is
drawn.
"""

import sys
from collections.abc import Callable
from io import TextIOWrapper
from typing import Final, cast

from textual.driver import Driver

from frieza_tui.tui.terminal.asking_driver import AskingDriver

FRAME_BEGIN: Final = "\x1b[?2026h"
FRAME_END: Final = "\x1b[?2026l"
SHOW_CURSOR: Final = "\x1b[?25h"
HIDE_CURSOR: Final = "\x1b[?25l"
_CURSOR_MOVED: Final = "H"
"""The last letter of a frame, whose end puts the cursor in its place."""


class _Outlet:
    """A text stream that takes everything and passes it on as long as it can."""

    def __init__(self, stream: TextIOWrapper) -> None:
        self._stream = stream
        self._is_open = True

    def write(self, text: str) -> int:
        if self._is_open:
            try:
                return self._stream.write(text)
            except (OSError, ValueError):
                self._is_open = False
        return len(text)

    def flush(self) -> None:
        if self._is_open:
            try:
                self._stream.flush()
            except (OSError, ValueError):
                self._is_open = False

    def fileno(self) -> int:
        return self._stream.fileno()

    def isatty(self) -> bool:
        return self._stream.isatty()


def titled_driver(title: str, has_caret: Callable[[], bool]) -> type[Driver]:
    """Return a driver class for a program with a title, already made safe.

    has_caret: asked with each frame, whether the terminal's cursor is to be seen where the frame leaves it.
    """

    class TitledDriver(AskingDriver):
        """The driver that asks the terminal; it survives a hangup, shows title and cursor, and writes whole frames."""

        _frame_parts: tuple[str, ...] = ()

        def start_application_mode(self) -> None:
            if not isinstance(self._file, _Outlet):
                # Textual draws on standard error, which people send to a file to read it later.
                self._file = cast(TextIOWrapper, _Outlet(cast(TextIOWrapper, sys.__stdout__)))
            super().start_application_mode()
            self.write(f"\x1b[22;2t\x1b]2;{title}\x07")

        def stop_application_mode(self) -> None:
            self.write("\x1b[23;2t")
            super().stop_application_mode()

        def write(self, data: str) -> None:
            """Hold back the pieces of a frame until its end; where the terminal knows no frames, it is one piece."""
            if data == FRAME_BEGIN or (self._frame_parts and data != FRAME_END):
                self._frame_parts += (data,)
            elif self._frame_parts:
                frame = "".join(self._frame_parts[1:])
                self._frame_parts = ()
                super().write(FRAME_BEGIN + self._with_cursor(frame) + FRAME_END)
            elif data.endswith(_CURSOR_MOVED):
                super().write(self._with_cursor(data))
            else:
                super().write(data)

        @staticmethod
        def _with_cursor(frame: str) -> str:
            return HIDE_CURSOR + frame + (SHOW_CURSOR if has_caret() else "")

    return TitledDriver
