"""Documents: the text of one segment of a bubble as it grows, and its leaves. Knows no width and no look."""

import re
from dataclasses import replace
from typing import Protocol, cast

from frieza_tui.tui.log.bubble import CodeBlock, SegmentKind, Words, spoken
from frieza_tui.tui.log.cutting import Cut, find_cut
from frieza_tui.tui.log.leaf import Leaf, LeafKind
from frieza_tui.tui.log.open_fence import OpenFence, open_fence
from frieza_tui.tui.log.outline import TAB_SIZE, Outliner, Placed, is_blank, language_of
from frieza_tui.tui.log.parsing import Env, parse_blocks

_PROSE = re.compile(r" {0,3}[^\W\d_]")
"""How a line begins that can only be text of its paragraph, however it goes on."""
_MAY_DEFINE = re.compile(r"\[(?:[^\]\\]|\\.)*(?:\]:|\]?\Z)", re.DOTALL)
"""How a paragraph begins that a link definition may yet be made of."""
_ROWS_KEPT = 4
"""Lines at the end of a table that are read again."""


class Document(Protocol):
    """A text that grows, seen as leaves."""

    leaves: list[Leaf]
    env: Env
    """What links refer to; always the same object."""
    definitions: int
    """Goes up when `env` changes: leaves that may refer to it look different then."""

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


class Pieces:
    """Text that comes in pieces, kept exactly, and handed out with all line ends made alike."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._waiting: list[str] = []
        self._skips_line_feed = False

    def append(self, text: str) -> None:
        """Take a piece."""
        self._pieces.append(text)
        self._waiting.append(text)

    @property
    def source(self) -> str:
        """All pieces as they came."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    def take(self) -> str:
        """Return what has come since the last time."""
        text = "".join(self._waiting)
        self._waiting.clear()
        if self._skips_line_feed and text:
            text = text.removeprefix("\n")
            self._skips_line_feed = False
        if "\r" in text:
            self._skips_line_feed = text.endswith("\r")
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        return text


class MarkdownDocument:
    """Markdown as it grows: blocks that are finished are never read again."""

    def __init__(self) -> None:
        self.leaves: list[Leaf] = []
        self.env: Env = {"references": {}}
        self.definitions = 0
        self._pieces = Pieces()
        self._tail = ""
        """What is still open, after stand-ins for the containers that go on."""
        self._final_count = 0
        self._cut = Cut(0, 0, (), 0, (), True)
        self._known: Env = {"references": {}}
        """Definitions before the tail."""
        self._table_rows: tuple[tuple[str, ...], ...] = ()
        """Rows of the table at the start of the tail that are not read again."""
        self._fence: OpenFence | None = None
        self._is_prose = False
        """Whether the tail's last line is the end of a paragraph."""

    @property
    def source(self) -> str:
        """All text, exactly as it came."""
        return self._pieces.source

    def append(self, text: str) -> None:
        """Take more text; the leaves are as they were until `refresh`."""
        self._pieces.append(text)

    def refresh(self) -> int:
        """Bring the leaves up to date; return the first that changed."""
        text = self._pieces.take()
        if not text:
            return len(self.leaves)
        if self._goes_on(text):
            return len(self.leaves) - 1
        return self._read_tail()

    def _goes_on(self, text: str) -> bool:
        """Take text without reading the tail again, if it can only go on with the last leaf."""
        before = self._tail
        self._tail += text
        if not self.leaves:
            return False
        last = self.leaves[-1]
        if self._fence is not None:
            if self._fence.feed(text):
                self.leaves[-1] = replace(last, content=self._fence.content)
                return True
            self._fence = None
        elif self._is_prose and "\n" not in text and not before.endswith("\n"):
            line = before[before.rfind("\n") + 1 :]
            if _PROSE.match(line):
                spaces = line[len(line.rstrip(" \t")) :]
                self.leaves[-1] = replace(last, content=(last.content + spaces + text).rstrip(" \t"))
                return True
        return False

    def _read_tail(self) -> int:
        lines = self._tail.split("\n")
        env: Env = {"references": dict(_references(self._known))}
        tokens = parse_blocks(self._tail, env)
        cut = self._cut
        outliner = Outliner(lines, is_after_blank=cut.is_after_blank, counters=cut.counters)
        placed = outliner.read(tokens)
        leaves = [place.leaf for place in placed[cut.stand_ins :]]
        if self._table_rows and leaves:
            leaves[0] = replace(leaves[0], cells=self._table_rows + leaves[0].cells[1:])
        self._is_prose = bool(leaves) and _ends_in_prose(placed[-1], lines)
        first = self._take_leaves(leaves)
        self._take_definitions(env)
        following = find_cut(placed, lines, cut.stand_ins + 1)
        if following is not None:
            self._cut_at(following, lines, env)
            lines = lines[following.line :]
        if placed and (following is None or not placed[-1].path):
            self._shorten(placed[-1], lines, 0 if following is None else following.line)
        return first

    def _shorten(self, last: Placed, lines: list[str], shift: int) -> None:
        """Prepare for a block that goes on for long; `shift` lines before it have gone."""
        last = last._replace(start=last.start - shift, end=last.end - shift, line=last.line - shift)
        if last.fence:
            self._fence = open_fence(last, lines)
        elif self._is_long_table(last, lines):
            kept = lines[-_ROWS_KEPT:]
            count = len(self.leaves[-1].cells) - (last.end - (len(lines) - _ROWS_KEPT))
            self._table_rows = self.leaves[-1].cells[:count]
            self._tail = "\n".join([*lines[:2], *kept])

    @staticmethod
    def _is_long_table(last: Placed, lines: list[str]) -> bool:
        is_all = last.start == 0 and last.end >= len(lines) - 1
        return last.leaf.kind == "table" and not last.path and is_all and len(lines) > _ROWS_KEPT * 2

    def _take_leaves(self, leaves: list[Leaf]) -> int:
        """Put the leaves of the tail in place; return the first that changed."""
        at = self._final_count
        old = self.leaves[at:]
        same = 0
        for before, leaf in zip(old, leaves, strict=False):
            if before != leaf:
                break
            same += 1
        self.leaves[at + same :] = leaves[same:]
        return at + same

    def _take_definitions(self, env: Env) -> None:
        if _targets(env) != _targets(self.env):
            self.definitions += 1
        self.env["references"] = env["references"]

    def _cut_at(self, cut: Cut, lines: list[str], env: Env) -> None:
        self._final_count += cut.leaf_count - self._cut.stand_ins
        known = _references(self._known)
        for label, definition in _references(env).items():
            if label not in known and definition["map"][0] < cut.line:
                known[label] = definition
        self._tail = "\n".join([*cut.head, *lines[cut.line :]])
        self._table_rows = ()
        self._cut = cut

    def code_blocks(self) -> list[CodeBlock]:
        """Its blocks of code, as they were written."""
        tokens = parse_blocks(self.source, {})
        return [
            CodeBlock(language_of(token), token.content) for token in tokens if token.type in ("fence", "code_block")
        ]


