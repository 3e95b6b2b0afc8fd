import asyncio
import logging
from collections.abc import AsyncGenerator

import pytest

from frieza_tui.backends.base import Deletion, Preparation
from frieza_tui.backends.scripted import Reply, ScriptedBackend, final
from frieza_tui.chat import Chat
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.errors import ModelError, ServerFacts, ServerFault, StreamCut
from frieza_tui.domain.events import MessageClosed, RunChanged, StreamFault, TextDelta
from frieza_tui.domain.run import RunError, ToolCall
from frieza_tui.domain.turn import TurnEnded, TurnEvent

FRIEZA = Assistant("フリーザ様", "You act as Frieza from Dragon Ball. Speak in Japanese")


def chat_with(*replies: Reply) -> tuple[Chat, ScriptedBackend]:
    backend = ScriptedBackend(replies)
    return Chat(backend, FRIEZA), backend


async def all_of(events: AsyncGenerator[TurnEvent, None]) -> list[TurnEvent]:
    return [event async for event in events]


def text_of(events: list[TurnEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def ending_of(events: list[TurnEvent]) -> TurnEnded:
    endings = [event for event in events if isinstance(event, TurnEnded)]
    assert len(endings) == 1
    assert events[-1] is endings[0]
    return endings[0]


async def test_a_turn_gives_its_text_and_one_end() -> None:
    chat, _backend = chat_with(Reply("こんにち", "は。"))
    events = await all_of(chat.send("やあ"))
    assert text_of(events) == "こんにちは。"
    ended = ending_of(events)
    assert ended.outcome == "done"
    assert ended.first_token_s is not None
    assert ended.usage is not None
    assert [message.role for message in chat.thread.messages] == ["user", "assistant"]
    assert chat.thread.messages[1].text == "こんにちは。"


async def test_the_thread_before_goes_with_the_next_message() -> None:
    chat, backend = chat_with(Reply("一"), Reply("二"))
    await all_of(chat.send("1"))
    await all_of(chat.send("2"))
    assert [message.text for message in backend.requests[1].thread.messages] == ["1", "一", "2"]


async def test_stop_keeps_the_partial_reply_and_cancels_on_the_server() -> None:
    gate = asyncio.Event()
    chat, backend = chat_with(Reply("途中", gate, "まで"), Reply("次"))
    events: list[TurnEvent] = []
    async for event in chat.send("話して"):
        events.append(event)
        if isinstance(event, TextDelta):
            assert chat.stop()
            assert not chat.stop()
    assert ending_of(events).outcome == "cancelled"
    assert chat.thread.messages[-1].text == "途中"
    assert chat.thread.messages[-1].status == "incomplete"
    assert text_of(await all_of(chat.send("次"))) == "次"
    assert len(backend.cancelled_runs) == 1


async def test_stop_gives_the_turn_back_while_the_server_is_still_cancelling() -> None:
    chat, backend = chat_with(Reply("一", asyncio.Event()), Reply("二"))
    backend.cancel_gate = asyncio.Event()
    async for event in chat.send("1"):
        if isinstance(event, TextDelta):
            chat.stop()
    assert not chat.is_busy
    following = asyncio.create_task(all_of(chat.send("2")))
    await asyncio.sleep(0)
    assert len(backend.requests) == 1
    backend.cancel_gate.set()
    assert text_of(await following) == "二"


async def test_a_turn_stopped_while_the_server_cancels_the_one_before_is_not_cancelled_beside_it() -> None:
    chat, backend = chat_with(Reply("一", asyncio.Event()), Reply("二"), Reply("三"))
    backend.cancel_gate = asyncio.Event()
    async for event in chat.send("1"):
        if isinstance(event, TextDelta):
            chat.stop()
    following = chat.send("2")
    stopping = asyncio.create_task(all_of(following))
    await asyncio.sleep(0)
    assert chat.stop()
    await stopping
    for _turn_of_the_loop in range(10):
        await asyncio.sleep(0)
    backend.cancel_gate.set()
    assert text_of(await all_of(chat.send("3"))) == "二"
    assert [bool(run_id) for run_id in backend.cancelled_runs] == [True]


async def test_leaving_the_events_early_ends_the_turn() -> None:
    chat, _backend = chat_with(Reply("一", asyncio.Event()), Reply("二"))
    events = chat.send("1")
    async for event in events:
        if isinstance(event, TextDelta):
            break
    await events.aclose()
    assert not chat.is_busy
    assert ending_of(await all_of(chat.send("2"))).outcome == "done"


async def test_a_message_that_never_arrived_is_taken_out_and_can_be_sent_again() -> None:
    chat, _backend = chat_with(Reply(before=[StreamCut("Cut.", "Again.")]), Reply("はい"))
    ended = ending_of(await all_of(chat.send("聞け")))
    assert (ended.outcome, ended.is_sent) == ("failed", False)
    assert (ended.happened, ended.todo) == ("Cut.", "Again.")
    assert not chat.thread.messages
    assert chat.can_retry
    assert text_of(await all_of(chat.retry())) == "はい"
    assert [message.text for message in chat.thread.messages] == ["聞け", "はい"]


async def test_a_fault_of_the_servers_is_told_with_the_id_that_its_people_need(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("frieza_tui"), "propagate", True)  # a log file that was opened keeps it off
    facts = ServerFacts("https://example.invalid/v1", 500, "req_1\x1b[31m", "some secret words")
    chat, _backend = chat_with(Reply(before=[ServerFault("It failed.", "Again.", facts)]))
    ended = ending_of(await all_of(chat.send("聞け")))
    assert (ended.happened, ended.todo) == ("It failed. Its request id is req_1.", "Again.")
    assert "ServerFault, status 500, request req_1" in caplog.text
    assert "of https://example.invalid/v1" in caplog.text
    assert "secret" not in caplog.text


async def test_a_cut_in_the_middle_keeps_what_came() -> None:
    chat, _backend = chat_with(Reply("途中", StreamCut("The stream broke.")))
    ended = ending_of(await all_of(chat.send("聞け")))
    assert (ended.outcome, ended.is_sent) == ("failed", True)
    assert [message.text for message in chat.thread.messages] == ["聞け", "途中"]


async def test_retry_asks_the_last_message_again() -> None:
    chat, backend = chat_with(Reply("一"), Reply("別"))
    await all_of(chat.send("1"))
    await all_of(chat.retry())
    assert [message.text for message in backend.requests[1].thread.messages] == ["1"]
    assert [message.text for message in chat.thread.messages] == ["1", "別"]


@pytest.mark.parametrize(
    ("last", "outcome", "word"),
    [
        (final("incomplete", incomplete_reason="max_completion_tokens"), "incomplete", "largest"),
        (final("incomplete", incomplete_reason="content_filter"), "incomplete", "filter"),
        (final("failed", error=RunError("server_error", "It broke.")), "failed", "It broke."),
        (final("expired"), "failed", "expired"),
        (final("cancelled"), "cancelled", "server"),
        (
            final("requires_action", required_calls=(ToolCall("function", name="destroy_planet"),)),
            "failed",
            "destroy_planet",
        ),
        (StreamFault(RunError("server_error", "Oops.")), "failed", "Oops."),
    ],
)
async def test_each_end_of_a_run_is_told_in_words(last: RunChanged | StreamFault, outcome: str, word: str) -> None:
    chat, _backend = chat_with(Reply("…", last))
    ended = ending_of(await all_of(chat.send("1")))
    assert ended.outcome == outcome
    assert word in ended.happened


async def test_a_mistake_of_our_own_ends_the_turn_in_words(caplog: pytest.LogCaptureFixture) -> None:
    chat, _backend = chat_with(Reply("一", ZeroDivisionError("secret")), Reply("二"))
    ended = ending_of(await all_of(chat.send("1")))
    assert ended.outcome == "failed"
    assert "ZeroDivisionError" in ended.happened
    assert "secret" not in ended.happened
    assert ending_of(await all_of(chat.send("2"))).outcome == "done"


async def test_a_sequence_cut_between_two_deltas_never_reaches_a_face() -> None:
    chat, _backend = chat_with(Reply("赤\x1b[", "31m文字\x1b]52;c;", "aGk=\x07終"))
    events = await all_of(chat.send("1"))
    assert text_of(events) == "赤文字終"
    closed = [event for event in events if isinstance(event, MessageClosed)]
    assert closed[0].message.text == "赤文字終"
    assert "\x1b" in chat.thread.messages[-1].text


async def test_text_that_waits_unread_is_joined() -> None:
    chat, _backend = chat_with(Reply(*["あ"] * 2000))
    events = await all_of(chat.send("1"))
    assert text_of(events) == "あ" * 2000
    assert len([event for event in events if isinstance(event, TextDelta)]) <= 2000


async def test_a_failed_preparation_shows_and_is_told_again_when_a_message_is_sent() -> None:
    error = ModelError("There is no model.", "Install one.")
    backend = ScriptedBackend([Reply("一")], preparation=[error])
    chat = Chat(backend, FRIEZA)
    seen: list[Preparation] = []
    chat.on_preparation = seen.append
    await chat.prepare()
    assert seen[-1].stage == "failed"
    assert "Install one." in seen[-1].detail
    ended = ending_of(await all_of(chat.send("1")))
    assert (ended.happened, ended.is_sent) == ("There is no model.", False)


async def test_close_gives_the_same_receipt_however_often() -> None:
    chat, backend = chat_with(Reply("一"))
    await all_of(chat.send("1"))
    receipt = await chat.close()
    assert {line.kind for line in receipt} == {"thread", "assistant"}
    assert all(line.is_deleted for line in receipt)
    assert await chat.close() == receipt
    assert backend.is_closed


async def test_keep_leaves_the_remote_objects_and_says_so() -> None:
    backend = ScriptedBackend([Reply("一")])
    chat = Chat(backend, FRIEZA, is_kept=True)
    await all_of(chat.send("1"))
    receipt = await chat.close()
    assert [line.is_deleted for line in receipt] == [False, False]
    assert "keep" in receipt[0].reason
    assert len(backend.remote_objects) == 2


async def test_close_does_not_wait_for_a_server_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("frieza_tui.chat.receipt.DELETE_S", 0.01)
    chat, backend = chat_with(Reply("一"))
    await all_of(chat.send("1"))
    backend.delete_gate = asyncio.Event()
    receipt: tuple[Deletion, ...] = await chat.close()
    assert [line.is_deleted for line in receipt] == [False, False]
    assert "in time" in receipt[0].reason


async def test_close_in_the_middle_of_a_turn_ends_it() -> None:
    chat, backend = chat_with(Reply("一", asyncio.Event()))
    events: list[TurnEvent] = []
    has_text = asyncio.Event()

    async def read() -> None:
        async for event in chat.send("1"):
            events.append(event)
            if isinstance(event, TextDelta):
                has_text.set()

    reading = asyncio.create_task(read())
    await has_text.wait()
    await chat.close()
    await reading
    assert ending_of(events).outcome == "cancelled"
    assert backend.is_closed
