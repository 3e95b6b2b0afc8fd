"""Colours code line by line as it comes: a complete line is never looked at again. Knows no width and no colour.

Pygments reads whole texts; here its rules are applied to one line at a time, with the states they left behind. Block
comments, which its rules take in one piece, are carried over lines here.
"""

import copy
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar, TypeAlias, cast

from pygments.lexer import ExtendedRegexLexer, Lexer, LexerContext, RegexLexer
from pygments.lexers import get_lexer_by_name  # pyright: ignore[reportUnknownVariableType]
from pygments.lexers.data import YamlLexer, YamlLexerContext  # pyright: ignore[reportMissingTypeStubs]
from pygments.token import Token, _TokenType  # pyright: ignore[reportPrivateUsage] - it has no other name
from pygments.util import ClassNotFound

Runs: TypeAlias = list[tuple[int, str]]
"""End offset and style, in order."""

LINE_LIMIT = 1000
"""Characters of a line above which it is left plain."""

_BLOCK_COMMENTS = {"/*": "*/", "<!--": "-->"}
_EMBEDDED = {"script-content": "javascript", "style-content": "css"}
"""Languages within HTML, by the state in which Pygments would read them whole."""
_STYLES = {
    Token.Comment: "syntax-comment",
    Token.Keyword: "syntax-keyword",
    Token.Keyword.Constant: "syntax-constant",
    Token.Keyword.Type: "syntax-type",
    Token.Name.Builtin: "syntax-builtin",
    Token.Name.Builtin.Pseudo: "syntax-constant",
    Token.Name.Class: "syntax-type",
    Token.Name.Exception: "syntax-type",
    Token.Name.Function: "syntax-function",
    Token.Name.Decorator: "syntax-function",
    Token.Name.Tag: "syntax-keyword",
    Token.Name.Attribute: "syntax-function",
    Token.Name.Constant: "syntax-constant",
    Token.Literal.String: "syntax-string",
    Token.Literal.Number: "syntax-number",
    Token.Operator.Word: "syntax-keyword",
    Token.Generic.Deleted: "syntax-deleted",
    Token.Generic.Inserted: "syntax-inserted",
    Token.Generic.Heading: "syntax-heading",
    Token.Generic.Subheading: "syntax-heading",
    Token.Generic.Prompt: "syntax-comment",
    Token.Generic.Output: "syntax-comment",
}


_Tokens: TypeAlias = Iterable[tuple[int, _TokenType, str]]
_Action: TypeAlias = _TokenType | Callable[[RegexLexer, re.Match[str]], _Tokens] | None
_Rule: TypeAlias = tuple[Callable[[str, int], re.Match[str] | None], _Action, object]
_Rules: TypeAlias = Mapping[str, Iterable[_Rule]]


@lru_cache(maxsize=256)
def style_of(token: _TokenType) -> str:
    """Return the style word of a token or of the nearest kind above it that has one; "" for plain."""
    kind: _TokenType | None = token
    while kind is not None:
        if kind in _STYLES:
            return _STYLES[kind]
        kind = kind.parent
    return ""


