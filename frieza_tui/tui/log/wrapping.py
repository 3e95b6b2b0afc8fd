"""Stand-in for frieza_tui.text.breaking until that is there."""

import re

from frieza_tui.text.width import cell_len

_CHUNK = re.compile(
    r"\s+|[\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef]|[^\s\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef]+"
)


def wrap(text: str, width: int) -> list[tuple[int, int]]:
    """Return start and end of each row."""
    rows: list[tuple[int, int]] = []
    start = end = cells = 0
    for match in _CHUNK.finditer(text):
        word = match[0]
        size = cell_len(word)
        if word.isspace():
            cells += size
            continue
        if cells + size > width and end > start:
            rows.append((start, end))
            start, cells = match.start(), 0
        at = match.start()
        while size > width:
            n = 1
            while cell_len(text[at : at + n + 1]) <= width - cells and n < len(word):
                n += 1
            rows.append((start, at + n))
            at += n
            start, cells = at, 0
            word = text[at : match.end()]
            size = cell_len(word)
        cells += size
        end = match.end()
    if end > start or not rows:
        rows.append((start, max(end, start)))
    return rows
