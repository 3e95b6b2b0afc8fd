"""Documents: the text of one segment of a bubble as it grows, and its leaves. Knows no width and no look."""

from typing import Protocol

from frieza_tui.tui.log.bubble import CodeBlock, SegmentKind
from frieza_tui.tui.log.grammar import Env, parse_blocks
from frieza_tui.tui.log.leaf import Leaf, LeafKind
from frieza_tui.tui.log.outline import TAB_SIZE, Outliner


class Document(Protocol):
    """A text that grows, seen as leaves."""

    leaves: list[Leaf]
    env: Env

    def append(self, text: str) -> None:
        """Take more text; the leaves are as they were until `refresh`."""
        ...

    def refresh(self) -> int:
        """Bring the leaves up to date; return the first that changed."""
        ...

    def code_blocks(self) -> list[CodeBlock]:
        """Its blocks of code, as they were written."""
        ...

    @property
    def source(self) -> str:
        """All text, exactly as it came."""
        ...


class MarkdownDocument:
    """Markdown as it grows: blocks that are finished are never read again."""

    def __init__(self) -> None:
        self.leaves: list[Leaf] = []
        self.env: Env = {}
        self._pieces: list[str] = []

    @property
    def source(self) -> str:
        """All text, exactly as it came."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    def append(self, text: str) -> None:
        """Take more text; the leaves are as they were until `refresh`."""
        self._pieces.append(text)

    def refresh(self) -> int:
        """Bring the leaves up to date; return the first that changed."""
        source = self.source
        self.env = {}
        tokens = parse_blocks(source, self.env)
        old = self.leaves
        self.leaves = [placed.leaf for placed in Outliner(source.split("\n")).read(tokens)]
        same = 0
        for before, leaf in zip(old, self.leaves, strict=False):
            if before != leaf:
                break
            same += 1
        return same

    def code_blocks(self) -> list[CodeBlock]:
        """Its blocks of code, as they were written."""
        tokens = parse_blocks(self.source, {})
        return [
            CodeBlock(token.info.strip().partition(" ")[0], token.content)
            for token in tokens
            if token.type in ("fence", "code_block")
        ]


class LiteralDocument:
    """Text that is shown as it was typed: a user's message, a tool's code or output, reasoning, notes."""

    def __init__(self, kind: LeafKind, style: str, info: str = "") -> None:
        self.leaves: list[Leaf] = []
        self.env: Env = {}
        self._kind = kind
        self._style = style
        self._info = info
        self._pieces: list[str] = []

    @property
    def source(self) -> str:
        """All text, exactly as it came."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    def append(self, text: str) -> None:
        """Take more text; the leaves are as they were until `refresh`."""
        self._pieces.append(text)

    def refresh(self) -> int:
        """Bring the leaf up to date; return the first that changed: always this one."""
        text = self.source.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").expandtabs(TAB_SIZE)
        self.leaves = [Leaf(self._kind, text, self._style, info=self._info)] if text else []
        return 0

    def code_blocks(self) -> list[CodeBlock]:
        """The whole text, if it is code."""
        return [CodeBlock(self._info, self.source)] if self._kind == "code" and self._info else []


def document_for(kind: SegmentKind) -> Document:
    """Return an empty document for a segment."""
    match kind:
        case "text":
            return MarkdownDocument()
        case "code":
            return LiteralDocument("code", "code-block", "python")
        case "output":
            return LiteralDocument("code", "output")
        case _:
            return LiteralDocument("literal", kind)
