"""Makes text from models, servers, files and pastes safe for a terminal. Knows no face and no markup."""

import re
import unicodedata
from enum import Enum, auto
from functools import cache, lru_cache

from frieza_tui.text.escapes import EscapeStripper

MARKS_LIMIT = 8
"""Characters without a width of their own (combining marks, selectors, joiners) kept after one base."""

JOINS_LIMIT = 4
"""Emoji joined to one emoji; the longest in use (families, kisses) join three."""

_STAND_IN = "\ufffd"
_JOINER = "\u200d"
_FLAG = "\U0001f3f4"
_CANCEL_TAG = "\U000e007f"
_TAGS_LIMIT = 6  # the longest region of a flag, such as "gbeng", has six letters at most

# Assigned characters that stand alone. Coarse: what is left out is looked up one by one.
_PLAIN = (
    "\t\n -~\u00a1-\u00ac\u00ae-\u02ff\u0391-\u03a1\u03a3-\u0482\u048a-\u052f"
    "\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2100-\u218b\u2190-\u2426\u2460-\u2b73"
    "\u3000-\u3029\u3030-\u303f\u3041-\u3096\u309b-\u30ff\u3105-\u312f\u3190-\u31e3\u31f0-\u321e\u3220-\ua48c"
    "\uac00-\ud7a3\uf900-\ufa6d\uff01-\uff9f\uffe0-\uffe6\uffe8-\uffee"
    "\U0001f1e6-\U0001f1ff\U0001f300-\U0001f3fa\U0001f400-\U0001f6d7\U0001f900-\U0001f9ff\U00020000-\U0002a6dd"
)
_SUSPECT = re.compile(f"[^{_PLAIN}]")


@cache
def _suspect_runs() -> re.Pattern[str]:
    return re.compile(f"[^{_PLAIN}]+")  # not the pattern above: "+" makes a search that finds nothing 2.5 times slower


class _Kind(Enum):
    """What a character that is not plain asks for."""

    BASE = auto()
    BREAK = auto()
    RETURN = auto()
    MARK = auto()
    SELECTOR = auto()
    SKIN_TONE = auto()
    JOINER = auto()
    TAG = auto()
    NOTHING = auto()


_KINDS = {
    "\r": (_Kind.RETURN, "\n"),
    "\x7f": (_Kind.BASE, "␡"),
    "\x85": (_Kind.BREAK, "\n"),
    "\u2028": (_Kind.BREAK, "\n"),
    "\u2029": (_Kind.BREAK, "\n"),
    _JOINER: (_Kind.JOINER, _JOINER),
    **dict.fromkeys("\u115f\u1160\u17b4\u17b5\u3164\uffa0", (_Kind.NOTHING, "")),  # fillers: letters in name only
    **{mark: (_Kind.MARK, mark) for mark in "\u200b\u200c\u2060"},  # breaks and joins in Thai, Persian, Hindi
    **{sign: (_Kind.BASE, sign) for sign in "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2"},
}


_SELECTORS = (("\ufe00", "\ufe0f"), ("\U000e0100", "\U000e01ef"), ("\u180b", "\u180d"), ("\u180f", "\u180f"))
_TAGS = (("\U000e0000", "\U000e0fff"),)
_SKIN_TONES = (("\U0001f3fb", "\U0001f3ff"),)
_JAMO_AFTER_THE_FIRST = (("\u1161", "\u11ff"), ("\ud7b0", "\ud7fb"))
_PICTURES = (("\U0001f300", "\U0001faff"), ("\u2600", "\u27bf"), ("\u2b00", "\u2bff"), ("\u2194", "\u2195"))
# Emoji of Unicode 15 to 17, and ideographs to come: let through also where this Python's tables are older.
_NEWER = (
    ("\U0001f6d8", "\U0001f6d8"),
    ("\U0001f6dc", "\U0001f6dc"),
    ("\U0001fa75", "\U0001fa77"),
    ("\U0001fa87", "\U0001fa8a"),
    ("\U0001fa8e", "\U0001fa8f"),
    ("\U0001faad", "\U0001faaf"),
    ("\U0001fabb", "\U0001fabf"),
    ("\U0001fac6", "\U0001fac6"),
    ("\U0001fac8", "\U0001fac8"),
    ("\U0001facd", "\U0001facf"),
    ("\U0001fada", "\U0001fadc"),
    ("\U0001fadf", "\U0001fadf"),
    ("\U0001fae8", "\U0001faea"),
    ("\U0001faef", "\U0001faef"),
    ("\U0001faf7", "\U0001faf8"),
    ("\U00020000", "\U0002fffd"),
    ("\U00030000", "\U0003fffd"),
)


