"""Gives each kind of leaf its rows at a width. Knows no widget and no colour."""

from typing import Protocol

from frieza_tui.tui.log.code import CodeLayout
from frieza_tui.tui.log.flow import Flow
from frieza_tui.tui.log.grammar import Env
from frieza_tui.tui.log.growing_text import GrowingText
from frieza_tui.tui.log.inline import StyledText, plain
from frieza_tui.tui.log.leaf import Leaf
from frieza_tui.tui.log.rows import Row, row_of
from frieza_tui.tui.log.tables import TableLayout


class Layout(Protocol):
    """The rows of one leaf at one width."""

    rows: list[Row]

    @property
    def text(self) -> str:
        """The block's own text, which `Row.start` counts in."""
        ...

    @property
    def links(self) -> list[tuple[int, int, str]]:
        """Start, end and target of each link in the text."""
        ...

    def update(self, leaf: Leaf, env: Env, /) -> int:
        """Lay out a leaf that may have gone on; return the first row that changed."""
        ...


class _FlowLayout:
    def __init__(self, width: int, leaf: Leaf) -> None:
        self._flow = Flow(width)
        self.rows = self._flow.rows
        self._content = StyledText()
        self._growing = GrowingText(leaf.style)

    @property
    def text(self) -> str:
        return self._content.text

    @property
    def links(self) -> list[tuple[int, int, str]]:
        return self._content.links

    def update(self, leaf: Leaf, env: Env) -> int:
        if leaf.kind == "inline":
            same = self._growing.update(leaf.content, env)
            self._content = self._growing.content
            return self._flow.update(self._content, same)
        self._content = plain(leaf.content, leaf.style)
        for text, style in leaf.cells:
            self._content.add("  " + text, style)
        return self._flow.update(self._content)


class _CodeBlockLayout:
    def __init__(self, width: int, leaf: Leaf) -> None:
        self.links: list[tuple[int, int, str]] = []
        self._code = CodeLayout(width, leaf.style or "code-block")
        self.rows = self._code.rows

    @property
    def text(self) -> str:
        return self._code.text

    def update(self, leaf: Leaf, _env: Env) -> int:
        return self._code.update(leaf.content)


class _Rule:
    def __init__(self, width: int) -> None:
        self.rows = [row_of("─" * width, "rule")]
        self.text = ""
        self.links: list[tuple[int, int, str]] = []

    def update(self, _leaf: Leaf, _env: Env) -> int:
        return 1


def layout_for(leaf: Leaf, width: int) -> Layout:
    """Return an empty layout of the right kind; `update` fills it."""
    match leaf.kind:
        case "code":
            return _CodeBlockLayout(width, leaf)
        case "table":
            return TableLayout(width)
        case "rule":
            return _Rule(width)
        case _:
            return _FlowLayout(width, leaf)
