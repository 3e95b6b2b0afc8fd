"""Breaks lines of mixed Japanese and Latin text: UAX #14 with the kinsoku of JIS X 4051. Knows no styles and no screen.

Text must have been made safe and its tabs expanded. Unlike UAX #14, a run of hyphens holds on to the word after it
(`--flag`), a slash after a space may begin a line (`/usr`), two prefixes stay together (`C++`), and no space lets a
line begin with a closing quote, a short dash or a small character.
"""

import re
from bisect import bisect_right
from itertools import accumulate
from operator import add

from frieza_tui.text.line_classes import ALL, classify
from frieza_tui.text.width import cell_len, character_widths

_NOT_FIRST = frozenset("LPXTYBMHEKpSC")
_NOT_LAST = frozenset("OWqR")

_RUN = 5  # so many of one character are a cry, not a word

_FLAG = re.compile("FF")
_JOINED = re.compile("J[^S]")

# Classes before which no line breaks (LB7, 11-13, 15, 19, 21, 22), and after which none does (LB11, 12, 14, 19).
_NEVER_BEFORE = "SLPXTYBMHKEQpG"
_NEVER_AFTER = "OWqQG"
_NEVER_AFTER_SPACE = "LPXTMKp"
# Pairs that hold: words and numbers (LB23-25, 28-30), prefixes and postfixes (LB23a-25), dashes (LB17).
_HOLDING = {
    "A": "ANRoO",
    "N": "ANRoO",
    "P": "ANRo",
    "T": "AN",
    "Y": "N",
    "H": "N",
    "R": "ANIRO",
    "o": "ANoO",
    "I": "o",
    "D": "D",
}
_EAST_ASIAN = frozenset("IKLEXDW")  # beside these a typographic quote opens and closes as a bracket does (LB19a)

# What takes more than a pair to see; held are the ends of what is found. Nothing asks for more than one character
# after a break, so that text to come changes no break before its end.
_HELD = re.compile(
    "(?<=[OWq])S+|(?<=D)S+(?=D)"  # LB14, LB17
    "|(?:^|(?<=[SG]))[HY](?=A)|H{2,}(?=A)"  # LB20a
)


def _breaks_between(before: str, after: str) -> bool:
    if before == "S":
        return after != "S" and after not in _NEVER_AFTER_SPACE
    if after in _NEVER_BEFORE or before in _NEVER_AFTER:
        return False
    if after == "q":
        return before in _EAST_ASIAN or before == "p"
    if before == "p":
        return after in _EAST_ASIAN
    return after not in _HOLDING.get(before, "")


_BREAKS = frozenset(before + after for before in ALL for after in ALL if _breaks_between(before, after))


def _attach(classes: str) -> str:
    """Make what cannot be parted from the character before it one class: joined emoji, second letters of flags."""
    if "J" in classes:
        classes = _JOINED.sub("CC", classes).replace("J", "C")
    if "F" in classes:
        classes = _FLAG.sub("IC", classes).replace("F", "I")
    return classes


def _find_breaks(classes: str) -> list[int]:
    if "C" in classes:
        bases = [index for index, line_class in enumerate(classes) if line_class != "C"]
        return [bases[index] for index in _find_breaks(classes.replace("C", ""))]
    found = [index for index, pair in enumerate(map(add, classes, classes[1:]), 1) if pair in _BREAKS]
    held = {match.end() for match in _HELD.finditer(classes)}
    return [index for index in found if index not in held] if held else found


