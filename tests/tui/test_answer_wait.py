import asyncio

import pytest

from frieza_tui.backends.scripted import Reply
from frieza_tui.domain.events import ReasoningDelta
from frieza_tui.tui.answer_wait import AnswerWait
from frieza_tui.tui.widgets.waiting_line import WaitingLine
from tests.support.stage import Stage, open_stage


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.setattr("frieza_tui.tui.widgets.waiting_line.LOOK_S", 0.01)
    return Clock()


def set_clock(at: Stage, clock: Clock) -> None:
    at.screen.parts.turns.answer_wait._clock = clock


def timers(at: Stage) -> int:
    return len(at.screen.query_one(WaitingLine)._timers)


@pytest.mark.parametrize("first", ["text", ReasoningDelta("thought")], ids=["text", "reasoning"])
async def test_the_seconds_until_a_reply_begins_are_counted_and_gone_with_its_first_piece(
    clock: Clock, first: str | ReasoningDelta
) -> None:
    gate, end = asyncio.Event(), asyncio.Event()
    async with open_stage(Reply(gate, first, end)) as at:
        set_clock(at, clock)
        await at.say("hello")
        await at.wait_for("in progress")
        clock.now_s += 7
        await at.wait_for("Waiting for the answer: 7 s")
        clock.now_s += 1
        await at.wait_for("Waiting for the answer: 8 s")
        gate.set()
        await at.wait_for("text" if first == "text" else "thought")
        assert "Waiting" not in at.text
        await at.wait_until(lambda: timers(at) == 0)


async def test_a_reply_that_begins_at_once_is_not_waited_for() -> None:
    clock = Clock()
    wait = AnswerWait(clock)
    wait.begin()
    clock.now_s += 1.4
    assert wait.words == ""
    clock.now_s += 1
    assert wait.words == "Waiting for the answer: 2 s"
    wait.end()
    assert wait.words == ""


async def test_nothing_is_counted_after_a_cancel(clock: Clock) -> None:
    async with open_stage(Reply(asyncio.Event())) as at:
        set_clock(at, clock)
        await at.say("hello")
        clock.now_s += 7
        await at.wait_for("Waiting for the answer: 7 s")
        await at.press("escape")
        await at.wait_for("cancelled")
        assert "Waiting" not in at.text
        await at.wait_until(lambda: timers(at) == 0)
