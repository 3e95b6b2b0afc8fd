"""Words of one row that are all to be told: shortened before one of them goes. Knows no widget."""

import sys
from collections.abc import Sequence
from itertools import accumulate, chain
from typing import Final

from frieza_tui.text.width import cell_len, clip, graphemes

BETWEEN: Final = " · "
_WHOLE: Final = sys.maxsize
_WAYS: Final = ((BETWEEN, _WHOLE), (" ", _WHOLE), (BETWEEN, 10), (" ", 7))
"""What stands between the words, and how many cells are left at least of one that is cut; in the order of trying."""
_CUT: Final = "…"


def width_of(words: Sequence[str], between: str = BETWEEN) -> int:
    """Return the cells of a row of words."""
    return sum(map(cell_len, words)) + cell_len(between) * (len(words) - 1)


def told_words(api: str, server: str, model: str, state: str, width: int) -> tuple[list[str], str]:
    """Return who answers and how it is, as it fits a row of so many cells, and what stands between the words.

    Server and model are cut in their middles, for names differ at their ends. Where that is not enough the server goes,
    then the API, then the model; the state stays, however wide. An empty word is none.
    """
    for fixed, cut in (([api], [server, model]), ([api], [model]), ([], [model])):
        names, longs = [word for word in fixed if word], [word for word in cut if word]
        for between, least in _WAYS:
            room = width - width_of([*names, *longs, state], between) + sum(map(cell_len, longs))
            cells = _shares(longs, room, least)
            if cells is not None:
                short = [_without_middle(word, most) for word, most in zip(longs, cells, strict=True)]
                return [*names, *short, state], between
    return [state], BETWEEN


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
