import asyncio
from collections.abc import AsyncGenerator

from frieza_tui.backends.base import RunRequest
from frieza_tui.backends.scripted import Reply, ScriptedBackend
from frieza_tui.chat import Chat, Past
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.thread import Thread
from frieza_tui.domain.turn import TurnEvent

FRIEZA = Assistant("フリーザ様", "Speak.")


def chat_with(*replies: Reply) -> tuple[Chat, list[RunRequest]]:
    expected: list[RunRequest] = []
    backend = ScriptedBackend(replies)
    backend.expect = expected.append
    return Chat(backend, FRIEZA), expected


async def read(events: AsyncGenerator[TurnEvent, None], begun: asyncio.Event | None = None) -> None:
    async for _event in events:
        if begun is not None:
            begun.set()


def texts(request: RunRequest) -> list[str]:
    return [message.text for message in request.thread.messages]


async def test_a_draft_is_told_as_the_run_that_sending_it_would_ask_for() -> None:
    chat, expected = chat_with(Reply("一"))
    await read(chat.send("1"))
    chat.ahead.note("2")
    assert [texts(request) for request in expected] == [["1", "一", "2"]]
    assert expected[0].assistant is FRIEZA
    assert [message.text for message in chat.thread.messages] == ["1", "一"]


async def test_the_same_draft_and_a_blank_one_are_not_told() -> None:
    chat, expected = chat_with()
    for draft in ("a", "a", " \n", ""):
        chat.ahead.note(draft)
    assert len(expected) == 1


async def test_a_draft_written_during_a_reply_is_told_when_the_reply_has_ended() -> None:
    gate, reached = asyncio.Event(), asyncio.Event()
    chat, expected = chat_with(Reply("一", gate))
    turn = asyncio.create_task(read(chat.send("1"), reached))
    await reached.wait()
    chat.ahead.note("2")
    assert expected == []
    gate.set()
    await turn
    assert [texts(request) for request in expected] == [["1", "一", "2"]]


async def test_with_messages_in_the_queue_the_draft_is_not_next() -> None:
    chat, expected = chat_with()
    chat.queue.push("waits")
    chat.ahead.note("draft")
    assert expected == []


async def test_a_new_thread_is_expected_to_begin_as_threads_do_and_a_begun_one_is_not() -> None:
    chat, expected = chat_with(Reply("一"))
    chat.ahead.opening = "Hello!"
    await chat.prepare()
    assert [texts(request) for request in expected] == [["Hello!"]]
    await read(chat.send("1"))
    assert len(expected) == 1
    chat.go_on_with(Past(Thread()))
    assert texts(expected[-1]) == ["Hello!"]


async def test_a_draft_that_may_become_the_opening_is_taken_for_it() -> None:
    chat, expected = chat_with()
    chat.ahead.opening = "Hello!"
    for draft in ("H", "Hello", "Hello t"):
        chat.ahead.note(draft)
    assert [texts(request) for request in expected] == [["Hello!"], ["Hello!"], ["Hello t"]]


async def test_a_backend_that_does_not_read_ahead_is_told_nothing() -> None:
    chat = Chat(ScriptedBackend(()), FRIEZA)
    chat.ahead.note("draft")
    assert chat.thread.messages == ()
