"""Takes text out of the log as it was written, without what the width did to it. Knows no widget."""

from frieza_tui.text.width import grapheme_ends
from frieza_tui.tui.log.block import Block
from frieza_tui.tui.log.layout import layout_for
from frieza_tui.tui.log.outline import BULLETS, QUOTE_BAR
from frieza_tui.tui.log.rows import BEYOND
from frieza_tui.tui.log.thread_rows import Place, ThreadRows

TABLE_CELLS = 400
"""Cells of a table that is looked at on its own, where one can go sideways."""
_WORD_REACH = 200
"""Characters on either side in which the ends of a word are sought."""
_PLAIN_MARKS = str.maketrans({QUOTE_BAR: ">"} | dict.fromkeys(BULLETS, "-"))


def excerpt(
    rows: ThreadRows, first: tuple[int, int, int], last: tuple[int, int, int], *, is_as_shown: bool = False
) -> str:
    """Return the text from one place to another, each given as bubble, block, and offset in the block's text.

    is_as_shown: of folded blocks only what is seen of them.
    """
    parts: list[str] = []
    for bubble in range(first[0], min(last[0], len(rows.bubbles) - 1) + 1):
        view = rows.view(bubble)
        start = first[1] if bubble == first[0] else 0
        stop = last[1] if bubble == last[0] else len(view.blocks) - 1
        for index in range(start, min(stop, len(view.blocks) - 1) + 1):
            block = rows.read(bubble, index)
            left = first[2] if (bubble, index) == first[:2] else 0
            right = last[2] if (bubble, index) == last[:2] else BEYOND
            if left < right:
                parts.append(("\n\n" if block.gap else "\n") if parts else "")
                cut = block.cut_shown if is_as_shown else block.read().cut
                parts.append(_as_written(block, cut(left, right), left, right))
    return "".join(parts)


def _as_written(block: Block, text: str, start: int, end: int) -> str:
    """Put the marks of quotes and lists before the lines of a text between two offsets of a block."""
    if end == BEYOND:
        text = text.removesuffix("\n")
    rest = "".join(part for part, _ in block.leaf.rest).translate(_PLAIN_MARKS)
    if rest:
        text = text.replace("\n", "\n" + rest)
    if start == 0:
        text = "".join(part for part, _ in block.leaf.first).translate(_PLAIN_MARKS) + text
    return text


def whole_table(block: Block) -> str:
    """Return a table as it looks where there is room; a cell that holds a whole chapter is wrapped all the same."""
    layout = layout_for(block.leaf, TABLE_CELLS)
    layout.update(block.leaf, block.env)
    return layout.cut(0, BEYOND)


def word_at(rows: ThreadRows, place: Place, offset: int) -> tuple[int, int]:
    """Return start and end of the word at an offset of a block's text; of a space, the spaces; else the character."""
    start = max(0, offset - _WORD_REACH)
    text = rows.read(place.bubble, place.block).read().cut(start, offset + _WORD_REACH)
    begin = end = 0
    kind = ""
    for stop in grapheme_ends(text):
        if not (this := _kind_of(text[end])) or this != kind:
            if start + end > offset:
                break
            begin, kind = end, this
        end = stop
    return start + begin, start + end


def _kind_of(letter: str) -> str:
    return "word" if letter.isalnum() or letter == "_" else "space" if letter.isspace() else ""
