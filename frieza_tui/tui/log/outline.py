"""Flattens the blocks of a document into leaves in reading order. Knows no width and no look."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from frieza_tui.text.width import cell_len
from frieza_tui.tui.log.leaf import Leaf, LeafKind
from frieza_tui.tui.log.rows import Span, add_style

if TYPE_CHECKING:
    from markdown_it.token import Token

BULLETS = ("•", "◦", "▪")
QUOTE_BAR = "▎"
TASKS = {" ": "☐", "x": "☑", "X": "☑"}
TAB_SIZE = 4

_BLANK = re.compile(r"[\s>]*")
_TASK = re.compile(r"\[([ xX])\](?:[ \t]+|$)")
_ALIGNMENTS = {"text-align:left": "l", "text-align:right": "r", "text-align:center": "c"}

ContainerKind: TypeAlias = Literal["quote", "list", "item"]


@dataclass(slots=True)
class Container:
    """A quote, a list or a list item that is being read."""

    kind: ContainerKind
    start: int
    """Its first line."""
    marker: str = ""
    """item: what stands before its first block, until it has been used."""
    width: int = 0
    """item: cells of its marker."""
    counter: int | None = None
    """list: the next item's number; None if it has bullets. item: its number."""
    depth: int = 0
    """list: how many bullet lists it stands in."""


class Placed(NamedTuple):
    """A leaf and where it came from."""

    leaf: Leaf
    start: int
    """Its first line; of the first block of an item, the line of the item's marker."""
    end: int
    """The line after its last."""
    path: tuple[Container, ...]
    """What it stands in, outermost first."""
    line: int
    """Its own first line."""
    fence: str = ""
    """code: the fence that opens it, such as three backticks."""


def is_blank(line: str) -> bool:
    """Return whether a line has no text, quote marks apart."""
    return _BLANK.fullmatch(line) is not None


def language_of(token: "Token") -> str:
    """Return what a fence says about its code; "" if nothing."""
    return token.info.strip().partition(" ")[0]


