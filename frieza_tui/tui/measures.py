"""What a reply took, in words for the status bar. Knows no widget; what the server did not count is not said."""

from collections.abc import Iterator
from typing import Literal, TypeAlias

from frieza_tui.domain.run import Usage
from frieza_tui.domain.turn import TurnEnded
from frieza_tui.i18n import _

MeasureKind: TypeAlias = Literal["tokens", "cached", "reasoning", "first", "speed"]


def measures_of(ended: TurnEnded | None) -> list[tuple[MeasureKind, str]]:
    """Return what is known of a turn that is over, in the order of reading."""
    return list(_measures(ended)) if ended is not None else []


def _measures(ended: TurnEnded) -> Iterator[tuple[MeasureKind, str]]:
    if ended.usage is not None:
        yield from _token_measures(ended.usage)
    if ended.first_token_s is not None:
        yield "first", _("first token {seconds} s").format(seconds=_figure(ended.first_token_s))
    if ended.tokens_per_s is not None:
        yield "speed", _("{count} tok/s").format(count=_figure(ended.tokens_per_s))


def _token_measures(usage: Usage) -> Iterator[tuple[MeasureKind, str]]:
    tokens = _("{read} in, {written} out")
    yield "tokens", tokens.format(read=_count(usage.input_tokens), written=_count(usage.output_tokens))
    if usage.cached_tokens:
        yield "cached", _("{count} cached").format(count=_count(usage.cached_tokens))
    if usage.reasoning_tokens:
        yield "reasoning", _("{count} reasoning").format(count=_count(usage.reasoning_tokens))


def _count(tokens: int) -> str:
    """Write a number of tokens in at most six characters, up to a thousand million."""
    if tokens < 10_000:
        return f"{tokens:,}"
    return f"{tokens / 1000:.1f}k" if tokens < 1_000_000 else f"{tokens / 1_000_000:.1f}M"


def _figure(value: float) -> str:
    decimals = 2 if value < 1 else 1 if value < 10 else 0
    return f"{value:.{decimals}f}"