class _Paragraph:
    """The classes, places to break and widths of text between two newlines, from the start of a line on."""

    def __init__(self, text: str, start: int, end: int) -> None:
        first = self._find_context(text, start)
        context = start - first
        classes = classify(text[first:start]) + _attach(classify(text[start:end]))
        self._text = text[start:end]
        self._length = end - start
        self._classes = classes[context:]
        self._breaks = [index - context for index in _find_breaks(classes) if index > context]
        self._breaks.append(self._length)
        self._offsets = [0, *accumulate(character_widths(self._text))]

    def _find_context(self, text: str, start: int) -> int:
        """Go back to the character that the line before ended with: a hyphen asks what stood before it."""
        first = start
        while first > 0 and text[first - 1] != "\n":
            first -= 1
            if classify(text[first]) not in "CJ":
                break
        return first

    def fits(self, width: int) -> bool:
        """Whether anything can stand in a first line of `width` without being cut."""
        end = self._without_spaces(0, self._breaks[0])
        return self._offsets[end] <= width

    def next_line(self, start: int, width: int) -> tuple[int, int, int]:
        """Give back where the line from `start` on starts and ends, spaces left out, and where the next one starts."""
        fitting = self._find_fitting(start, width)
        reach = self._after_spaces(fitting)
        if reach == self._length:
            return start, fitting, reach
        following = bisect_right(self._breaks, reach)
        stop = self._breaks[following - 1] if following else 0
        if stop <= start:
            stop = self._after_spaces(self._cut_word(start, fitting))
        elif self._leaves_hole(start, stop, fitting, width):
            stop = self._cut(start, fitting)
        end = self._without_spaces(start, stop)
        if end == start:  # an indent, and a word too long to stand behind it
            return self.next_line(stop, width)
        return start, end, stop

    def next_kept_line(self, start: int, width: int) -> int:
        """Give back where the line after that from `start` on starts, if every space stands in one of them."""
        first, end, following = self.next_line(start, width)
        if first > start:  # an indent, which has a line of its own here
            end, following = start + 1, first
        room = width + 1 if following < self._length else width
        fitting = bisect_right(self._offsets, self._offsets[start] + room) - 1
        return max(end, min(fitting, following))

    def _find_fitting(self, start: int, width: int) -> int:
        return bisect_right(self._offsets, self._offsets[start] + width, start) - 1

    def _after_spaces(self, index: int) -> int:
        while index < self._length and self._classes[index] == "S":
            index += 1
        return index

    def _without_spaces(self, start: int, end: int) -> int:
        while end > start and self._classes[end - 1] == "S":
            end -= 1
        return end

    def _leaves_hole(self, start: int, stop: int, fitting: int, width: int) -> bool:
        """Whether a drawn-out cry or row of dots, which holds together, would leave half a line empty.

        Asks for nothing after the first character that does not fit, so that text to come does not change the answer.
        """
        run = self._text[fitting - _RUN + 1 : fitting + 1]
        is_short = 2 * (self._offsets[stop] - self._offsets[start]) < width
        return is_short and fitting - stop >= _RUN - 1 and run == run[0] * _RUN

    def _cut(self, start: int, fitting: int) -> int:
        """Cut between two graphemes; one that is wider than the line stands alone."""
        cut = fitting
        while cut > start and self._classes[cut] == "C":
            cut -= 1
        if cut == start:
            cut += 1
            while cut < self._length and self._classes[cut] == "C":
                cut += 1
        return cut

    def _cut_word(self, start: int, fitting: int) -> int:
        """Cut a word that is longer than a line where it is full, or up to its start where kinsoku lets it."""
        full = better = self._cut(start, fitting)
        while better > start and self._is_forbidden(better):
            better -= 1
        return better if better > start else full

    def _is_forbidden(self, index: int) -> bool:
        if index == self._length:
            return False
        return self._classes[index] in _NOT_FIRST or self._classes[index - 1] in _NOT_LAST


def wrap_from(text: str, width: int, start: int, *, first_width: int | None = None) -> list[tuple[int, int]]:
    """Wrap from `start`, where a line starts, to the end: the same lines as `wrap` gives from there on.

    All other parameters are those of `wrap`; `first_width` is that of the line at `start`.
    """
    lines: list[tuple[int, int]] = []
    room = width if first_width is None else first_width
    while True:
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        lines += _wrap_paragraph(text, start, end, (room, width))
        if end == len(text):
            return lines
        start = end + 1
        room = width


def _wrap_paragraph(text: str, start: int, end: int, widths: tuple[int, int]) -> list[tuple[int, int]]:
    width, next_width = widths
    if end - start <= width and cell_len(text[start:end]) <= width:
        return [(start, end)]
    paragraph = _Paragraph(text, start, end)
    lines: list[tuple[int, int]] = []
    if width < next_width and not paragraph.fits(width):
        lines.append((start, start))
        width = next_width
    following = 0
    while following < end - start:
        first, last, following = paragraph.next_line(following, width)
        lines.append((start + first, start + last))
        width = next_width
    return lines


def wrap(text: str, width: int, *, first_width: int | None = None) -> list[tuple[int, int]]:
    """Break `text` into lines of at most `width` cells and give back the offsets of each line's start and end.

    Between the end of a line and the start of the next lie only spaces, which the break swallows, or a newline; a text
    that ends with a newline ends with an empty line, and an empty text is one empty line. A line starts with no closing
    bracket, stop, small kana or the like and ends with no opening bracket; words and numbers are whole. Only what is
    wider than a line is cut within (between graphemes, and where these rules allow it if any place does), and a row of
    five or more of one character if it would else leave half a line empty.

    Text that grows at its end keeps its lines but the last two: to go on, drop these and call `wrap_from` with the
    start of the last but one.

    Args:
        text: Safe text without tabs.
        width: Cells of a line, 1 or more; a wide character in one cell is the only thing to exceed it.
        first_width: Cells of the first line, if other things stand before it; it stays empty if nothing fits.
    """
    return wrap_from(text, width, 0, first_width=first_width)


def wrap_keeping_spaces(text: str, width: int) -> list[int]:
    """Break a line as `wrap` does, where it is written in, and give back the offsets of the later lines' starts.

    No space is left out; the last of a line may reach one cell further, for there the caret has its place.
    """
    if len(text) <= width and cell_len(text) <= width:
        return []
    paragraph = _Paragraph(text, 0, len(text))
    starts: list[int] = []
    at = paragraph.next_kept_line(0, width)
    while at < len(text):
        starts.append(at)
        at = paragraph.next_kept_line(at, width)
    return starts


def wrapped_lines(text: str, width: int) -> list[str]:
    """Break `text` as `wrap` does and give back the lines themselves."""
    return [text[start:end] for start, end in wrap(text, max(1, width))]