@dataclass(slots=True)
class Outliner:
    """Reads the tokens of a document, in order."""

    lines: Sequence[str]
    """The document's lines, to see which are blank."""
    is_after_blank: bool = True
    """Whether the document's first line follows a blank one, or nothing."""
    counters: Sequence[int | None] = ()
    """What the first lists number their first items with, in order; None: as the text says."""
    placed: list[Placed] = field(default_factory=list)
    _list_count: int = 0
    stack: list[Container] = field(default_factory=list)

    def read(self, tokens: "Sequence[Token]") -> list[Placed]:
        """Return the leaves of a document's block tokens."""
        index = 0
        while index < len(tokens):
            index = self._read_block(tokens, index)
        return self.placed

    def _read_block(self, tokens: "Sequence[Token]", index: int) -> int:
        """Read the block that starts at a token; return the index after it."""
        token = tokens[index]
        match token.type:
            case "paragraph_open":
                self._add_paragraph(tokens[index + 1].content, token)
            case "heading_open":
                self._add("inline", token, tokens[index + 1].content, f"heading h{token.tag[1:]}")
            case "fence" | "code_block":
                self._add("code", token, token.content.expandtabs(TAB_SIZE), info=language_of(token))
            case "hr":
                self._add("rule", token, style="rule")
            case "html_block":
                self._add("literal", token, token.content.rstrip("\n").expandtabs(TAB_SIZE), "html")
            case "math_block":
                self._add("literal", token, token.content.expandtabs(TAB_SIZE), "math")
            case "table_open":
                return self._add_table(tokens, index)
            case _:
                self._enter_or_leave(token)
                return index + 1
        if token.nesting == 0:
            return index + 1
        return index + 3

    def _enter_or_leave(self, token: "Token") -> None:
        start = token.map[0] if token.map else 0
        self._list_count += token.type in ("bullet_list_open", "ordered_list_open")
        match token.type:
            case "blockquote_open":
                self.stack.append(Container("quote", start))
            case "bullet_list_open":
                depth = sum(1 for container in self.stack if container.kind == "list" and container.counter is None)
                self.stack.append(Container("list", start, depth=depth))
            case "ordered_list_open":
                self.stack.append(Container("list", start, counter=self._first_number(token)))
            case "list_item_open":
                self._enter_item(start)
            case "list_item_close" | "blockquote_close":
                if self.stack[-1].marker or (token.type == "blockquote_close" and not self._has_leaf_within()):
                    self._add_empty()
                self.stack.pop()
            case "bullet_list_close" | "ordered_list_close":
                self.stack.pop()
            case _:
                pass

    def _has_leaf_within(self) -> bool:
        return bool(self.placed) and self.stack[-1] in self.placed[-1].path

    def _enter_item(self, start: int) -> None:
        parent = self.stack[-1]
        number = parent.counter
        if number is None:
            marker = BULLETS[parent.depth % len(BULLETS)] + " "
        else:
            marker = f"{number}. "
            parent.counter = number + 1
        self.stack.append(Container("item", start, marker, cell_len(marker), number))

    def _first_number(self, token: "Token") -> int:
        given = self.counters[self._list_count - 1] if self._list_count <= len(self.counters) else None
        return int(token.attrs.get("start", 1)) if given is None else given

    def _add_paragraph(self, content: str, token: "Token") -> None:
        if self.stack and self.stack[-1].marker and (task := _TASK.match(content)):
            item = self.stack[-1]
            box = TASKS[task[1]] + " "
            content = content[task.end() :]
            if item.counter is None:
                item.marker = box
            else:
                content = box + content
        self._add("inline", token, content)

    def _add_empty(self) -> None:
        start = self.stack[-1].start
        self._place(Leaf("inline"), start, start + 1)

    def _add_table(self, tokens: "Sequence[Token]", index: int) -> int:
        start = index
        rows: list[tuple[str, ...]] = []
        row: list[str] = []
        aligns = ""
        while tokens[index].type != "table_close":
            token = tokens[index]
            match token.type:
                case "tr_open":
                    row = []
                case "th_open":
                    aligns += _ALIGNMENTS.get(str(token.attrs.get("style", "")), "-")
                case "inline":
                    row.append(token.content)
                case "tr_close":
                    rows.append(tuple(row))
                case _:
                    pass
            index += 1
        self._add("table", tokens[start], info=aligns, cells=tuple(rows))
        return index + 1

    def _add(
        self,
        kind: LeafKind,
        token: "Token",
        content: str = "",
        style: str = "",
        info: str = "",
        cells: tuple[tuple[str, ...], ...] = (),
    ) -> None:
        leaf = Leaf(kind, content, style, info=info, cells=cells)
        start, end = token.map or (0, 0)
        self._place(leaf, start, end, token.markup if token.type == "fence" else "")

    def _place(self, leaf: Leaf, start: int, end: int, fence: str = "") -> None:
        """Give a leaf its prefix and its gap."""
        first: list[Span] = []
        rest: list[Span] = []
        line = start
        is_quoted = False
        for container in self.stack:
            if container.kind == "quote":
                bar = (QUOTE_BAR + " ", "quote-bar")
                first.append(bar)
                rest.append(bar)
                is_quoted = True
            elif container.kind == "item":
                if container.marker:
                    start = min(start, container.start)
                first.append((container.marker or " " * container.width, "marker" if container.marker else ""))
                rest.append((" " * container.width, ""))
                container.marker = ""
        style = add_style("quote", leaf.style).strip() if is_quoted else leaf.style
        gap = not self.stack or (is_blank(self.lines[start - 1]) if start else self.is_after_blank)
        between = tuple(rest[: self._shared_quotes()])
        placed = Leaf(leaf.kind, leaf.content, style, gap, tuple(first), tuple(rest), between, leaf.info, leaf.cells)
        self.placed.append(Placed(placed, start, end, tuple(self.stack), line, fence))

    def _shared_quotes(self) -> int:
        """Count the prefixes up to the innermost quote that the last leaf stands in too."""
        before = self.placed[-1].path if self.placed else ()
        count = shared = 0
        for container, other in zip(self.stack, before, strict=False):
            if container is not other:
                break
            count += container.kind != "list"
            shared = count if container.kind == "quote" else shared
        return shared