def _is_in(character: str, ranges: tuple[tuple[str, str], ...]) -> bool:
    return any(first <= character <= last for first, last in ranges)


@lru_cache(maxsize=4096)
def _classify(character: str) -> tuple[_Kind, str]:
    """Say what a character that is not plain asks for, and what stands for it."""
    if character in _KINDS:
        return _KINDS[character]
    if character < " ":
        return _Kind.BASE, chr(0x2400 + ord(character))
    if _is_in(character, _SELECTORS):
        return _Kind.SELECTOR, character
    if _is_in(character, _TAGS):
        return _Kind.TAG, character
    if _is_in(character, _SKIN_TONES):
        return _Kind.SKIN_TONE, character
    if _is_in(character, _JAMO_AFTER_THE_FIRST):
        return _Kind.MARK, character
    return _classify_by_category(character)


def _classify_by_category(character: str) -> tuple[_Kind, str]:
    category = unicodedata.category(character)
    if category in ("Mn", "Mc", "Me"):
        return _Kind.MARK, character
    if category == "Cf":
        return _Kind.NOTHING, ""
    if category in ("Cc", "Co", "Cs"):
        return _Kind.BASE, _STAND_IN
    if category == "Cn" and not _is_in(character, _NEWER):
        return _Kind.BASE, _STAND_IN
    return _Kind.BASE, character


def _is_picture(character: str) -> bool:
    return _is_in(character, _PICTURES)


class _Cleaner:
    """Takes out or replaces single characters; state is what must be known of the characters before."""

    def __init__(self) -> None:
        self._base = ""  # the last character with a width of its own; empty at the start of a line
        self._last = ""  # the last character of all
        self._marks = 0
        self._joins = 0
        self._after_return = False
        self._held_joiner = False
        self._held_tags = ""

    def is_idle(self) -> bool:
        """Whether plain text passes as it is."""
        return not (self._held_joiner or self._held_tags or self._after_return)

    def pass_plain(self, text: str) -> None:
        """Remember plain text that passed as it is."""
        self._base = self._last = text[-1]
        if text[-1] in "\n\t":
            self._base = ""
        self._marks = self._joins = 0

    def feed(self, piece: str) -> str:
        """Give back `piece` made safe, in the light of all that came before."""
        out: list[str] = []
        position = 0
        for run in _suspect_runs().finditer(piece):
            if run.start() > position:
                out.append(self._plain(piece[position : run.start()]))
            out.extend(map(self._suspect, run[0]))
            position = run.end()
        if position < len(piece):
            out.append(self._plain(piece[position:]))
        return "".join(out)

    def _plain(self, text: str) -> str:
        prefix = self._release(text[0])
        if self._after_return:
            self._after_return = False
            if text[0] == "\n":
                text = text[1:]
        if text:
            joins = self._joins + 1 if prefix and len(text) == 1 else 0
            self.pass_plain(text)
            self._joins = joins
        return prefix + text

    def _release(self, following: str) -> str:
        """Let a held joiner out if `following` is what it can join; held tags without their end vanish."""
        self._held_tags = ""
        if not self._held_joiner:
            return ""
        self._held_joiner = False
        if _is_picture(self._base):
            return _JOINER if _is_picture(following) else ""
        return _JOINER if unicodedata.category(following) == "Lo" else ""

    def _suspect(self, character: str) -> str:
        kind, text = _classify(character)
        match kind:
            case _Kind.NOTHING:
                return ""
            case _Kind.BASE | _Kind.BREAK | _Kind.RETURN:
                return self._standing(kind, text)
            case _Kind.JOINER:
                return self._joiner()
            case _Kind.TAG:
                return self._tag(character)
            case _Kind.SKIN_TONE if not (_is_picture(self._base) and self._marks == 0):
                return self._standing(_Kind.BASE, _STAND_IN)
            case _Kind.SELECTOR if not self._can_select(character):
                return ""
            case _:
                return self._mark(text)

    def _standing(self, kind: _Kind, text: str) -> str:
        self._after_return = False
        cleaned = self._plain(text)
        self._after_return = kind is _Kind.RETURN
        return cleaned

    def _mark(self, text: str) -> str:
        self._held_joiner = self._after_return = False
        self._held_tags = ""
        if not self._base or self._marks >= MARKS_LIMIT:
            return ""
        self._marks += 1
        self._last = text
        return text

    def _can_select(self, selector: str) -> bool:
        if not self._base or _is_in(self._last, _SELECTORS):
            return False
        return selector < "\U000e0100" or unicodedata.category(self._base) == "Lo"

    def _joiner(self) -> str:
        joins_pictures = _is_picture(self._base) and self._joins < JOINS_LIMIT
        joins_letters = unicodedata.combining(self._last or " ") == 9 and self._marks < MARKS_LIMIT
        self._held_tags = ""
        self._held_joiner = joins_pictures or joins_letters
        return ""

    def _tag(self, character: str) -> str:
        self._held_joiner = False
        if self._last != _FLAG or self._marks:
            return ""
        self._held_tags += character
        if character != _CANCEL_TAG and len(self._held_tags) <= _TAGS_LIMIT:
            return ""
        tags, self._held_tags = self._held_tags, ""
        self._marks = MARKS_LIMIT
        return tags if character == _CANCEL_TAG and len(tags) > 3 else ""


