"""A fence that is still open: takes lines of code without the parser. Knows no width and no look."""

import re
from collections.abc import Sequence

from frieza_tui.tui.log.cutting import content_column
from frieza_tui.tui.log.outline import TAB_SIZE, Placed

_OPENING = re.compile(r"(?:[-+*]|\d{1,9}[.)]| )*(?=`{3}|~{3})")


class OpenFence:
    """What is needed to tell code from its end."""

    def __init__(self, fence: str, column: int, content_start: int) -> None:
        self.content = ""
        """The code so far, tabs expanded."""
        self._column = column  # of the fence: code loses as much indentation
        self._content_start = content_start  # of the list item: a line left of it ends the fence
        self._closing = re.compile(rf" {{0,3}}{re.escape(fence[0])}{{{len(fence)},}}[ \t]*")
        self._partial = ""
        self._mark = fence[0]

    def feed(self, text: str) -> bool:
        """Take more text; return False, and be of no more use, if it holds anything but code."""
        *lines, partial = (self._partial + text).split("\n")
        shown = self.content[: len(self.content) - len(self._code(self._partial, is_partial=True))]
        for line in lines:
            if not self._is_code(line) or (self._mark in line and self._is_closing(line)):
                return False
            shown += self._code(line) + "\n"
        if not self._is_code(partial) or partial.lstrip().startswith(self._mark):
            return False
        self._partial = partial
        self.content = shown + self._code(partial, is_partial=True)
        return True

    def _is_code(self, line: str) -> bool:
        if self._column and "\t" in line[: len(line) - len(line.lstrip())]:
            return False  # how much of a tab is indentation is the parser's business
        return not self._content_start or line[: self._content_start].isspace() or not line.strip()

    def _is_closing(self, line: str) -> bool:
        return self._closing.fullmatch(line[self._content_start :]) is not None

    def _code(self, line: str, is_partial: bool = False) -> str:
        if is_partial and not line.strip():
            return ""
        cut = min(self._column, len(line) - len(line.lstrip(" ")))
        return line[cut:].expandtabs(TAB_SIZE)


def open_fence(placed: Placed, lines: Sequence[str]) -> OpenFence | None:
    """Return the fence that a text ends in, if it ends in one and that is a plain case."""
    if not placed.fence or any(container.kind == "quote" for container in placed.path):
        return None
    items = [container for container in placed.path if container.kind == "item"]
    start = content_column(lines, items)
    match = _OPENING.match(lines[placed.line])
    if match is None or start is None or placed.line == len(lines) - 1 or _may_be_table(placed.line, lines):
        return None
    fence = OpenFence(placed.fence, match.end(), start)
    return fence if fence.feed("\n".join(lines[placed.line + 1 :])) and fence.content == placed.leaf.content else None


def _may_be_table(opening: int, lines: Sequence[str]) -> bool:
    """Return whether what opens a fence may be a table's header: the next line, which says so, is still growing."""
    return "|" in lines[opening] and opening == len(lines) - 2
