"""A thread's branches on disk: kept, read again, searched, exported and imported."""

import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from frieza_tui.backends.assistants import AssistantsBackend
from frieza_tui.backends.base import Backend
from frieza_tui.backends.named_server import Server
from frieza_tui.backends.openai_client import OpenAIClient
from frieza_tui.backends.scripted import Reply, ScriptedBackend
from frieza_tui.chat import Chat, Past
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.branches import nodes_of
from frieza_tui.domain.events import StepDelta
from frieza_tui.domain.run import ToolCall
from frieza_tui.domain.turn import TurnEvent, Unsent
from frieza_tui.store.exports import export_text, write_export
from frieza_tui.store.imports import read_threads
from frieza_tui.store.journal import DiskJournal
from frieza_tui.store.thread_reader import KeptThread
from frieza_tui.store.threads import open_threads
from tests.support.loopback import running_server

FRIEZA = Assistant("フリーザ様", "Speak.")
CALL = StepDelta("s", 0, ToolCall("code_interpreter", input="1+2"))


async def all_of(events: AsyncGenerator[TurnEvent, None]) -> list[TurnEvent]:
    return [event async for event in events]


def texts(thread: KeptThread) -> str:
    return " ".join(message.text for message in thread.thread.messages)


def kept(file: Path, by_message: str = "") -> KeptThread:
    with open_threads(file) as threads:
        return threads.load(threads.find("last"), by_message)


def opened(file: Path, backend: Backend) -> Chat:
    found = kept(file)
    past = Past(found.thread, found.turns, found.draft, queued=found.queued)
    return Chat(backend, FRIEZA, journal=DiskJournal(file, found.written), past=past)


@asynccontextmanager
async def branched(file: Path) -> AsyncIterator[Chat]:
    """A thread a A b B with c C beside b B, and the path on the latter."""
    backend = ScriptedBackend([Reply("A"), Reply("B"), Reply(CALL, "C")])
    chat = Chat(backend, FRIEZA, journal=DiskJournal(file))
    await all_of(chat.send("a"))
    await all_of(chat.send("b"))
    await all_of(chat.send("c", chat.thread.messages[2].id))
    yield chat
    await chat.close()


async def test_all_branches_come_back_and_the_path_ends_where_it_did(file: Path) -> None:
    async with branched(file) as chat:
        whole = chat.thread
    assert kept(file).thread == whole
    async with branched(file) as chat:
        chat.branches.step(chat.thread.messages[2].id, -1)
        whole = chat.thread
    found = kept(file)
    assert found.thread == whole
    assert texts(found) == "a A b B"
    again = opened(file, ScriptedBackend([]))
    again.branches.step(again.thread.messages[2].id, 1)
    turn = list(again.branches.turns())[-1]
    assert CALL in turn.events
    assert turn.ended
    assert turn.ended.usage is not None


async def test_what_is_deleted_is_gone_from_the_file_and_back_when_undone(file: Path, db: sqlite3.Connection) -> None:
    async with branched(file) as chat:
        whole = chat.thread
        chat.branches.delete(chat.thread.messages[0].id)
        await chat._journal.written()
        assert texts(kept(file)) == "c C"
        assert db.execute("SELECT count(*) FROM messages WHERE folded = 'a'").fetchone() == (0,)
        chat.branches.undo()
        await chat._journal.written()
        found = kept(file)
        assert found.thread == whole
        assert all(turn.ended and turn.ended.usage for turn in found.turns)
        chat.branches.delete(chat.thread.messages[0].id)
    assert texts(kept(file)) == "c C"
    assert db.execute("SELECT count(*) FROM runs").fetchone() == (2,)


async def test_a_thread_of_which_all_was_deleted_is_no_more_and_comes_back_when_undone(file: Path) -> None:
    chat = Chat(ScriptedBackend([Reply("A")]), FRIEZA, journal=DiskJournal(file))
    await all_of(chat.send("a"))
    chat.branches.delete(chat.thread.messages[0].id)
    await chat._journal.written()
    with open_threads(file) as threads:
        assert threads.recent() == []
    chat.branches.undo()
    await chat.close()
    assert texts(kept(file)) == "a A"


async def test_the_server_is_given_the_branch_that_was_gone_to(file: Path) -> None:
    async with branched(file) as chat:
        chat.branches.step(chat.thread.messages[2].id, -1)
    behind = ScriptedBackend([Reply("D"), Reply("E")])
    async with running_server(behind) as (base_url, token):
        chat = opened(file, AssistantsBackend(OpenAIClient(Server(base_url, token))))
        await all_of(chat.send("d"))
        chat.branches.step(chat.thread.messages[2].id, 1)
        await all_of(chat.send("e"))
        receipt = await chat.close()
    given = [" ".join(message.text for message in request.thread.messages) for request in behind.requests]
    assert given == ["a A b B d", "a A c C e"]
    assert all(one.is_deleted for one in receipt)
    assert texts(kept(file)) == "a A c C e E"


async def test_a_hit_beside_the_path_leads_there(file: Path) -> None:
    async with branched(file):
        pass
    with open_threads(file) as threads:
        hit = threads.search("B")[-1]
    assert texts(kept(file, hit.message_id)) == "a A b B"


async def test_exports_have_the_path_and_json_all_branches(file: Path, tmp_path: Path) -> None:
    async with branched(file):
        pass
    with open_threads(file) as threads:
        record = threads.load_record(threads.find("last"))
    assert record.version == 2
    plain = export_text(record, "txt").split()
    assert "C" in plain
    assert "B" not in plain
    path = write_export(record, "json", tmp_path)
    with open_threads(tmp_path / "other.sqlite3") as threads:
        (new,) = read_threads(path)
        name = threads.add(new)
        assert name is not None
        assert threads.load(name).thread == kept(file).thread
        assert threads.load_record(name) == record
        assert threads.add(new) is None


async def test_a_file_whose_messages_do_not_fit_together_is_taken_in_as_far_as_they_do(
    file: Path, tmp_path: Path
) -> None:
    async with branched(file):
        pass
    with open_threads(file) as threads:
        text = export_text(threads.load_record(threads.find("last")), "json")
    names = [node.message.id for node in nodes_of(kept(file).thread)]
    broken = tmp_path / "broken.json"
    broken.write_text(text.replace(f'"{names[4]}": "{names[1]}"', f'"{names[4]}": "{names[5]}"'), encoding="utf-8")
    (new,) = read_threads(broken)
    assert [message.text for message in new.thread.messages] == ["c", "C"]
    assert len(nodes_of(new.thread)) == 6


async def test_what_waits_to_be_sent_comes_back_with_its_thread(file: Path) -> None:
    async with branched(file) as chat:
        chat.queue.push("一つ")
        chat.queue.push("二つ")
        chat.keep_unsent("書きかけ")
    found = kept(file)
    assert (found.draft, found.queued) == ("書きかけ", ("一つ", "二つ"))
    again = opened(file, ScriptedBackend([]))
    assert [text for _number, text in again.queue] == ["一つ", "二つ"]


async def test_what_waited_in_a_program_that_is_no_more_is_given_back(file: Path, db: sqlite3.Connection) -> None:
    chat = Chat(ScriptedBackend([]), FRIEZA, journal=DiskJournal(file))
    chat.queue.push("一つ\x1b[31m")
    chat.keep_unsent("")
    await chat.close()
    db.execute("UPDATE drafts SET pid = 1073741824")  # no system has so many
    chat = Chat(ScriptedBackend([]), FRIEZA, journal=DiskJournal(file))
    assert await chat.lost_unsent() == Unsent("", ("一つ",))
    await chat.close()
