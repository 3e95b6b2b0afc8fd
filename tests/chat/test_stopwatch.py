from itertools import count

import pytest

from frieza_tui.chat.stopwatch import Stopwatch
from frieza_tui.domain.events import ReasoningDelta, RunEvent, TextDelta
from frieza_tui.domain.run import Usage

TEXT = TextDelta("msg", "a")
THOUGHT = ReasoningDelta("hm")


def timed(*events: RunEvent) -> Stopwatch:
    """Each look at the clock is a second after the one before."""
    ticks = count(0.0)
    stopwatch = Stopwatch(lambda: next(ticks))
    stopwatch.ask()
    for event in events:
        stopwatch.note(event)
    stopwatch.stop()
    return stopwatch


def test_the_first_token_counts_from_the_request_and_the_total_from_the_start() -> None:
    stopwatch = timed(TEXT, TEXT)
    assert (stopwatch.first_token_s, stopwatch.total_s) == (1.0, 3.0)


def test_reasoning_is_a_first_token_too() -> None:
    assert timed(THOUGHT, TEXT).first_token_s == 1.0


@pytest.mark.parametrize(
    ("events", "usage", "speed"),
    [
        ((TEXT,), Usage(9, 11), 10.0),
        ((TEXT,), Usage(9, 21, reasoning_tokens=10), 10.0),
        ((THOUGHT, TEXT), Usage(9, 21, reasoning_tokens=10), 10.0),
        ((THOUGHT, TEXT), Usage(9, 21), 10.0),
        ((TEXT,), None, None),
        ((TEXT,), Usage(9, 1), None),
        ((), Usage(9, 11), None),
    ],
    ids=["text", "hidden reasoning", "shown reasoning", "uncounted reasoning", "no count", "one token", "no text"],
)
def test_the_speed_is_that_of_the_tokens_that_were_seen(
    events: tuple[RunEvent, ...], usage: Usage | None, speed: float | None
) -> None:
    assert timed(*events).tokens_per_s(usage) == speed


def test_a_reply_that_came_at_once_has_no_speed() -> None:
    stopwatch = Stopwatch(lambda: 5.0)
    stopwatch.note(TEXT)
    assert stopwatch.tokens_per_s(Usage(9, 300)) is None
