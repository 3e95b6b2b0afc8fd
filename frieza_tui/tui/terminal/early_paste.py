"""Knows a paste that comes before the terminal marks pastes: at the start, while it is still being set up.

Without marks each pasted line would be sent as a message of its own. Knows no Textual and no clock.
"""

import re

from frieza_tui.tui.terminal.inlet import PASTE_END, PASTE_START

BURST_S = 0.05
"""What follows a piece of a paste within so many seconds belongs to it."""

_TEXT = re.compile(r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*[^\x00-\x08\x0a-\x1f\x7f][\r\n]*")
"""No control but line ends and tabs, and not line ends alone, for that is Enter."""
_SEVERAL_LINES = re.compile(r"[\r\n][^\r\n]")


class EarlyPaste:
    """Stands between the inlet and the parser until the terminal has answered."""

    def __init__(self) -> None:
        """Begin with nothing pasted."""
        self._pasted_until = 0.0

    def mark(self, text: str, now: float) -> str:
        """Return what came in one read, as a paste if it has several lines or goes on with one; `now` in seconds."""
        is_paste = now < self._pasted_until or _SEVERAL_LINES.search(text) is not None
        if not is_paste or not _TEXT.fullmatch(text):
            return text
        self._pasted_until = now + BURST_S
        return f"{PASTE_START}{text}{PASTE_END}"
