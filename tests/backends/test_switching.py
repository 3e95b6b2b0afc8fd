import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import pytest

from frieza_tui.backends.base import Label, Preparation
from frieza_tui.backends.refusing import RefusingBackend
from frieza_tui.backends.scripted import SCRIPTED, Reply, ScriptedBackend
from frieza_tui.backends.switching import SwitchingBackend
from frieza_tui.chat import Chat
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.errors import BackendError
from frieza_tui.domain.events import TextDelta
from frieza_tui.domain.turn import TurnEnded, TurnEvent

FRIEZA = Assistant("フリーザ様", "Speak.")


async def text_of(events: AsyncGenerator[TurnEvent, None]) -> str:
    async with aclosing(events) as turn:
        return "".join([event.text async for event in turn if isinstance(event, TextDelta)])


async def reached(chat: Chat, stage: str) -> None:
    """Wait until the preparation has come to a stage."""
    has_come = asyncio.Event()

    def listen(preparation: Preparation) -> None:
        if preparation.stage == stage:
            has_come.set()

    chat.on_preparation = listen
    await has_come.wait()


async def test_the_conversation_goes_on_with_the_next_one() -> None:
    first, second = (
        ScriptedBackend([Reply("一")]),
        ScriptedBackend([Reply("二")], label=replace(SCRIPTED, model="other")),
    )
    backend = SwitchingBackend(first)
    chat = Chat(backend, FRIEZA)
    assert await text_of(chat.send("1")) == "一"
    backend.switch(second)
    assert chat.label.model == "other"
    assert await text_of(chat.send("2")) == "二"
    assert [message.text for message in second.requests[0].thread.messages] == ["1", "一", "2"]
    await chat.close()


async def test_who_is_left_is_deleted_closed_and_on_the_receipt() -> None:
    first, second = ScriptedBackend([Reply("一")]), ScriptedBackend([Reply("二")])
    backend = SwitchingBackend(first)
    chat = Chat(backend, FRIEZA)
    await text_of(chat.send("1"))
    backend.switch(second)
    await text_of(chat.send("2"))
    receipt = await chat.close()
    assert [(one.kind, one.is_deleted) for one in receipt] == [("thread", True), ("assistant", True)] * 2
    assert first.is_closed
    assert second.is_closed


async def test_what_is_to_be_kept_is_not_deleted_at_a_switch_and_is_on_the_receipt() -> None:
    first, second = ScriptedBackend([Reply("一")]), ScriptedBackend([Reply("二")])
    backend = SwitchingBackend(first, is_kept=True)
    chat = Chat(backend, FRIEZA, is_kept=True)
    await text_of(chat.send("1"))
    made = first.remote_objects
    backend.switch(second)
    await text_of(chat.send("2"))
    receipt = await chat.close()
    assert [one.is_deleted for one in receipt] == [False] * 4
    assert {one.id for one in made} < {one.id for one in receipt}
    assert first.remote_objects == made
    assert first.is_closed


async def test_a_message_that_waits_for_one_is_answered_by_the_next() -> None:
    never = ScriptedBackend([Reply("never")], preparation=[Preparation("loading_model"), asyncio.Event()])
    backend = SwitchingBackend(never)
    chat = Chat(backend, FRIEZA)
    waiting = asyncio.create_task(text_of(chat.send("1")))
    await reached(chat, "loading_model")
    backend.switch(ScriptedBackend([Reply("二")]))
    assert await waiting == "二"
    assert never.requests == []
    await chat.close()
    assert never.is_closed


async def test_an_answer_that_is_coming_is_not_cut_by_a_switch() -> None:
    gate = asyncio.Event()
    first = ScriptedBackend([Reply("一", gate, "二")])
    backend = SwitchingBackend(first)
    chat = Chat(backend, FRIEZA)
    texts: list[str] = []
    async with aclosing(chat.send("1")) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                texts.append(event.text)
                if len(texts) == 1:
                    backend.switch(ScriptedBackend([Reply("三")]))
                    gate.set()
    assert texts == ["一", "二"]
    await chat.close()
    assert first.is_closed


async def test_a_run_that_was_begun_before_the_switch_is_cancelled_where_it_runs() -> None:
    first, second = ScriptedBackend([Reply("一", asyncio.Event())]), ScriptedBackend([Reply("二")])
    backend = SwitchingBackend(first)
    chat = Chat(backend, FRIEZA)
    async with aclosing(chat.send("1")) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break
        backend.switch(second)
        chat.stop()
    assert await text_of(chat.send("2")) == "二"
    assert len(first.cancelled_runs) == 1
    await chat.close()


async def test_a_preparation_of_one_that_has_left_is_not_told() -> None:
    first = ScriptedBackend([], preparation=[Preparation("loading_model"), asyncio.Event()])
    backend = SwitchingBackend(first)
    told: list[str] = []
    is_told = asyncio.Event()

    def tell(preparation: Preparation) -> None:
        told.append(preparation.stage)
        is_told.set()

    backend.on_preparation = tell
    preparing = asyncio.create_task(backend.prepare())
    await is_told.wait()
    backend.switch(ScriptedBackend([]))
    first.on_preparation(Preparation("failed"))
    await preparing
    assert told == ["loading_model", "connecting", "ready"]
    await backend.close()


async def test_a_cancelled_preparation_leaves_nothing_behind() -> None:
    backend = SwitchingBackend(ScriptedBackend([], preparation=[asyncio.Event()]))
    before = asyncio.all_tasks()
    preparing = asyncio.create_task(backend.prepare())
    await asyncio.sleep(0)
    preparing.cancel()
    await asyncio.wait([preparing])
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
    await backend.close()


async def test_what_refuses_says_why_and_asks_nobody() -> None:
    backend = RefusingBackend(Label("assistants", "api.openai.com", ""), BackendError("Retired.", "Use another."))
    chat = Chat(backend, FRIEZA)
    await chat.prepare()
    assert chat.preparation == Preparation("failed", detail="Retired. Use another.")
    (ended,) = [event async for event in chat.send("1")]
    assert isinstance(ended, TurnEnded)
    assert (ended.outcome, ended.happened, ended.is_sent) == ("failed", "Retired.", False)
    with pytest.raises(BackendError):
        await backend.prepare()
    assert await chat.close() == ()
