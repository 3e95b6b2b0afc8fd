"""The same conversation over two programs: with a face on it, over the Assistants adapter, after a crash."""

import asyncio
import io
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from frieza_tui.backends.assistants import AssistantsBackend
from frieza_tui.backends.base import Backend
from frieza_tui.backends.named_server import Server
from frieza_tui.backends.openai_client import OpenAIClient
from frieza_tui.backends.scripted import Reply, ScriptedBackend
from frieza_tui.chat import Chat, Past
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.errors import StoreError
from frieza_tui.domain.events import TextDelta
from frieza_tui.domain.thread import Thread
from frieza_tui.domain.turn import TurnEvent
from frieza_tui.plain import PlainFace
from frieza_tui.store.journal import DiskJournal
from frieza_tui.store.threads import open_threads
from tests.support.loopback import running_server

FRIEZA = Assistant("フリーザ様", "Speak.")


async def all_of(events: AsyncGenerator[TurnEvent, None]) -> list[TurnEvent]:
    return [event async for event in events]


async def keep(file: Path, *replies: Reply) -> None:
    """Hold a conversation of one turn for each reply, and leave it."""
    chat = Chat(ScriptedBackend(replies), FRIEZA, journal=DiskJournal(file))
    for turn in range(len(replies)):
        await all_of(chat.send(f"問{turn}"))
    await chat.close()


async def keep_cut(file: Path) -> None:
    """Leave a reply in its middle, as a program does that is killed."""
    journal = DiskJournal(file)
    chat = Chat(ScriptedBackend([Reply("途中\x1b]52;c;aGk=\x07", asyncio.Event())]), FRIEZA, journal=journal)
    events = chat.send("話して")
    async for event in events:
        if isinstance(event, TextDelta):
            break
    await journal.close()
    chat._journal = DiskJournal(file.with_name("elsewhere"))
    await events.aclose()
    await chat.close()


def resumed(file: Path, backend: Backend, name: str = "last") -> Chat:
    with open_threads(file) as threads:
        kept = threads.load(threads.find(name))
    past = Past(kept.thread, kept.turns, kept.draft)
    return Chat(backend, FRIEZA, journal=DiskJournal(file, kept.written), past=past)


async def test_the_next_message_goes_with_the_whole_history(file: Path) -> None:
    await keep(file, Reply("一"), Reply("二"))
    backend = ScriptedBackend([Reply("三")])
    chat = resumed(file, backend)
    await all_of(chat.send("問2"))
    await chat.close()
    assert [message.text for message in backend.requests[0].thread.messages] == ["問0", "一", "問1", "二", "問2"]
    with open_threads(file) as threads:
        (summary,) = threads.recent()
        assert threads.load(summary.id).thread == chat.thread


async def test_the_assistants_server_gets_the_whole_history(file: Path) -> None:
    await keep(file, Reply("一"))
    behind = ScriptedBackend([Reply("二")])
    async with running_server(behind) as (base_url, token):
        chat = resumed(file, AssistantsBackend(OpenAIClient(Server(base_url, token))))
        await all_of(chat.send("問1"))
        await chat.close()
    assert [message.text for message in behind.requests[0].thread.messages] == ["問0", "一", "問1"]
    assert [message.role for message in behind.requests[0].thread.messages] == ["user", "assistant", "user"]
    assert chat.thread.messages[-1].text == "二"


async def test_a_cut_reply_is_shown_as_cut_and_can_be_asked_again(file: Path) -> None:
    await keep_cut(file)
    backend = ScriptedBackend([Reply("はじめから")])
    chat = resumed(file, backend)
    (turn,) = chat.branches.turns()
    assert turn.ended
    assert "".join(event.text for event in turn.events if isinstance(event, TextDelta)) == "途中"
    assert "Cut off here" in turn.ended.happened
    assert chat.can_retry
    await all_of(chat.retry())
    await chat.close()
    assert [message.text for message in backend.requests[0].thread.messages] == ["話して"]
    with open_threads(file) as threads:
        kept = threads.load(threads.find("last"))
    assert [message.text for message in kept.thread.messages] == ["話して", "はじめから"]
    assert kept.turns[0].ended
    assert kept.turns[0].ended.outcome == "done"


async def test_a_cut_reply_is_gone_on_with(file: Path) -> None:
    await keep_cut(file)
    backend = ScriptedBackend([Reply("続き")])
    chat = resumed(file, backend)
    await all_of(chat.send("続けて"))
    await chat.close()
    with open_threads(file) as threads:
        kept = threads.load(threads.find("last"))
    assert kept.thread == chat.thread
    assert [turn.ended and turn.ended.outcome for turn in kept.turns] == ["incomplete", "done"]


async def test_the_plain_face_prints_what_came_before(file: Path) -> None:
    await keep_cut(file)
    out, err = io.StringIO(), io.StringIO()
    await PlainFace(resumed(file, ScriptedBackend([Reply("はい")])), out, err).run_loop(io.StringIO("続けて\nq\n"))
    assert out.getvalue() == "> 話して\n途中\n> はい\n> "
    assert err.getvalue().startswith("Cut off here")


@pytest.mark.parametrize("name", ["last", "thread_0000", ""])
def test_a_thread_that_is_not_there_is_named(file: Path, name: str) -> None:
    with open_threads(file) as threads, pytest.raises(StoreError):
        threads.find(name)


async def test_a_thread_is_found_by_the_beginning_of_its_id(file: Path) -> None:
    await keep(file, Reply("一"))
    with open_threads(file) as threads:
        (summary,) = threads.recent()
        assert threads.find(summary.id[:14]) == threads.find(summary.id[7:12]) == threads.find("last") == summary.id


async def test_a_program_goes_from_one_thread_to_another(file: Path) -> None:
    await keep(file, Reply("一"))
    backend = ScriptedBackend([Reply("新"), Reply("続"), Reply("また新")])
    chat = Chat(backend, FRIEZA, journal=DiskJournal(file))
    await all_of(chat.send("別の話"))
    with open_threads(file) as threads:
        kept = threads.load(threads.recent("問0")[0].id)
    assert chat.go_on_with(Past(kept.thread, kept.turns))
    await all_of(chat.send("続けて"))
    assert chat.go_on_with(Past(Thread()))
    await all_of(chat.send("もう一つ"))
    await chat.close()
    assert [message.text for message in backend.requests[1].thread.messages] == ["問0", "一", "続けて"]
    with open_threads(file) as threads:
        found = [[message.text for message in threads.load(one.id).thread.messages] for one in threads.recent()]
    assert found == [["もう一つ", "また新"], ["問0", "一", "続けて", "続"], ["別の話", "新"]]


async def test_an_open_turn_keeps_its_thread() -> None:
    chat = Chat(ScriptedBackend([Reply("一", asyncio.Event())]), FRIEZA)
    async for event in chat.send("話して"):
        if isinstance(event, TextDelta):
            assert not chat.go_on_with(Past(Thread()))
            chat.stop()
    assert chat.thread.messages[0].text == "話して"
    await chat.close()
