"""How long a turn takes, and how fast its reply is written. Knows no backend and no face."""

from collections.abc import Callable
from typing import Final

from frieza_tui.domain.events import ReasoningDelta, RefusalDelta, RunEvent, TextDelta
from frieza_tui.domain.run import Usage

LEAST_SPAN_S: Final = 0.1
"""A reply that came in a shorter time came at once, and says nothing of how fast it was written."""


class Stopwatch:
    """Started with the turn; asks its clock only where something begins or ends."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Start. clock: seconds, from any beginning."""
        self._clock = clock
        self._started_s = self._asked_s = clock()
        self._ended_s = self._started_s
        self._first_text_s: float | None = None
        self._first_thought_s: float | None = None
        self._is_blind = False

    @property
    def first_token_s(self) -> float | None:
        """Seconds from the request to the first piece of text, refusal or reasoning; None if none has come."""
        moments = [moment for moment in (self._first_thought_s, self._first_text_s) if moment is not None]
        return min(moments) - self._asked_s if moments and not self._is_blind else None

    @property
    def total_s(self) -> float:
        """Seconds from the start to the stop."""
        return self._ended_s - self._started_s

    def ask(self) -> None:
        """The request goes out now."""
        self._asked_s = self._clock()

    def note(self, event: RunEvent) -> None:
        """Note when text, and when reasoning, began."""
        match event:
            case TextDelta() | RefusalDelta() if self._first_text_s is None:
                self._first_text_s = self._clock()
            case ReasoningDelta() if self._first_thought_s is None:
                self._first_thought_s = self._clock()
            case _:
                pass

    def forget(self) -> None:
        """From now on know nothing but the whole time: what is taken in was not written meanwhile."""
        self._is_blind = True

    def stop(self) -> None:
        """The turn is over."""
        self._ended_s = self._clock()

    def tokens_per_s(self, usage: Usage | None) -> float | None:
        """Return how fast the text was written, by the server's count; None where that cannot be known."""
        if usage is None or self._first_text_s is None or self._is_blind:
            return None
        since_s, tokens = self._first_text_s, usage.output_tokens - usage.reasoning_tokens
        if self._first_thought_s is not None and not usage.reasoning_tokens:
            since_s = min(since_s, self._first_thought_s)  # the server counts what it reasoned as output
        span_s = self._ended_s - since_s
        return (tokens - 1) / span_s if tokens > 1 and span_s >= LEAST_SPAN_S else None
