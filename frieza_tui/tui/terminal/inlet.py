"""Takes out of a terminal's input what is no key, mouse report or paste: answers to questions, and broken reports.

Knows no Textual. Textual's parser takes what it does not understand for typed text, a character at a time.
"""

import re
from collections.abc import Callable

from frieza_tui.text.safe import SafeStream
from frieza_tui.tui.terminal.facts import FENCE

KEY_WAIT_S = 0.02
"""How long a lone ESC may be the beginning of something: the rest of it comes in the same breath."""
REST_WAIT_S = 0.5
"""How long the rest of what cannot be a key is waited for."""
LATE_REST_S = 2.0
"""How long after that the rest of a mouse report is still known for what it is, and dropped too."""

_ESC = "\x1b"
_SGR_MOUSE = "\x1b[<"
PASTE_START = "\x1b[200~"
PASTE_END = "\x1b[201~"
_STRING_START = r"\x1b(?:\]\d|P[\d>!$+]|_G)[^\x00-\x1f]{0,8192}"
_MOUSE_START = r"\x1b\[<[-+\d;:.NaIinfe]{0,64}"
_OLD_MOUSE_START = r"\x1b\[M[^\x1b]"
_CSI_START = r"\x1b\[(?!<)[0-?]{0,128}[ -/]{0,8}"

_WHOLE = re.compile(
    rf"(?P<string>{_STRING_START}(?:\x07|\x1b\\))"
    rf"|(?P<mouse>{_MOUSE_START}[mM])"
    rf"|(?P<old_mouse>{_OLD_MOUSE_START}{{3}})"
    rf"|(?P<csi>(?!\x1b\[M){_CSI_START}[@-~])"
)
_START = re.compile(rf"{_STRING_START}\x1b?\Z|(?:{_MOUSE_START}|{_OLD_MOUSE_START}{{0,2}}|{_CSI_START}|\x1b[]P_]?)\Z")
_BROKEN = re.compile(rf"{_STRING_START}|{_MOUSE_START}|{_OLD_MOUSE_START}{{0,2}}|{_CSI_START}(?<!\[)")
_MAYBE_KEY = re.compile(r"\x1b[][P_]?")
_REST_OF_MOUSE = re.compile(r"[-+\d;:.NaIinfe]{1,64}[mM]")
_SOUND_MOUSE = re.compile(r"\x1b\[<\d{1,5};-?\d{1,5};-?\d{1,5}[mM]")
_POSITION = re.compile(r"\x1b\[\d{1,4};\d{1,4}R")
_HUGE_NUMBER = re.compile(r"\d{7}")


class Inlet:
    """Stands between a terminal and the parser of its input."""

    def __init__(self, take_answer: Callable[[str], None]) -> None:
        """Take who is given whole answers, as control sequences."""
        self._take_answer = take_answer
        self._held = ""
        self._held_until = 0.0
        self._rest_comes_until = 0.0
        self._is_in_paste = False
        self._paste = SafeStream()
        self.awaited_positions = 0
        """How many reports of the cursor's position are answers; later ones may be F3 with Shift or Ctrl."""

    def wait_s(self, now: float, longest: float) -> float:
        """Return for how long to wait for more before the next tick, at most so many seconds."""
        return max(0.0, min(longest, self._held_until - now)) if self._held else longest

    def feed(self, text: str, now: float) -> str:
        """Take input in, in any cuts; give back what the parser is to have. `now` in seconds, of any clock."""
        if now < self._rest_comes_until and text:
            self._rest_comes_until = 0.0
            rest = _REST_OF_MOUSE.match(text)
            text = text[rest.end() :] if rest else text
        data, self._held = self._held + text, ""
        if _ESC not in data and not self._is_in_paste:
            return data
        out: list[str] = []
        at = 0
        while at < len(data):
            if self._is_in_paste:
                at = self._pass_paste(data, at, out, now)
            else:
                escape = data.find(_ESC, at)
                out.append(data[at:] if escape < 0 else data[at:escape])
                at = len(data) if escape < 0 else self._sort(data, escape, out, now)
        return "".join(out)

    def tick(self, now: float) -> str:
        """Give back what was held and may be a key, once it has waited long enough; else it is dropped then."""
        if not self._held or now < self._held_until:
            return ""
        held, self._held = self._held, ""
        self._rest_comes_until = now + LATE_REST_S if held.startswith(_SGR_MOUSE) else 0.0
        if self._is_in_paste:
            return self._paste.feed(held)
        return held if _MAYBE_KEY.fullmatch(held) else ""

    def _sort(self, data: str, at: int, out: list[str], now: float) -> int:
        """Look at what begins with the ESC at an index; returns the index after it."""
        whole = _WHOLE.match(data, at)
        if whole is not None:
            out.append(self._pass(whole[0], whole.lastgroup or ""))
            return whole.end()
        if _START.match(data, at):
            self._hold(data[at:], now)
            return len(data)
        broken = _BROKEN.match(data, at)
        if broken is not None:
            return broken.end()
        out.append(_ESC)
        return at + 1

    def _hold(self, text: str, now: float) -> None:
        self._held = text
        self._held_until = now + (KEY_WAIT_S if _MAYBE_KEY.fullmatch(text) or self._is_in_paste else REST_WAIT_S)

    def _pass(self, sequence: str, kind: str) -> str:
        """Return what the parser is to have of a whole sequence."""
        if kind == "old_mouse":
            return sequence
        if kind == "mouse":
            return sequence if _SOUND_MOUSE.fullmatch(sequence) else ""
        if kind == "string" or self._is_answer(sequence):
            self._take_answer(sequence)
            return ""
        self._is_in_paste = sequence == PASTE_START
        if self._is_in_paste:
            self._paste = SafeStream()
        return "" if _HUGE_NUMBER.search(sequence) else sequence

    def _is_answer(self, sequence: str) -> bool:
        if self.awaited_positions and _POSITION.fullmatch(sequence):
            self.awaited_positions -= 1
            return True
        if FENCE.fullmatch(sequence):
            self.awaited_positions = 0
        return sequence[2] in "?>=" and not sequence.endswith("$y")  # Textual reads what modes there are

    def _pass_paste(self, data: str, at: int, out: list[str], now: float) -> int:
        """Pass a paste on as text that only shows: Textual's parser takes sequences within a paste for keys.

        Some terminals pass them on, and then whoever wrote what is in the clipboard would press keys here.
        """
        end = data.find(PASTE_END, at)
        if end >= 0:
            self._is_in_paste = False
            out += (self._paste.feed(data[at:end]), self._paste.close(), PASTE_END)
            return end + len(PASTE_END)
        tail = next((n for n in range(len(PASTE_END) - 1, 0, -1) if data.endswith(PASTE_END[:n], at)), 0)
        out.append(self._paste.feed(data[at : len(data) - tail]))
        if tail:
            self._hold(data[len(data) - tail :], now)
        return len(data)
