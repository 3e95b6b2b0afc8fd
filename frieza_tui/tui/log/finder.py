"""Finds text in a thread. Knows no widget and no key."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from frieza_tui.text.folding import fold, spellings
from frieza_tui.tui.log.block import Block
from frieza_tui.tui.log.rows import BEYOND
from frieza_tui.tui.log.thread_rows import Place, ThreadRows

PARTS = 32
"""Of a message: the gutter tells apart so many places in it."""
_MARKS = r"*_~`\["


class Found(NamedTuple):
    """One place where the text stands."""

    bubble: int
    block: int
    start: int
    """Offset in the block's text."""


class Hits(NamedTuple):
    """A message that holds the text."""

    bubble: int
    parts: frozenset[int]
    """In which of its PARTS equal parts, from 0."""


class Finder:
    """Looks for one text in what messages show; width, case and kana make no difference."""

    def __init__(self, rows: ThreadRows, text: str) -> None:
        self.text = text
        self.at: Found | None = None
        """Where the reader is."""
        self._rows = rows
        self._searched = 0  # settled bubbles at the beginning that were searched
        self._settled_hits: list[Hits] = []
        self._shown, self._written = _patterns(text)

    def hits(self) -> list[Hits]:
        """Return the messages whose text holds it, marks of Markdown left out or included."""
        bubbles = self._rows.bubbles
        while self._searched < len(bubbles) and bubbles[self._searched].is_settled:
            self._settled_hits += self._hits_in(self._searched)
            self._searched += 1
        growing = [hits for index in range(self._searched, len(bubbles)) for hits in self._hits_in(index)]
        return self._settled_hits + growing

    def _hits_in(self, bubble: int) -> list[Hits]:
        source = self._rows.bubbles[bubble].source
        if self._written.search(source) is None:
            return []
        parts = frozenset(match.start() * PARTS // len(source) for match in self._written.finditer(source))
        return [Hits(bubble, parts)]

    def in_block(self, block: Block) -> list[tuple[int, int]]:
        """Return start and end of each place in a block."""
        return block.read().find(self._shown)

    def step(self, step: int, start: Place) -> Found | None:
        """Go to the next place (1) or the one before (-1), from a row of the thread if it is nowhere yet."""
        here = self.at or Found(start.bubble, start.block, -1 if step > 0 else BEYOND)
        for found in self._after(here) if step > 0 else self._before(here):
            self.at = found
            return found
        return None

    def _after(self, here: Found) -> Iterator[Found]:
        for bubble, _parts in self.hits():
            if bubble >= here.bubble:
                yield from (found for found in self._in_bubble(bubble) if found > here)

    def _before(self, here: Found) -> Iterator[Found]:
        for bubble, _parts in reversed(self.hits()):
            if bubble <= here.bubble:
                yield from (found for found in reversed(self._in_bubble(bubble)) if found < here)

    def _in_bubble(self, bubble: int) -> list[Found]:
        """Return the places in a message that has the text; its label if none is shown, as of a link's address."""
        view = self._rows.view(bubble)
        places = [
            Found(bubble, index, start)
            for index in range(1, len(view.blocks))
            for start, _ in self.in_block(self._rows.read(bubble, index))
        ]
        return places or [Found(bubble, 0, 0)]

    def place(self, found: Found) -> Place:
        """Return the row that a place is on."""
        block = self._rows.read(found.bubble, found.block)
        rows = range(block.gap, block.height)
        after = bisect_right(rows, found.start, key=lambda row: block.row(row).start)
        return Place(found.bubble, found.block, rows[max(0, after - 1)])


def _patterns(text: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return how a text is shown, and how Markdown may write it.

    Neither can match the same letters in many ways: with such a pattern one line of stars takes minutes to search.
    """
    units = re.findall(r"[ \u3000]+|\\+|.[ﾞﾟ\u3099\u309a]?", text, re.DOTALL)
    shown = [rf"\s{{{len(unit)},}}" if unit[0] in " \u3000" else _any_spelling(unit) for unit in units]
    written = list(shown)
    for index, unit in enumerate(units):
        if unit[0] == "\\":
            written[index] = rf"\\{{{len(unit)},{2 * len(unit)}}}"
        if index:
            written[index] = _marks_before(fold(unit)) + written[index]
    return re.compile("".join(shown), re.IGNORECASE), re.compile("".join(written), re.IGNORECASE)


def _any_spelling(letter: str) -> str:
    """Return a pattern of all spellings of a letter; one letter is looked for much faster than one of several."""
    found = spellings(letter)
    singles = "".join(re.escape(one) for one in found if len(one) == 1)
    pairs = [re.escape(one) for one in found if len(one) > 1]
    return f"(?:{'|'.join([*pairs, f'[{singles}]'] if singles else pairs)})" if len(found) > 1 else re.escape(letter)


def _marks_before(letter: str) -> str:
    """Return what Markdown may have between two letters that are shown side by side, where the second is this one."""
    marks = "".join(re.escape(mark) for mark in _MARKS if mark != letter[0])
    link_end = "" if letter[0] == "]" else r"|\](?:\([^)\s]*\))?"
    return rf"(?:[{marks}]{link_end})*+"