class SafeStream:
    """`make_safe` for text that arrives in pieces: joined, what it gives back is the same for every cutting.

    Plain text passes at once. Held back are only a lone ESC, an emoji joiner and the tags of a flag, until the next
    character decides.
    """

    def __init__(self, *, keep_newlines: bool = True) -> None:
        self._keep_newlines = keep_newlines
        self._stripper = EscapeStripper()
        self._cleaner = _Cleaner()

    def feed(self, piece: str) -> str:
        """Give back what can be shown now; the very `piece` if nothing in it is suspect."""
        is_plain = _SUSPECT.search(piece) is None
        if is_plain and self._stripper.is_idle and self._cleaner.is_idle():
            if piece:
                self._cleaner.pass_plain(piece)
            return self._on_lines(piece)
        return self._on_lines(self._cleaner.feed(self._stripper.feed(piece)))

    def close(self) -> str:
        """End the stream and give back what was held and is text; the next piece begins a new text."""
        rest = self._cleaner.feed(self._stripper.close())
        self._cleaner = _Cleaner()
        return rest

    def _on_lines(self, text: str) -> str:
        return text if self._keep_newlines else text.replace("\n", " ")


def make_safe(text: str, *, keep_newlines: bool = True) -> str:
    """Make a whole text safe to write to a terminal: of all controls only newline and tab are left.

    Control sequences, bidi controls, invisible tags and what has no width beyond a few per letter vanish; lone controls
    become their pictures (␀, ␇); surrogates, private-use and unassigned code points become U+FFFD. CR LF, CR and the
    line and paragraph separators become a newline, or a space without `keep_newlines`. A text with nothing of the kind
    comes back as the same object. Making safe twice changes nothing.
    """
    if _SUSPECT.search(text) is None:
        return text if keep_newlines else text.replace("\n", " ")
    stream = SafeStream(keep_newlines=keep_newlines)
    safe = stream.feed(text)
    return safe + stream.close()


def safe_line(text: str, limit: int = 200) -> str:
    """Make one line of a title, file name, model name or error body: at most `limit` characters, clipped with "…"."""
    line = make_safe(text[: limit * 8 + 8192], keep_newlines=False).replace("\t", " ").strip()
    if len(line) <= limit:
        return line
    return line[: limit - 1].rstrip(f" {_JOINER}") + "…"
