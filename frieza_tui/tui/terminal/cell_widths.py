"""Keeps all who measure text at one width of ambiguous characters: our own `text/width.py`, and Rich with Textual.

Rich has one table of widths, and no way to say how wide such characters are: so its table is exchanged. Frames, bars
and scroll bars are drawn with characters of this kind too, and must stay one cell wide: they are written in ASCII.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache

from rich import cells
from rich._unicode_data import load as load_cell_table

from frieza_tui.text.width import FRAMES, use_ambiguous_width

_IS_NARROW: object = cells.__dict__["_is_single_cell_widths"]
_ASCII = frozenset(map(chr, range(0x20, 0x7F)))


def use_widths(ambiguous: int) -> None:
    """Measure ambiguous characters as 1 or 2 cells from now on; what was laid out before is the caller's business."""
    use_ambiguous_width(ambiguous)
    is_wide = ambiguous == 2
    cells.__dict__.update(
        load_cell_table=_load_wide if is_wide else load_cell_table,
        _is_single_cell_widths=_ASCII.issuperset if is_wide else _IS_NARROW,
    )
    cells.get_character_cell_size.cache_clear()
    cells.cached_cell_len.cache_clear()


@cache
def _load_wide(unicode_version: str = "auto") -> cells.CellTable:
    table = load_cell_table(unicode_version)
    known = {point for start, end, _width in table.widths for point in range(start, min(end, 0x1FFFF) + 1)}
    added = [(point, point, 2) for point in _ambiguous_points() if point not in known]
    return table._replace(widths=sorted([*table.widths, *added]))


def _ambiguous_points() -> Iterator[int]:
    for point in range(0x80, 0x20000):
        if unicodedata.east_asian_width(chr(point)) == "A" and chr(point) not in FRAMES:
            yield point


def _in_ascii(character: str) -> str:
    name = unicodedata.name(character)
    if "DIAGONAL" in name:
        return "X" if "CROSS" in name else "/" if "UPPER RIGHT" in name else "\\"
    if _is_block(character):
        return "|" if "LEFT" in name or "RIGHT" in name else "#" if "SHADE" in name or "FULL" in name else " "
    is_level, is_upright = _has_any(name, _LEVEL), _has_any(name, _UPRIGHT)
    return "+" if is_level == is_upright else "-" if is_level else "|"


_LEVEL = ("HORIZONTAL", "LEFT", "RIGHT")
_UPRIGHT = ("VERTICAL", "UP", "DOWN")


def _has_any(name: str, words: tuple[str, ...]) -> bool:
    return any(word in name for word in words)


def _is_block(character: str) -> bool:
    return character >= "\u2580"


FRAMES_IN_ASCII = {ord(character): _in_ascii(character) for character in FRAMES}
"""For `str.translate`: lines and blocks as signs of one cell."""
