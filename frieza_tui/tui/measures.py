"""What a reply took, in words or signs; what the server did not count is not said. Knows no widget."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from frieza_tui.domain.run import Usage
from frieza_tui.domain.turn import TurnEnded
from frieza_tui.i18n import _
from frieza_tui.text.width import cell_len

LONGEST: Final = 84
"""Cells that all measures take in words, as a rule and in either language."""
LONGEST_SIGNS: Final = 35
"""Cells that they all take in signs."""


def measures_within(ended: TurnEnded, cells: int, *, needs_all: bool = False) -> str:
    """Return all that is known of a turn that is over, in the longest form that so many cells hold.

    Where none does that tells all, what is cached and reasoned goes first, then the time to the first token, then the
    speed, at last everything. needs_all: everything goes at once.
    """
    return next(iter(measures_in_rows(ended, cells, 1, needs_all=needs_all)), "")


def measures_in_rows(ended: TurnEnded, cells: int, rows: int, *, needs_all: bool = False) -> list[str]:
    """Return the same in so many rows at most; no figure is broken."""
    for form in _FORMS:
        told = form.rows(ended, cells) if form.has_parts or not needs_all else []
        if told and len(told) <= rows and all(cell_len(row) <= cells for row in told):
            return told
    return []


def _exact(tokens: int) -> str:
    """Write a number of tokens in at most six characters, up to a thousand million."""
    if tokens < 10_000:
        return f"{tokens:,}"
    return f"{tokens / 1000:.1f}k" if tokens < 1_000_000 else f"{tokens / 1_000_000:.1f}M"


def _rounded(tokens: int) -> str:
    """Write it in at most four."""
    if tokens < 1000:
        return str(tokens)
    size, sign = (1000, "k") if tokens < 999_500 else (1_000_000, "M")
    return f"{tokens / size:.{int(tokens < 9.95 * size)}f}{sign}"


@dataclass(frozen=True, slots=True)
class _Form:
    """A way to write them all."""

    count: Callable[[int], str]
    naming: Literal["whole", "bare", "signs"]
    """Whether what is counted is named: all of it, or tokens in and out alone, or by signs."""
    first: Literal["first token", "first", "", "left out"] = ""
    """What stands before the time to the first token."""
    between: str = " · "
    has_parts: bool = True
    """Whether it tells what of the tokens was cached, and what reasoned."""
    has_speed: bool = True

    def rows(self, ended: TurnEnded, cells: int) -> list[str]:
        """Write what is known, and begin a row where one is full; a row may be wider all the same."""
        rows: list[str] = []
        for part in self._parts(ended):
            if rows and cell_len(longer := rows[-1] + self.between + part) <= cells:
                rows[-1] = longer
            else:
                rows.append(part)
        return rows

    def _parts(self, ended: TurnEnded) -> Iterator[str]:
        if ended.usage is not None:
            yield from self._tokens(ended.usage)
        if ended.first_token_s is not None and self.first != "left out":
            yield self._first(_figure(ended.first_token_s))
        if ended.tokens_per_s is not None and self.has_speed:
            count = _figure(ended.tokens_per_s)
            yield f"{count}/s" if self.naming == "signs" else _("{count} tok/s").format(count=count)

    def _tokens(self, usage: Usage) -> Iterator[str]:
        read, written = self.count(usage.input_tokens), self.count(usage.output_tokens)
        cached = self.count(usage.cached_tokens) if usage.cached_tokens and self.has_parts else ""
        reasoned = self.count(usage.reasoning_tokens) if usage.reasoning_tokens and self.has_parts else ""
        if self.naming == "signs":
            yield f"↑{read}" + (f"({cached})" if cached else "")
            yield f"↓{written}" + (f"({reasoned})" if reasoned else "")
            return
        if self.naming == "whole":
            cached = cached and _("{count} cached").format(count=cached)
            reasoned = reasoned and _("{count} reasoning").format(count=reasoned)
        yield _("{count} in").format(count=read) + (f" ({cached})" if cached else "")
        yield _("{count} out").format(count=written) + (f" ({reasoned})" if reasoned else "")

    def _first(self, seconds: str) -> str:
        if self.naming == "signs":
            return f"{seconds}s"
        match self.first:
            case "first token":
                words = _("first token {seconds} s")
            case "first":
                words = _("first {seconds} s")
            case _:
                words = _("{seconds} s")
        return words.format(seconds=seconds)


_FORMS: Final = (
    _Form(_exact, "whole", "first token"),
    _Form(_exact, "whole", "first"),
    _Form(_rounded, "whole", "first"),
    _Form(_rounded, "bare", "first"),
    _Form(_rounded, "bare"),
    _Form(_rounded, "signs", between="  "),
    _Form(_rounded, "signs", between=" "),
    _Form(_rounded, "signs", between=" ", has_parts=False),
    _Form(_rounded, "signs", "left out", " ", has_parts=False),
    _Form(_rounded, "signs", "left out", " ", has_parts=False, has_speed=False),
)


def _figure(value: float) -> str:
    decimals = 2 if value < 1 else 1 if value < 10 else 0
    return f"{value:.{decimals}f}"
