"""The terminal's driver: sets the title, and lets the program live long enough to tidy up when the terminal is gone.

Textual hands all output to one thread through a queue of bounded length. When the terminal hangs up, that thread dies
of the first failing write, the queue fills, and the next write holds the event loop for ever. So failing writes are
dropped here.
"""

import sys
from io import TextIOWrapper
from typing import cast

from textual.driver import Driver

from frieza_tui.tui.terminal.asking_driver import AskingDriver


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


def titled_driver(title: str) -> type[Driver]:
    """Return a driver class that shows a title, already made safe, while the program runs."""

    class TitledDriver(AskingDriver):
        """The driver that asks the terminal, but it survives a hangup and sets the terminal's title."""

        def start_application_mode(self) -> None:
            if not isinstance(self._file, _Outlet):
                # Textual draws on standard error, which people send to a file to read it later.
                self._file = cast(TextIOWrapper, _Outlet(cast(TextIOWrapper, sys.__stdout__)))
            super().start_application_mode()
            self.write(f"\x1b[22;2t\x1b]2;{title}\x07")

        def stop_application_mode(self) -> None:
            self.write("\x1b[23;2t")
            super().stop_application_mode()

    return TitledDriver
