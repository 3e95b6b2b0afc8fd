"""Finds where a growing document can be cut so that what is before never changes. Knows no width and no look.

After a cut only the rest is read again. Where the cut is within a list, the rest begins with stand-ins: an item with a
heading in it for each list or item that goes on, so that indentation means what it meant.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from frieza_tui.tui.log.outline import Container, Placed, is_blank

_MARKER = re.compile(r"( *)([-+*]|\d{1,9}[.)])( +|$)")
_UNDECIDED = re.compile(r"[ \t\-+*0-9.)]*")
_STAND_IN = "# x"


class Cut(NamedTuple):
    """A place between two leaves."""

    leaf_count: int
    """Leaves before it."""
    line: int
    """First line after it."""
    head: tuple[str, ...]
    """Lines to put before the rest."""
    stand_ins: int
    """Leaves that those lines make."""
    counters: tuple[int | None, ...]
    """Numbers of the stand-ins' items, outermost first."""
    is_after_blank: bool


def find_cut(placed: Sequence[Placed], lines: Sequence[str], first: int) -> Cut | None:
    """Return the last safe cut among leaves from index `first` on, or None.

    The last of `lines` is still growing; all others are complete.
    """
    for index in range(len(placed) - 1, max(first, len(placed) - 6) - 1, -1):
        cut = _cut_before(placed, index, lines)
        if cut is not None:
            return cut
    return None


def _cut_before(placed: Sequence[Placed], index: int, lines: Sequence[str]) -> Cut | None:
    leaf = placed[index]
    line = leaf.start
    if not line or not _is_safe(placed[index - 1], line, lines):
        return None
    head: list[str] = []
    counters: list[int | None] = []
    open_ones = [container for container in leaf.path if container.start < line]
    for number, container in enumerate(open_ones):
        if container.kind == "quote":
            return None
        if container.kind == "item":
            stand_in = _item_line(lines[container.start], _markers_before(open_ones[:number], container.start))
            counters.append(container.counter)
        elif number == len(open_ones) - 1:
            stand_in = _sibling_line(lines[line])
            item = leaf.path[leaf.path.index(container) + 1]
            counters.append(None if item.counter is None else item.counter - 1)
        else:
            continue
        if stand_in is None:
            return None
        head.append(stand_in)
    count = len(head)
    if head and is_blank(lines[line - 1]):
        head.append("")
    return Cut(index, line, tuple(head), count, tuple(counters), is_blank(lines[line - 1]))


def _is_safe(before: Placed, line: int, lines: Sequence[str]) -> bool:
    """Return whether the block that begins at a line will stay apart from the one before, whatever comes."""
    last = len(lines) - 1
    if not lines[line - 1].strip():  # a quote mark alone may be text of a paragraph that goes on
        return line < last or _UNDECIDED.fullmatch(lines[line]) is None
    is_next = before.end >= line  # else link definitions stand between, and their titles may go on
    return is_next and line + 1 < last


def _markers_before(containers: Sequence[Container], line: int) -> int:
    return sum(1 for container in containers if container.kind == "item" and container.start == line)


def content_column(lines: Sequence[str], items: Sequence[Container]) -> int | None:
    """Return the column at which the content of the last of nested list items starts; None: hard to say."""
    if not items:
        return 0
    item_line = _item_line(lines[items[-1].start], _markers_before(items[:-1], items[-1].start))
    return None if item_line is None else len(item_line) - len(_STAND_IN)


def _item_line(line: str, markers_before: int) -> str | None:
    """Return a line that opens an item as a line does, its content replaced."""
    at = 0
    for _ in range(markers_before):
        match = _MARKER.match(line, at)
        at = match.end() if match else len(line)
    match = _MARKER.match(line, at)
    if match is None or "\t" in line[: match.end() + 1]:
        return None
    spaces = len(match[3])
    if not 1 <= spaces <= 4 or match.end() == len(line):
        spaces = 1
    return " " * match.start(2) + match[2] + " " * spaces + _STAND_IN


def _sibling_line(line: str) -> str | None:
    """Return an item that could stand before the one that a line opens."""
    match = _MARKER.match(line)
    return None if match is None else f"{match[1]}{match[2]} {_STAND_IN}"