def _ends_in_prose(last: Placed, lines: list[str]) -> bool:
    """Return whether a text ends within a paragraph that stays one."""
    leaf = last.leaf
    if leaf.kind != "inline" or leaf.is_heading or last.end < len(lines):
        return False
    may_be_title = leaf.content[:1] in ("'", '"', "(") and last.line > 0 and not is_blank(lines[last.line - 1])
    return not may_be_title and _MAY_DEFINE.match(leaf.content) is None


def _references(env: Env) -> dict[str, dict[str, list[int]]]:
    return cast(dict[str, dict[str, list[int]]], env["references"])


def _targets(env: Env) -> dict[str, object]:
    return {label: (entry["href"], entry["title"]) for label, entry in _references(env).items()}


class LiteralDocument:
    """Text that is shown as it was typed: a user's message, a tool's code or output, reasoning, notes."""

    def __init__(self, kind: LeafKind, style: str, info: str = "") -> None:
        self.leaves: list[Leaf] = []
        self.env: Env = {}
        self.definitions = 0
        self._kind: LeafKind = kind
        self._style = style
        self._info = info
        self._pieces = Pieces()
        self._text = ""
        self._words: Words = ""

    @property
    def source(self) -> str:
        """All text, exactly as it came."""
        return self._pieces.source

    def append(self, text: str) -> None:
        """Take more text; the leaves are as they were until `refresh`."""
        self._pieces.append(text)

    def say(self, words: Words) -> None:
        """Say this and nothing else."""
        self._words, self._pieces, self._text = words, Pieces(), ""
        self.append(spoken(words))

    def say_again(self) -> bool:
        """Say it in the language in use; tells whether that is another text."""
        if self._words == "" or spoken(self._words) == self.source:
            return False
        self.say(self._words)
        return True

    def refresh(self) -> int:
        """Bring the leaf up to date; return the first that changed."""
        more = self._pieces.take()
        if not more:
            return len(self.leaves)
        self._text += more
        text = self._text.removesuffix("\n").expandtabs(TAB_SIZE)
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
