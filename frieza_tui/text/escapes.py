"""Takes terminal control sequences out of a stream of text. Knows nothing of single characters: see `safe`."""

import re
from collections.abc import Callable

SEQUENCE_LIMIT = 8192
"""Characters after which an unterminated sequence is over and the text goes on."""

_INTRODUCER = re.compile("[\x1b\x90\x98\x9b\x9d-\x9f]")
_C1_STRING = frozenset("\x90\x98\x9d\x9e\x9f")
_ESC_STRING = frozenset("P]X^_k")  # DCS OSC SOS PM APC, and the title string of screen and tmux
_STRING_END = re.compile("[\x07\x18\x1a\x1b\x9c\r\n]")
_CSI_BODY = re.compile("[ -?]*")
_NF_BODY = re.compile("[ -/]*")


class EscapeStripper:
    """A state machine over the text of one stream: what it gives back holds no sequence and no part of one.

    A sequence that is broken off vanishes as far as it goes, and the character that broke it is text again. A string
    sequence (OSC, DCS, APC, PM, SOS) ends at BEL, ST, CAN, SUB, at another ESC (a doubled ESC, as in tmux passthrough,
    stays inside), at the end of the line, or after `SEQUENCE_LIMIT` characters, so that it never eats the rest of a
    reply. Nothing is held back but a lone ESC, which becomes "␛" when no sequence follows it. Single 8-bit controls
    that are no introducers pass.
    """

    def __init__(self) -> None:
        self._state: Callable[[str, int], int] | None = None
        self._left = 0
        self._out: list[str] = []

    @property
    def is_idle(self) -> bool:
        """Whether no sequence is open, so that text without introducers passes as it is."""
        return self._state is None

    def feed(self, piece: str) -> str:
        """Give back what of `piece`, after all that came before, is text."""
        position = 0
        while position < len(piece):
            position = (self._state or self._in_text)(piece, position)
        text = "".join(self._out)
        self._out.clear()
        return text

    def close(self) -> str:
        """End the stream: a sequence that is still open vanishes, a lone ESC shows."""
        was_escape = self._state == self._after_escape
        self._state = None
        return "␛" if was_escape else ""

    def _open(self, state: Callable[[str, int], int]) -> None:
        self._state = state
        self._left = SEQUENCE_LIMIT

    def _in_text(self, piece: str, position: int) -> int:
        found = _INTRODUCER.search(piece, position)
        if found is None:
            self._out.append(piece[position:])
            return len(piece)
        self._out.append(piece[position : found.start()])
        introducer = found[0]
        if introducer == "\x1b":
            self._state = self._after_escape
        else:
            self._open(self._in_string if introducer in _C1_STRING else self._in_csi)
        return found.end()

    def _after_escape(self, piece: str, position: int) -> int:
        character = piece[position]
        if character == "[":
            self._open(self._in_csi)
        elif character in _ESC_STRING:
            self._open(self._in_string)
        elif " " <= character <= "/":
            self._open(self._in_nf)
        elif "0" <= character <= "~":
            self._state = None
        else:
            self._state = None
            self._out.append("␛")
            return position
        return position + 1

    def _in_csi(self, piece: str, position: int) -> int:
        return self._skip_body(_CSI_BODY, "@", piece, position)

    def _in_nf(self, piece: str, position: int) -> int:
        return self._skip_body(_NF_BODY, "0", piece, position)

    def _skip_body(self, body: re.Pattern[str], first_final: str, piece: str, position: int) -> int:
        found = body.match(piece, position, position + self._left)
        end = position if found is None else found.end()
        self._left -= end - position
        if self._left == 0:
            self._state = None
            return end
        if end == len(piece):
            return end
        self._state = None
        return end + 1 if first_final <= piece[end] <= "~" else end

    def _in_string(self, piece: str, position: int) -> int:
        limit = position + self._left
        found = _STRING_END.search(piece, position, limit)
        if found is None:
            end = min(limit, len(piece))
            self._left -= end - position
            if self._left == 0:
                self._state = None
            return end
        self._left -= found.end() - position
        if found[0] == "\x1b":
            self._state = self._after_escape_in_string
            return found.end()
        self._state = None
        return found.start() if found[0] in "\r\n" else found.end()

    def _after_escape_in_string(self, piece: str, position: int) -> int:
        character = piece[position]
        if character == "\x1b" and self._left > 0:
            self._left -= 1
            self._state = self._in_string
            return position + 1
        if character == "\\":
            self._state = None
            return position + 1
        self._state = self._after_escape
        return position
