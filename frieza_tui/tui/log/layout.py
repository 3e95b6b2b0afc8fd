"""Gives each kind of leaf its rows at a width. Knows no widget and no colour."""

import re
from typing import Protocol

from frieza_tui.text.width import cell_len
from frieza_tui.tui.links.target import NO_LINK, Link
from frieza_tui.tui.log.code import CodeLayout
from frieza_tui.tui.log.flow import Flow
from frieza_tui.tui.log.growing_text import GrowingText
from frieza_tui.tui.log.inline import StyledText, plain
from frieza_tui.tui.log.leaf import Leaf
from frieza_tui.tui.log.parsing import Env
from frieza_tui.tui.log.rows import Row, row_of
from frieza_tui.tui.log.tables import TableLayout


class Layout(Protocol):
    """The rows of one leaf at one width. `Row.start` counts in the leaf's own text, which `cut` takes parts of."""

    @property
    def count(self) -> int:
        """Rows."""
        ...

    def row(self, index: int, /) -> Row:
        """Return a row."""
        ...

    def cut(self, start: int, end: int) -> str:
        """Return the text between two offsets, without the line ends that the width made."""
        ...

    def find(self, pattern: re.Pattern[str], /) -> list[tuple[int, int]]:
        """Return start and end of each place that matches, in order."""
        ...

    def link_at(self, offset: int, /) -> Link:
        """Return the link at an offset; NO_LINK if there is none."""
        ...

    def all_links(self) -> list[Link]:
        """Return its links, in order."""
        ...

    def update(self, leaf: Leaf, env: Env, /) -> int:
        """Lay out a leaf that may have gone on; return the first row that changed."""
        ...


class _FlowLayout:
    def __init__(self, width: int, leaf: Leaf) -> None:
        self._flow = Flow(width)
        self._content = StyledText()
        self._growing = GrowingText(leaf.style)

    @property
    def count(self) -> int:
        return len(self._flow.rows)

    def row(self, index: int) -> Row:
        return self._flow.rows[index]

    def cut(self, start: int, end: int) -> str:
        return self._content.text[start:end]

    def find(self, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
        return [match.span() for match in pattern.finditer(self._content.text)]

    def link_at(self, offset: int) -> Link:
        return self._content.link_at(offset)

    def all_links(self) -> list[Link]:
        return self._content.all_links()

    def update(self, leaf: Leaf, env: Env, /) -> int:
        if leaf.kind == "inline":
            same = self._growing.update(leaf.content, env)
            self._content = self._growing.content
            return self._flow.update(self._content, same)
        self._content = plain(leaf.content, leaf.style)
        for text, style in leaf.cells:
            self._content.add("  " + _fitting(text, self._flow.width - cell_len(leaf.content) - 2), style)
        return self._flow.update(self._content)


def _fitting(state: str, room: int) -> str:
    """Leave out parts of a state from its end, where not all of them fit beside the label."""
    while cell_len(state) > room and " · " in state:
        state = state.rpartition(" · ")[0]
    return state


class _Rule:
    count = 1

    def __init__(self, width: int) -> None:
        self._row = row_of("─" * width, "rule")

    def row(self, _index: int) -> Row:
        return self._row

    def cut(self, start: int, end: int) -> str:
        return self._row.text[start:end]

    def find(self, _pattern: re.Pattern[str]) -> list[tuple[int, int]]:
        return []

    def link_at(self, _offset: int) -> Link:
        return NO_LINK

    def all_links(self) -> list[Link]:
        return []

    def update(self, _leaf: Leaf, _env: Env, /) -> int:
        return 1


def layout_for(leaf: Leaf, width: int) -> Layout:
    """Return an empty layout of the right kind; `update` fills it."""
    match leaf.kind:
        case "code":
            return CodeLayout(width, leaf)
        case "table":
            return TableLayout(width)
        case "rule":
            return _Rule(width)
        case _:
            return _FlowLayout(width, leaf)
