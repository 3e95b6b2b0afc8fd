"""Measures text in terminal cells, as the screen's compositor does. Knows no terminal and no markup.

What terminals disagree about is one for the whole program, as the language is: who knows the terminal sets it.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

_JOINER = "\u200d"
EMOJI_STYLE = "\ufe0f"
_NOT_NARROW = re.compile("[^ -~\u00a1-\u00ac\u00ae-\u02ff]")
_SPECIAL = re.compile(f"[{_JOINER}{EMOJI_STYLE}]")

# Narrow signs that become wide with an emoji-style selector: emoji-variation-sequences.txt of Unicode 17.
_WIDENED_BY_STYLE = """
    23 2a 30-39 a9 ae 203c 2049 2122 2139 2194-2199 21a9-21aa 2328 23cf 23ed-23ef 23f1-23f2 23f8-23fa 24c2 25aa-25ab
    25b6 25c0 25fb-25fc 2600-2604 260e 2611 2618 261d 2620 2622-2623 2626 262a 262e-262f 2638-263a 2640 2642
    265f-2660 2663 2665-2666 2668 267b 267e 2692 2694-2697 2699 269b-269c 26a0 26a7 26b0-26b1 26c8 26cf 26d1 26d3
    26e9 26f0-26f1 26f4 26f7-26f9 2702 2708-2709 270c-270d 270f 2712 2714 2716 271d 2721 2733-2734 2744 2747
    2763-2764 27a1 2934-2935 2b05-2b07 1f170-1f171 1f17e-1f17f 1f321 1f324-1f32c 1f336 1f37d 1f396-1f397 1f399-1f39b
    1f39e-1f39f 1f3cb-1f3ce 1f3d4-1f3df 1f3f3 1f3f5 1f3f7 1f43f 1f441 1f4fd 1f549-1f54a 1f56f-1f570 1f573-1f579
    1f587 1f58a-1f58d 1f590 1f5a5 1f5a8 1f5b1-1f5b2 1f5bc 1f5c2-1f5c4 1f5d1-1f5d3 1f5dc-1f5de 1f5e1 1f5e3 1f5e8
    1f5ef 1f5f3 1f5fa 1f6cb 1f6cd-1f6cf 1f6e0-1f6e5 1f6e9 1f6f0 1f6f3
"""

# Wide since Unicode 16 and 17; this Python's tables may be older.
_WIDE_SINCE_16 = """
    2630-2637 268a-268f 4dc0-4dff 1d300-1d356 1d360-1d376
    1f6d8 1fa89-1fa8a 1fa8e-1fa8f 1fabe 1fac6 1fac8 1facd 1fadc 1fadf 1fae9-1faea 1faef
