import asyncio
from collections.abc import AsyncGenerator

import pytest

from frieza_tui.backends.scripted import Reply, ScriptedBackend, final
from frieza_tui.chat import Chat, Patience
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.errors import FriezaError, RateLimited, ServerFault, TimedOut, Unreachable
from frieza_tui.domain.events import ReasoningDelta, RunEvent, StepDelta
from frieza_tui.domain.run import RunError, ToolCall
from frieza_tui.domain.turn import TurnDelayed, TurnEnded, TurnEvent

BUSY = "Too many requests."


class Sleeps:
    """Sleeps that are over at once, and how long they would have been."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)


def chat_with(*replies: Reply) -> tuple[Chat, ScriptedBackend, Sleeps]:
    backend, sleeps = ScriptedBackend(replies), Sleeps()
    chat = Chat(backend, Assistant("フリーザ様", "Speak."))
    chat.patience = Patience(sleeps.sleep)
    return chat, backend, sleeps


async def all_of(events: AsyncGenerator[TurnEvent, None]) -> list[TurnEvent]:
    return [event async for event in events]


def refused(wait_s: float | None = None) -> Reply:
    return Reply(before=[RateLimited(BUSY, "Wait.", retry_after_s=wait_s)])


async def test_a_rate_limit_is_counted_down_and_the_message_sent_again() -> None:
    chat, backend, sleeps = chat_with(refused(2.5), Reply("はい"))
    events = await all_of(chat.send("聞け"))
    delays = [event for event in events if isinstance(event, TurnDelayed)]
    assert [(delay.left_s, delay.is_news) for delay in delays] == [(3, True), (2, False), (1, False), (0, False)]
    assert delays[0].happened == BUSY
    assert delays[0].is_limit
    assert sleeps.seconds == [0.5, 1.0, 1.0]
    assert isinstance(events[-1], TurnEnded)
    assert events[-1].outcome == "done"
    assert [request.thread.messages[-1].text for request in backend.requests] == ["聞け", "聞け"]
    assert [message.text for message in chat.thread.messages] == ["聞け", "はい"]


async def test_an_overloaded_server_that_names_a_wait_is_asked_again() -> None:
    chat, _backend, sleeps = chat_with(Reply(before=[ServerFault("Overloaded.", retry_after_s=1.0)]), Reply("はい"))
    events = await all_of(chat.send("聞け"))
    assert not next(event for event in events if isinstance(event, TurnDelayed)).is_limit
    assert sleeps.seconds == [1.0]


@pytest.mark.parametrize(
    "error",
    [
        RateLimited("No quota left.", is_lasting=True),
        RateLimited("Come back in an hour.", retry_after_s=3600.0),
        ServerFault("It broke."),
        TimedOut("Silent."),
    ],
    ids=["no quota", "too long", "broken", "silent"],
)
async def test_where_no_wait_helps_the_turn_has_failed_at_once(error: FriezaError) -> None:
    chat, backend, sleeps = chat_with(Reply(before=[error]), Reply("never"))
    ended = (await all_of(chat.send("聞け")))[-1]
    assert isinstance(ended, TurnEnded)
    assert (ended.outcome, ended.is_sent) == ("failed", False)
    assert (len(backend.requests), sleeps.seconds) == (1, [])


async def test_nothing_is_sent_again_once_a_run_has_begun() -> None:
    chat, backend, _sleeps = chat_with(Reply("途中", RateLimited(BUSY, retry_after_s=1.0)), Reply("never"))
    ended = (await all_of(chat.send("聞け")))[-1]
    assert isinstance(ended, TurnEnded)
    assert (ended.outcome, ended.is_sent) == ("failed", True)
    assert len(backend.requests) == 1


def limited(message: str = BUSY, *before: RunEvent) -> Reply:
    return Reply(*before, final("failed", error=RunError("rate_limit_exceeded", message)))


async def test_a_run_that_its_limit_ended_before_it_brought_anything_is_begun_again() -> None:
    chat, backend, sleeps = chat_with(limited("Please try again in 1.5s."), limited(), Reply("はい"))
    events = await all_of(chat.send("聞け"))
    assert sum(sleeps.seconds) == 1.5 + 10
    ended = events[-1]
    assert isinstance(ended, TurnEnded)
    assert (ended.outcome, len(backend.requests)) == ("done", 3)
    assert [message.text for message in chat.thread.messages] == ["聞け", "はい"]


@pytest.mark.parametrize(
    "brought",
    [ReasoningDelta("Hm."), StepDelta("step_1", 0, ToolCall("code_interpreter", input="launch()"))],
    ids=["reasoning", "a tool"],
)
async def test_a_run_that_brought_something_is_not_begun_again_by_itself(brought: RunEvent) -> None:
    chat, backend, sleeps = chat_with(limited(BUSY, brought), Reply("never"))
    ended = (await all_of(chat.send("聞け")))[-1]
    assert isinstance(ended, TurnEnded)
    assert (ended.outcome, ended.trouble, len(backend.requests), sleeps.seconds) == ("failed", "limit", 1, [])


async def test_a_run_that_failed_for_want_of_quota_is_not_begun_again() -> None:
    quota = "You exceeded your current quota, please check your plan and billing details."
    chat, backend, _sleeps = chat_with(limited(quota), Reply("never"))
    ended = (await all_of(chat.send("聞け")))[-1]
    assert isinstance(ended, TurnEnded)
    assert (ended.trouble, ended.todo, len(backend.requests)) == ("limit", "Add credit to it, or use another key.", 1)


async def test_a_run_whose_limit_has_no_end_has_failed_and_has_nothing_to_fetch() -> None:
    chat, backend, _sleeps = chat_with(*[limited()] * 9)
    ended = (await all_of(chat.send("聞け")))[-1]
    assert isinstance(ended, TurnEnded)
    assert (ended.outcome, ended.rest, ended.is_sent, len(backend.requests)) == ("failed", "", True, 6)
    assert not chat.can_rejoin


async def test_a_message_that_a_limited_run_was_asked_for_stays_sent_when_the_server_goes() -> None:
    chat, _backend, _sleeps = chat_with(limited(), Reply(before=[Unreachable("Gone.")]))
    ended = (await all_of(chat.send("聞け")))[-1]
    assert isinstance(ended, TurnEnded)
    assert (ended.trouble, ended.is_sent) == ("connection", True)
    assert [message.text for message in chat.thread.messages] == ["聞け"]


async def test_without_a_named_wait_each_one_is_longer_and_they_have_an_end() -> None:
    chat, backend, sleeps = chat_with(*[refused()] * 9)
    ended = (await all_of(chat.send("聞け")))[-1]
    assert isinstance(ended, TurnEnded)
    assert (ended.outcome, ended.trouble) == ("failed", "limit")
    assert len(backend.requests) == 6
    assert sum(sleeps.seconds) == 5 + 10 + 20 + 40 + 80


async def test_all_waits_together_have_an_end() -> None:
    chat, backend, sleeps = chat_with(*[refused(119.0)] * 9)
    await all_of(chat.send("聞け"))
    assert len(backend.requests) == 3
    assert sum(sleeps.seconds) <= 300


async def test_stop_ends_the_wait_and_the_message_can_be_asked_again() -> None:
    chat, backend, _sleeps = chat_with(refused(5.0), Reply("はい"))
    chat.patience = Patience(lambda _seconds: asyncio.Event().wait())
    events: list[TurnEvent] = []
    async for event in chat.send("聞け"):
        events.append(event)
        if isinstance(event, TurnDelayed):
            assert chat.stop()
    assert isinstance(events[-1], TurnEnded)
    assert events[-1].outcome == "cancelled"
    assert len(backend.requests) == 1
    await all_of(chat.retry())
    assert [message.text for message in chat.thread.messages] == ["聞け", "はい"]


async def test_the_time_to_the_first_token_is_that_of_the_last_request() -> None:
    moment = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal moment
        moment += seconds

    chat, _backend, _sleeps = chat_with(refused(60.0), Reply("はい"))
    chat.patience = Patience(sleep)
    ended = (await all_of(chat.send("聞け")))[-1]
    assert isinstance(ended, TurnEnded)
    assert ended.first_token_s is not None
    assert ended.first_token_s < 60