@lru_cache(maxsize=64)
def _lexer_for(language: str) -> Lexer | None:
    if not language:
        return None
    try:
        return get_lexer_by_name(language.lower(), stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


@dataclass(frozen=True, slots=True)
class State:
    """What a line leaves to the next."""

    stack: tuple[str, ...] = ("root",)
    context: LexerContext | None = None
    comment_end: str = ""
    """What ends the block comment that goes on; "" if none does."""


class Highlighter:
    """The colours of one language; "" or an unknown one has none."""

    start: ClassVar[State] = State()
    """Before the first line."""

    def __init__(self, language: str) -> None:
        self._lexer = _lexer_for(language)

    def line(self, line: str, state: State) -> tuple[Runs, State]:
        """Return the styles of a line, given without its end, and what it leaves to the next."""
        if self._lexer is None or len(line) > LINE_LIMIT:
            return [(len(line), "")], state
        start = 0
        runs: Runs = []
        if state.comment_end:
            end = line.find(state.comment_end)
            if end < 0:
                return [(len(line), "syntax-comment")], state
            start = end + len(state.comment_end)
            runs.append((start, "syntax-comment"))
            state = replace(state, comment_end="")
        rest, state = self._read(line[start:], state)
        runs += [(start + end, style) for end, style in rest]
        return runs, state

    def _read(self, line: str, state: State) -> tuple[Runs, State]:
        comment_end = next((_BLOCK_COMMENTS[mark] for mark in _BLOCK_COMMENTS if self._is_open(line, mark)), "")
        text = f"{line} {comment_end}\n" if comment_end else line + "\n"
        tokens, following = self._scan(text, state)
        runs: Runs = []
        at = 0
        style = ""
        for token, value in tokens:
            at = min(at + len(value), len(line))
            style = style_of(token)
            if runs and runs[-1][1] == style:
                runs[-1] = (at, style)
            elif not runs or runs[-1][0] < at:
                runs.append((at, style))
        if comment_end and runs and runs[-1][1] == "syntax-comment":
            following = replace(following, comment_end=comment_end)
        return runs or [(len(line), "")], following

    @staticmethod
    def _is_open(line: str, mark: str) -> bool:
        return line.rfind(mark) > line.rfind(_BLOCK_COMMENTS[mark])

    def _scan(self, text: str, state: State) -> tuple[list[tuple[_TokenType, str]], State]:
        lexer = self._lexer
        if isinstance(lexer, ExtendedRegexLexer):
            context = copy.deepcopy(state.context) or _context_for(lexer)
            context.text, context.pos, context.end = text, 0, len(text)
            tokens = [(token, value) for _, token, value in lexer.get_tokens_unprocessed(text, context)]
            return tokens, replace(state, context=context)
        if isinstance(lexer, RegexLexer):
            stack = list(state.stack)
            return list(_scan_with(lexer, text, stack)), replace(state, stack=tuple(stack))
        assert lexer is not None
        return [(token, value) for _, token, value in lexer.get_tokens_unprocessed(text)], state


def _context_for(lexer: ExtendedRegexLexer) -> LexerContext:
    make = cast(Callable[[str, int], LexerContext], YamlLexerContext if isinstance(lexer, YamlLexer) else LexerContext)
    return make("", 0)


def _rules_of(lexer: RegexLexer) -> _Rules:
    """Return what Pygments made of a lexer's definition; it has no name for it but this one."""
    return cast(_Rules, {**vars(type(lexer)), **vars(lexer)}["_tokens"])


def _scan_with(lexer: RegexLexer, text: str, stack: list[str]) -> Iterator[tuple[_TokenType, str]]:
    """Apply a lexer's rules; `stack` holds its states, and what they are at the end."""
    rules = _rules_of(lexer)
    at = steps = 0
    while at < len(text):
        steps += 1
        if steps > 4 * LINE_LIMIT:  # rules that match nothing, and lead nowhere
            yield Token.Text, text[at:]
            return
        inner = _lexer_for(_EMBEDDED.get(stack[-1], ""))
        if isinstance(inner, RegexLexer) and "</" not in text[at:]:
            yield from _scan_with(inner, text[at:], ["root"])
            return
        match, action, change = _first_match(rules[stack[-1]], text, at)
        if match is None:
            if text[at] == "\n":
                stack[:] = ["root"]
            yield Token.Error, text[at]
            at += 1
            continue
        if isinstance(action, _TokenType):
            yield action, match.group()
        elif action is not None:
            yield from ((token, value) for _, token, value in action(lexer, match) if value)
        at = match.end()
        if change is not None:
            _change_states(stack, change)


def _first_match(rules: Iterable[_Rule], text: str, at: int) -> tuple[re.Match[str] | None, _Action, object]:
    for match_at, action, change in rules:
        if match := match_at(text, at):
            return match, action, change
    return None, None, None


def _change_states(stack: list[str], change: object) -> None:
    match change:
        case int():
            del stack[max(1, len(stack) + change) :]
        case "#push":
            stack.append(stack[-1])
        case tuple():
            for step in cast(tuple[str, ...], change):
                _change_states(stack, -1 if step == "#pop" else step)
        case str():
            stack.append(change)
        case _:
            pass
