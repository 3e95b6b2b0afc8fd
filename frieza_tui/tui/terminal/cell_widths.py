"""Keeps all who measure text at the terminal's widths: our own `text/width.py`, and Rich with Textual.

Rich has one table of widths, and no way to say that a terminal has others: so what measures there is exchanged. Frames,
bars and scroll bars are drawn with ambiguous characters too, and must stay one cell wide: they are written in ASCII.
"""

import unicodedata
from functools import cache, lru_cache

from rich import cells
from rich._unicode_data import load as load_cell_table

from frieza_tui.text.width import (
    EMOJI_STYLE,
    FLAG_LETTERS,
    FRAMES,
    TONES,
    CellRules,
    cell_len,
    character_widths,
    use_cell_rules,
)

_RICH = {
    name: cells.__dict__[name] for name in ("load_cell_table", "_is_single_cell_widths", "_cell_len", "split_graphemes")
}
_ASCII = frozenset(map(chr, range(0x20, 0x7F)))


def use_widths(rules: CellRules) -> None:
    """Measure by these rules from now on; what was laid out before is the caller's business."""
    use_cell_rules(rules)
    cells.__dict__.update(_RICH if rules == CellRules() else _exchanged(rules))
    cells.get_character_cell_size.cache_clear()
    cells.cached_cell_len.cache_clear()


def _exchanged(rules: CellRules) -> dict[str, object]:
    return {
        "load_cell_table": lambda _version="auto": _table(rules),
        "_is_single_cell_widths": _ASCII.issuperset if rules.ambiguous == 2 else _RICH["_is_single_cell_widths"],
        "_cell_len": _cell_len,
        "split_graphemes": _split,
    }


def _cell_len(text: str, _unicode_version: str = "auto") -> int:
    return cell_len(text)


def _split(text: str, _unicode_version: str = "auto") -> tuple[list[cells.CellSpan], int]:
    """Return start, end and cells of what can be parted on the screen, and the cells of all."""
    spans: list[cells.CellSpan] = []
    widths = character_widths(text)
    for index, (character, width) in enumerate(zip(text, widths, strict=True)):
        if spans and (not width or character == EMOJI_STYLE):
            start, _end, before = spans[-1]
            spans[-1] = (start, index + 1, before + width)
        else:
            spans.append((index, index + 1, width))
    return spans, sum(widths)


@lru_cache(2)
def _table(rules: CellRules) -> cells.CellTable:
    table = load_cell_table("auto")
    ruled = {ord(one): rules.tone for one in TONES} | {ord(one): rules.flag_letter for one in FLAG_LETTERS}
    if rules.ambiguous == 2:
        ruled |= dict.fromkeys(_ambiguous_points(), 2)
    kept = [entry for entry in table.widths if entry[0] not in ruled]
    return table._replace(widths=sorted([*kept, *((point, point, width) for point, width in ruled.items())]))


@cache
def _ambiguous_points() -> tuple[int, ...]:
    """Return the code points of ambiguous characters that Rich lists no width of."""
    listed = load_cell_table("auto").widths
    known = {point for start, end, _width in listed for point in range(start, min(end, 0x1FFFF) + 1)}
    points = (point for point in range(0x80, 0x20000) if unicodedata.east_asian_width(chr(point)) == "A")
    return tuple(point for point in points if point not in known and chr(point) not in FRAMES)


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
