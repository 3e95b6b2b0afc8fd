"""Turns the Markdown of a paragraph into text with styles. Knows no width and no colour."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from frieza_tui.tui.links.target import NO_LINK, Link, claims_another
from frieza_tui.tui.log.parsing import Env, parse_inline
from frieza_tui.tui.log.rows import add_style

if TYPE_CHECKING:
    from markdown_it.token import Token

_PLAIN = re.compile(r"(?:[^\\`*_~\[\]!<&$\n:@.]|[!:.](?=\s|$))*")
"""Text in which markdown-it would find no mark and no link."""
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_STYLES = {"strong_open": "strong", "em_open": "em", "s_open": "strike"}
_LEAVES = {"code_inline": "code", "math_inline": "math", "footnote_mark": "note-mark"}


@dataclass(slots=True)
class StyledText:
    """Text with hard line ends, and which characters have which style."""

    text: str = ""
    runs: list[tuple[int, str]] = field(default_factory=list)
    """End offset and style, in order; together they cover the text."""
    links: list[tuple[int, int, str]] = field(default_factory=list)
    """Start, end and target of each link, in order."""

    def add(self, text: str, style: str) -> None:
        """Append text of one style."""
        if not text:
            return
        self.text += text
        if self.runs and self.runs[-1][1] == style:
            self.runs[-1] = (len(self.text), style)
        else:
            self.runs.append((len(self.text), style))

    def link_at(self, offset: int) -> Link:
        """Return the link at an offset; NO_LINK if there is none."""
        found = ((start, end, target) for start, end, target in self.links if start <= offset < end)
        return next((Link(target, self.text[start:end]) for start, end, target in found), NO_LINK)

    def all_links(self) -> list[Link]:
        """Return the links, in order."""
        return [Link(target, self.text[start:end]) for start, end, target in self.links]

    def restyle(self, start: int, word: str) -> None:
        """Add a word to the style of everything from an offset on."""
        runs, self.runs, at = self.runs, [], 0
        for end, style in runs:
            if at < start < end:
                self.runs.append((start, style))
            self.runs.append((end, add_style(style, word) if end > start else style))
            at = end

    def extend(self, other: "StyledText") -> None:
        """Append another text with its styles and links."""
        if not self.text:
            self.text, self.runs, self.links = other.text, list(other.runs), list(other.links)
            return
        base = len(self.text)
        self.text += other.text
        self.runs.extend((base + end, style) for end, style in other.runs)
        self.links.extend((base + start, base + end, target) for start, end, target in other.links)


def plain(text: str, style: str) -> StyledText:
    """Return text as it is, in one style."""
    return StyledText(text, [(len(text), style)] if text else [])


def styled(content: str, style: str, env: Env) -> StyledText:
    """Return what inline Markdown looks like, every part having at least `style`.

    A line end in the source stays one: chat models break lines where they mean to.
    """
    if _PLAIN.fullmatch(content):
        return plain(content, style)
    result = StyledText()
    _Reader(result, style).read(parse_inline(content, env))
    return result


class _Reader:
    def __init__(self, result: StyledText, style: str) -> None:
        self.result = result
        self.styles = [style]
        self.link_start = 0
        self.link_target = ""

    def read(self, tokens: "Sequence[Token]") -> None:
        for token in tokens:
            self._read_token(token)

    def _read_token(self, token: "Token") -> None:
        style = self.styles[-1]
        match token.type:
            case "text":
                self.result.add(token.content, style)
            case "softbreak" | "hardbreak":
                self.result.add("\n", style)
            case "strong_open" | "em_open" | "s_open":
                self.styles.append(add_style(style, _STYLES[token.type]))
            case "strong_close" | "em_close" | "s_close":
                self.styles.pop()
            case "link_open":
                self.styles.append(add_style(style, "link"))
                self.link_start = len(self.result.text)
                self.link_target = str(token.attrs.get("href", ""))
            case "link_close":
                self.styles.pop()
                self._close_link()
            case "image":
                self._read_image(token, style)
            case "html_inline":
                is_break = _BREAK.fullmatch(token.content)
                self.result.add("\n" if is_break else token.content, style if is_break else add_style(style, "html"))
            case "code_inline" | "math_inline" | "footnote_mark":
                self.result.add(token.content, add_style(style, _LEAVES[token.type]))
            case _:
                self.result.add(token.content, style)

    def _close_link(self) -> None:
        start, target = self.link_start, self.link_target
        self.result.links.append((start, len(self.result.text), target))
        if claims_another(Link(target, self.result.text[start:])):
            self.result.restyle(start, "false-link")

    def _read_image(self, token: "Token", style: str) -> None:
        start = len(self.result.text)
        target = str(token.attrs.get("src", ""))
        self.result.add(f"🖼 {token.content}".rstrip() + f" ({target})", add_style(style, "link"))
        self.result.links.append((start, len(self.result.text), target))
