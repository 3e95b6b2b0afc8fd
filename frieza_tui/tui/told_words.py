"""Words of one row that are all to be told: shortened before one of them goes. Knows no widget."""

import sys
from collections.abc import Sequence
from itertools import accumulate, chain
from typing import Final

from frieza_tui.text.width import cell_len, clip, graphemes

BETWEEN: Final = " · "
_WHOLE: Final = sys.maxsize
_WAYS: Final = (
    (0, BETWEEN, _WHOLE),
    (1, BETWEEN, _WHOLE),
    (1, BETWEEN, 10),
    (1, " ", 7),
    (2, " ", 7),
    (2, " ", 5),
)
"""Which of the API's names is used, what stands between the words, and how many cells are left at least of one that is
cut; in the order of trying.
"""
_CUT: Final = "…"


def told_words(api: tuple[str, str, str], server: str, model: str, cells: int) -> str:
    """Return who answers, as it fits a row of so many cells.

    Of the API there are three names, each shorter or the same. Server and model are cut in their middles, for names
    differ at their ends. Where that is not enough the server goes, then the API, at last everything. An empty word is
    none.
    """
    for names, longs, ways in (
        (api, [server, model], _WAYS),
        (api, [model], _WAYS[:-1]),
        (("", "", ""), [model], _WAYS),
    ):
        for which, between, least in ways:
            row = _row(names[which], [word for word in longs if word], cells, between, least)
            if row is not None:
                return row
    return ""


def _row(name: str, longs: Sequence[str], cells: int, between: str, least: int) -> str | None:
    names = [name] if name else []
    room = cells - cell_len(name) - cell_len(between) * (len(names) + len(longs) - 1)
    shares = _shares(longs, room, least)
    if shares is None:
        return None
    return between.join([*names, *map(_without_middle, longs, shares)])


def _shares(words: Sequence[str], room: int, least: int) -> list[int] | None:
    """Return the cells for each word, the widest cut first; None if one would have too few."""
    cells = list(map(cell_len, words))
    while sum(cells) > room:
        widest = max(cells, default=0)
        if widest <= least:
            return None
        cells[cells.index(widest)] -= 1
    return cells if room >= 0 else None


def _without_middle(word: str, cells: int) -> str:
    if cell_len(word) <= cells:
        return word
    left = cells - cell_len(_CUT)
    pieces = list(graphemes(word))
    ends = list(accumulate(chain([0], map(cell_len, reversed(pieces)))))
    count = sum(width <= left // 2 for width in ends) - 1
    tail = "".join(pieces[len(pieces) - count :])
    return clip(word, left - cell_len(tail)) + _CUT + tail