"""

# Zero cells though their category says letter: jamo after the first, fillers.
_ZERO_THOUGH_LETTERS = "1160-11ff d7b0-d7fb 3164 ffa0"

# One cell though their category says format: signs written before Arabic and Syriac numbers.
_ONE_THOUGH_FORMAT = "ad 600-605 6dd 70f 890-891 8e2 110bd 110cd"

# What stays with the letter before it though it has cells: half-width voicing marks, Thai and Lao am.
_TRAILERS = frozenset("\uff9e\uff9f\u0e33\u0eb3")

TONES = frozenset("\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
FLAG_LETTERS = frozenset(map(chr, range(0x1F1E6, 0x1F200)))
FRAMES = frozenset(map(chr, range(0x2500, 0x25A0)))
"""Lines and blocks of which frames are made: one cell, for where others of their kind take two they are replaced."""


@dataclass(frozen=True, slots=True)
class CellRules:
    """What terminals disagree about, in cells; as it stands here, newer ones that join emoji draw."""

    ambiguous: int = 1
    """Characters that East Asian fonts draw wide, such as ○ and α."""
    tone: int = 0
    """What a skin tone adds to the emoji before it."""
    emoji_style: int = 1
    """What the selector of the emoji style adds to a narrow sign."""
    joins: bool = True
    """Whether emoji with a joiner between them are drawn as one."""
    flag_letter: int = 1
    """Each of the two letters of a flag."""


def _read_ranges(ranges: str) -> frozenset[int]:
    code_points: set[int] = set()
    for word in ranges.split():
        first, _, last = word.partition("-")
        code_points.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(code_points)


_WIDENED = _read_ranges(_WIDENED_BY_STYLE)
_FIXED = (
    dict.fromkeys(_read_ranges(_WIDE_SINCE_16), 2)
    | dict.fromkeys(_read_ranges(_ZERO_THOUGH_LETTERS), 0)
    | dict.fromkeys(_read_ranges(_ONE_THOUGH_FORMAT), 1)
)


def _look_up_width(character: str) -> int:
    fixed = _FIXED.get(ord(character))
    if fixed is not None:
        return fixed
    if unicodedata.category(character) in ("Mn", "Mc", "Me", "Cf", "Cc", "Zl", "Zp"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class _Widths(dict[str, int]):
    """Cells of single characters, looked up once."""

    def __init__(self, rules: CellRules) -> None:
        super().__init__()
        self._ambiguous = rules.ambiguous
        self._ruled = dict.fromkeys(TONES, rules.tone) | dict.fromkeys(FLAG_LETTERS, rules.flag_letter)

    def __missing__(self, character: str) -> int:
        if len(self) > 20_000:  # text made to hold every character must not fill the memory
            self.clear()
        width = self._ruled.get(character, -1)
        if width < 0:
            width = _look_up_width(character)
            if width == 1 and unicodedata.east_asian_width(character) == "A" and character not in FRAMES:
                width = self._ambiguous
        self[character] = width
        return width


_USUAL = _Widths(CellRules())
_rules = CellRules()
_widths = _USUAL


def use_cell_rules(rules: CellRules) -> None:
    """Measure by these rules from now on."""
    global _rules, _widths
    _rules = rules
    _widths = _USUAL if rules == CellRules() else _Widths(rules)


def character_widths(text: str) -> list[int]:
    """Cells that each character of `text` adds where it stands; their sum is `cell_len`.

    What is joined to an emoji adds nothing; a selector that makes a narrow sign an emoji adds one.
    """
    widths = list(map(_widths.__getitem__, text))
    if _SPECIAL.search(text) is None:
        return widths
    last_sign = last_width = 0
    joined_at = -1
    for index, character in enumerate(text):
        if index == joined_at:
            widths[index] = 0
        elif character == _JOINER:
            joined_at = index + 1 if _rules.joins else -1
        elif character == EMOJI_STYLE:
            widths[index] = _rules.emoji_style if last_sign in _WIDENED and last_width == 1 else 0
            last_sign = 0
        elif widths[index]:
            last_sign, last_width = ord(character), widths[index]
    return widths


def cell_len(text: str) -> int:
    """Cells that `text` takes on one line; newlines, tabs and controls count nothing, so expand tabs before.

    By the usual rules this is what Rich 15 and so Textual's compositor assume for text that was made safe. By others
    characters are as wide as the terminal draws them.
    """
    if _rules.ambiguous == 1 and _NOT_NARROW.search(text) is None:
        return len(text)
    if _SPECIAL.search(text) is None:
        return sum(map(_widths.__getitem__, text))
    return sum(character_widths(text))


def graphemes(text: str) -> Iterator[str]:
    """Cut `text` into what a reader takes for one character each; joined they are `text`."""
    start = 0
    for end in grapheme_ends(text):
        yield text[start:end]
        start = end


def grapheme_ends(text: str, start: int = 0) -> Iterator[int]:
    """Offsets in `text` at which its graphemes from `start` on end, in order; the last is its length."""
    is_half_flag = False
    for index in range(start, len(text)):
        is_letter_of_flag = text[index] in FLAG_LETTERS
        if index == start or _is_attached(text, index):
            is_half_flag = is_letter_of_flag or is_half_flag
        elif is_half_flag and is_letter_of_flag:
            is_half_flag = False
        else:
            yield index
            is_half_flag = is_letter_of_flag
    if start < len(text):
        yield len(text)


def last_grapheme_end(text: str, start: int, limit: int) -> int:
    """Return the last offset up to `limit` at which a grapheme from `start` on ends; the first of all if none does."""
    if limit > start and (limit == len(text) or not (_is_attached(text, limit) or text[limit] in FLAG_LETTERS)):
        return limit
    end = start
    for stop in grapheme_ends(text, start):
        if stop > limit:
            return stop if end == start else end
        end = stop
    return end


def _is_attached(text: str, index: int) -> bool:
    """Whether a character is drawn with the one before it; the second letter of a flag is so too, and not here."""
    character = text[index]
    return character in _TRAILERS or text[index - 1] == _JOINER or (_USUAL[character] == 0 and character >= " ")


def clip(text: str, cells: int, *, end: str = "") -> str:
    """Give back `text` if it fits in `cells`, else its longest start of whole graphemes that does so with `end`."""
    if cell_len(text) <= cells:
        return text
    space = cells - cell_len(end)
    offsets = [0, *accumulate(character_widths(text))]
    fitting = 0
    for stop in grapheme_ends(text):
        if offsets[stop] > space:
            break
        fitting = stop
    return text[:fitting] + end
