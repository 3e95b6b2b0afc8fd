"""The Markdown that is read: markdown-it's GitHub flavour, math and footnote marks left as typed. Knows no look."""

import re
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.paragraph import paragraph
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter

from frieza_tui.tui.log.math_bounds import MATH_LIMIT

FOOTNOTE = re.compile(r"\[\^([^\]\s]+)\]")
_FOOTNOTE_START = re.compile(r"\[\^[^\]\s]+\]:")
_MATH_BLOCK = {"$$": "$$", "\\[": "\\]"}
_DOLLAR = re.compile(r"\$\$[^$\n]{1,300}?\$\$|\$(?![\s$])(?:[^$\n\\`]|\\.){1,300}?(?<!\s)\$(?![\d$])")

_CJK = re.compile(r"[\u1100-\u11ff\u2e80-\u303f\u3040-\ua4cf\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]")


def _math_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Take display math from its opening line to its closing one, or to a blank line, without reading it."""
    if state.is_code_block(start):
        return False
    begin = state.bMarks[start] + state.tShift[start]
    closing = _MATH_BLOCK.get(state.src[begin : begin + 2])
    if closing is None:
        return False
    text = state.src[begin + 2 : state.eMarks[start]].rstrip()
    at = text.find(closing)
    if at >= 0 and at + 2 != len(text):
        return False
    if silent:
        return True
    line = start + 1
    is_open = at < 0
    while is_open and line < end and not state.isEmpty(line) and state.sCount[line] >= state.blkIndent:
        is_open = closing not in state.src[state.bMarks[line] : state.eMarks[line]]
        line += 1
    token = state.push("math_block", "", 0)
    token.map = [start, line]
    token.content = state.getLines(start, line, state.blkIndent, False)
    state.line = line
    return True


def _footnote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a footnote's text as a paragraph; else it would pass for a link definition and vanish."""
    begin = state.bMarks[start] + state.tShift[start]
    if state.is_code_block(start) or not _FOOTNOTE_START.match(state.src, begin, state.eMarks[start]):
        return False
    return True if silent else paragraph(state, start, end, silent)


def _math_inline(state: StateInline, silent: bool) -> bool:
    opening = state.src[state.pos : state.pos + 2]
    if opening in ("\\(", "\\["):
        closing = "\\)" if opening == "\\(" else "\\]"
        end = state.src.find(closing, state.pos + 2, state.pos + MATH_LIMIT)
        end = end + 2 if end >= 0 else -1
    elif opening[:1] == "$" and (match := _DOLLAR.match(state.src, state.pos)):
        end = match.end()
    else:
        return False
    if end < 0 or end > state.posMax:
        return False
    if not silent:
        state.push("math_inline", "", 0).content = state.src[state.pos : end]
    state.pos = end
    return True


def _footnote_mark(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "[":
        return False
    match = FOOTNOTE.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        state.push("footnote_mark", "", 0).content = match[0]
    state.pos = match.end()
    return True


def _emphasis_in_cjk(state: StateInline, silent: bool) -> bool:
    """Let `**` beside Chinese, Japanese or Korean open and close, though a bracket or a stop is next to it.

    CommonMark takes `**「強調」**です` for text: it asks for a space after the closing bracket, which nobody writes.
    """
    if silent or state.src[state.pos] != "*":
        return False
    before = state.src[state.pos - 1] if state.pos else " "
    length = state.scanDelims(state.pos, True).length
    end = state.pos + length
    after = state.src[end] if end < state.posMax else " "
    if not (_CJK.match(before) or _CJK.match(after)):
        return False
    for _ in range(length):
        state.push("text", "", 0).content = "*"
        opens, closes = not after.isspace(), not before.isspace()
        state.delimiters.append(Delimiter(ord("*"), length, len(state.tokens) - 1, -1, opens, closes))
    state.pos = end
    return True


@cache
def inline_parser() -> MarkdownIt:
    """Return what reads a paragraph, a heading or a cell."""
    parser = MarkdownIt("gfm-like")
    interrupts: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    parser.block.ruler.before("fence", "math_block", _math_block, interrupts)
    parser.block.ruler.before("reference", "footnote", _footnote, {"alt": ["paragraph", "reference"]})
    parser.inline.ruler.before("escape", "math_inline", _math_inline)
    parser.inline.ruler.before("emphasis", "emphasis_in_cjk", _emphasis_in_cjk)
    parser.inline.ruler.before("link", "footnote_mark", _footnote_mark)
    return parser


@cache
def block_parser() -> MarkdownIt:
    """Return what reads the blocks of a document; paragraphs are left unread."""
    parser = inline_parser.__wrapped__()
    parser.core.ruler.disable(["inline", "linkify", "text_join"])
    return parser
