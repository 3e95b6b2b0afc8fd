"""Reads the Markdown of a paragraph as it grows: what can no longer change is not read again. Knows no width."""

import re

from frieza_tui.tui.log.flow import same_beginning
from frieza_tui.tui.log.inline import StyledText, styled
from frieza_tui.tui.log.math_bounds import MATH_REACH
from frieza_tui.tui.log.parsing import Env

OPEN_LIMIT = 400
"""Characters read again and again before a place is sought up to which all is final."""
_LITERAL = frozenset({"code", "math", "html", "note-mark"})

_PLACE = re.compile(r"(?:(?<=\S )|(?<=\S\n)|(?<=[^\W_][。、！？])(?=[^\W_]))(?=\S)")
"""Between words: marks on either side see a space, or letters, whether they are read together or apart."""
_MAY_OPEN = re.compile(r"`|\*(?!\s|$)|(?<![^\W_])_+(?!\s|$)|~~(?!\s|$)|<(?=[A-Za-z/!?])|\]\(")
_MAY_BE_MATH = re.compile(r"\$|\\[(\[]")
_MAY_BE_LINK = re.compile(r"[:/@.]")


def is_settled(source: str, content: StyledText) -> bool:
    """Return whether nothing that follows can change what the beginning of a paragraph looks like.

    `source` ends before a word, and `content` is what it looks like alone: marks that still show in it may be open.
    """
    word = source[max(source.rfind(" "), source.rfind("\n")) + 1 :]
    if _MAY_BE_LINK.search(word):
        return False
    if _MAY_BE_MATH.search(source[-MATH_REACH:]):
        return False
    text = _without_literals(content)
    return _MAY_OPEN.search(text) is None and text.count("[") == text.count("]")


def _without_literals(content: StyledText) -> str:
    """Return the text with letters in place of code and the like, in which marks mean nothing."""
    parts: list[str] = []
    start = 0
    for end, style in content.runs:
        is_literal = not _LITERAL.isdisjoint(style.split())
        parts.append("x" * (end - start) if is_literal else content.text[start:end])
        start = end
    return "".join(parts)


class GrowingText:
    """The styled text of a paragraph that may grow at its end."""

    def __init__(self, style: str) -> None:
        self.content = StyledText()
        self._style = style
        self._settled = StyledText()
        self._settled_source = ""
        self._open = StyledText()
        self._retry_at = OPEN_LIMIT

    def update(self, source: str, env: Env) -> int:
        """Read the paragraph; return how many characters at its beginning look as before."""
        if not source.startswith(self._settled_source):
            self._settled = StyledText()
            self._settled_source = ""
            self._open = StyledText()
            same = 0
        else:
            same = len(self._settled.text)
        before = self._open
        while self._settle_more(source, env):
            pass
        self._open = styled(source[len(self._settled_source) :], self._style, env)
        old, self.content = self.content, StyledText()
        self.content.extend(self._settled)
        self.content.extend(self._open)
        if len(self._settled.text) == same:
            return same + same_beginning(before, self._open)
        return same_beginning(old, self.content)

    def _settle_more(self, source: str, env: Env) -> bool:
        start = len(self._settled_source)
        if len(source) - start < self._retry_at:
            return False
        stop = start + self._retry_at
        for match in reversed(list(_PLACE.finditer(source, start + 1, stop))[-2:]):
            piece = source[start : match.start()]
            content = styled(piece, self._style, env)
            if is_settled(piece, content):
                self._settled.extend(content)
                self._settled_source = source[: match.start()]
                self._retry_at = OPEN_LIMIT
                return True
        self._retry_at *= 2
        return True
