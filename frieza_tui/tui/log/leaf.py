"""Leaves: the blocks of a document in reading order, flat, each with the prefix its containers give it."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from frieza_tui.tui.log.rows import Span

LeafKind: TypeAlias = Literal["inline", "code", "table", "rule", "literal", "label"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One block: a paragraph, a heading, a code block, a table, a rule, or text shown as it is."""

    kind: LeafKind
    content: str = ""
    """inline: Markdown of the paragraph or heading; code, literal: text as it is; label: the label."""
    style: str = ""
    """The words of the style that the whole block has."""
    gap: bool = True
    """A blank row stands before it, unless it is the first of its bubble."""
    first: tuple[Span, ...] = ()
    """Prefix of its first row: quote bars, list markers."""
    rest: tuple[Span, ...] = ()
    """Prefix of its other rows; as wide as the first."""
    between: tuple[Span, ...] = ()
    """Prefix of the gap before it: bars of the quotes that the leaf before stands in too."""
    info: str = ""
    """code: the language; table: one letter a column (l, c, r or -)."""
    cells: tuple[tuple[str, ...], ...] = ()
    """table: the rows, the header first, as Markdown; label: the state's text and style."""

    @property
    def is_heading(self) -> bool:
        """Whether it is a heading."""
        return "heading" in self.style
