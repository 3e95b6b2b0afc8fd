"""Shows what each key arrives as: its bytes, Textual's name for it, and what to change. Shows no screen."""

import os
import select
import sys
from codecs import getincrementaldecoder
from collections.abc import Iterator
from itertools import groupby
from time import monotonic

from textual import events
from textual._xterm_parser import XTermParser
from textual.message import Message

from frieza_tui.i18n import _
from frieza_tui.text.safe import safe_line
from frieza_tui.text.width import cell_len
from frieza_tui.tui.terminal.asking import ask_terminal, raw_terminal
from frieza_tui.tui.terminal.facts import TerminalFacts
from frieza_tui.tui.terminal.inlet import Inlet

QUIET_S = 0.8
"""Bytes of which nothing has come for so long are no key."""
_LOOK_S = 0.05
_BYTES_COLUMN = 28
_NAMED = {"\x1b": "ESC", "\r": "CR", "\n": "LF", "\t": "TAB", "\x7f": "DEL", " ": "SPACE", "\x00": "NUL"}
_KITTY_ON, _KITTY_OFF = "\x1b[>25u", "\x1b[<u"
_PASTE_ON, _PASTE_OFF = "\x1b[?2004h", "\x1b[?2004l"


def visible(data: bytes) -> str:
    """Return bytes so that people can read them: controls by name, what is no UTF-8 in hex."""
    parts: list[str] = []
    for character in data.decode("utf-8", "backslashreplace"):
        if character in _NAMED or character < " ":
            parts.append(f" {_NAMED.get(character) or '^' + chr(ord(character) + 64)} ")
        else:
            parts.append(safe_line(character) or f"U+{ord(character):04X}")
    return " ".join("".join(parts).split())


def advice(key: str, character: str | None, *, is_kitty: bool) -> str:
    """Return what to know or to change about a key by Textual's name; "" for nothing."""
    match key:
        case "enter":
            return _("sends; if it was Shift+Enter, use Ctrl+J: here they are the same")
        case "shift+enter" | "ctrl+j":
            return _("makes a new line")
        case "escape":
            return _("cancels")
        case _ if character == "\ufffd":
            return _("this is no UTF-8: set the terminal and the locale to UTF-8")
        case _ if key.startswith("alt+") and not is_kitty:
            return _("Alt, or Escape and then a key in one read")
        case _:
            return ""


class KeyInspector:
    """Takes in what the terminal sends, gives back lines to show."""

    def __init__(self, *, is_kitty: bool) -> None:
        """is_kitty: whether the terminal was asked for the kitty key protocol, and knows it."""
        self.is_done = False
        self._is_kitty = is_kitty
        self._parser = XTermParser()
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._inlet = Inlet(lambda _answer: None)
        self._waiting = b""
        self._waiting_since = 0.0
        self._last_key = ""

    def feed(self, data: bytes, now: float) -> list[str]:
        """Take bytes in; `now` in seconds."""
        self._waiting += data
        self._waiting_since = now
        return self._lines(self._inlet.feed(self._decode(data), now))

    def tick(self, now: float) -> list[str]:
        """Look at what has waited long enough."""
        lines = self._lines(self._inlet.tick(now))
        if not lines and self._waiting and now - self._waiting_since > QUIET_S:
            lines = self._line(_("(ignored)"), _("no key: a broken report, or an answer of the terminal"))
        return lines

    def _lines(self, text: str) -> list[str]:
        messages = list(self._parser.feed(text)) if text else []
        messages += self._parser.tick()
        if not messages:
            return []
        return [line for row in self._rows(messages) for line in self._line(*row)]

    def _rows(self, messages: list[Message]) -> Iterator[tuple[str, str]]:
        for is_word, group in groupby(messages, key=_is_of_word):
            if is_word:
                self._last_key = ""
                words = _("if some of it is missing, start with --no-kitty") if self._is_kitty else ""
                yield "".join(one.character or "" for one in group if isinstance(one, events.Key)), words
            else:
                yield from map(self._row, group)

    def _row(self, message: Message) -> tuple[str, str]:
        if isinstance(message, events.Key):
            self.is_done |= message.key == "q" or message.key == self._last_key == "ctrl+c"
            self._last_key = message.key
            return message.key, advice(message.key, message.character, is_kitty=self._is_kitty)
        if isinstance(message, events.Paste):
            return _("(paste)"), safe_line(message.text, 60)
        return f"({type(message).__name__})", ""

    def _line(self, name: str, words: str) -> list[str]:
        """Return what to show of a key; the bytes stand beside the first one that they made, the words below."""
        shown, self._waiting = visible(self._waiting), b""
        line = f"{_padded(shown, _BYTES_COLUMN)}{name}".rstrip()
        return [line, f"    {words}"] if words else [line]


def _is_of_word(message: Message) -> bool:
    """Whether it is a character that only an input method or another keyboard gives."""
    character = message.character if isinstance(message, events.Key) else None
    return character is not None and not character.isascii() and character != "\ufffd"


def _padded(text: str, cells: int) -> str:
    return text + " " * max(2, cells - cell_len(text))


def inspect_keys(*, wants_kitty: bool) -> int:
    """Show keys until q or Ctrl+C twice; returns 2 if there is no terminal. wants_kitty: as the settings have it."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        sys.stderr.write(_("frieza-tui: keys can be looked at in a terminal only.") + "\n")
        return 2
    facts = ask_terminal(os.environ)
    is_kitty = wants_kitty and facts.kitty_flags is not None
    _say(*_introduction(facts, wants_kitty=wants_kitty))
    sys.stdout.write(_PASTE_ON + (_KITTY_ON if is_kitty else ""))
    sys.stdout.flush()
    try:
        with raw_terminal(sys.stdin.fileno()):
            _show_keys(KeyInspector(is_kitty=is_kitty))
    finally:
        sys.stdout.write((_KITTY_OFF if is_kitty else "") + _PASTE_OFF)
        sys.stdout.flush()
    return 0


def _introduction(facts: TerminalFacts, *, wants_kitty: bool) -> list[str]:
    if facts.kitty_flags is None:
        keys = _("This terminal does not know the kitty key protocol.")
    elif wants_kitty:
        keys = _("The kitty key protocol is on; --no-kitty turns it off.")
    else:
        keys = _("The kitty key protocol is off.")
    tries = _("Try Enter, Shift+Enter, Ctrl+J, Escape, and a word from your input method.")
    end = _("q, or Ctrl+C twice, ends it.")
    heading = _padded(_("bytes"), _BYTES_COLUMN) + _("key")
    return [keys, tries, end, "", heading]


def _show_keys(inspector: KeyInspector) -> None:
    fileno = sys.stdin.fileno()
    while not inspector.is_done:
        if select.select([fileno], [], [], _LOOK_S)[0]:
            data = os.read(fileno, 4096)
            if not data:
                return
            _say(*inspector.feed(data, monotonic()))
        else:
            _say(*inspector.tick(monotonic()))


def _say(*lines: str) -> None:
    if lines:
        sys.stdout.write("".join(f"{line}\r\n" for line in lines))
        sys.stdout.flush()
