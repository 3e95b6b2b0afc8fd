"""What a crash leaves on a server is found at the next start and deleted, with its own server and key."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from frieza_tui.backends.assistants import AssistantsBackend
from frieza_tui.backends.deletions import AT_ONCE
from frieza_tui.backends.named_server import Server
from frieza_tui.backends.openai_client import OpenAIClient
from frieza_tui.backends.scripted import Reply, ScriptedBackend
from frieza_tui.chat import Chat
from frieza_tui.chat.leftovers import FindKey, sweep
from frieza_tui.cli import main
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.errors import StoreError, Unreachable
from frieza_tui.domain.thread import Thread
from frieza_tui.domain.turn import TurnEvent
from frieza_tui.store.database import open_database
from frieza_tui.store.journal import DiskJournal
from frieza_tui.store.ledger import DiskLedger, LedgerServer, mark_of, read_objects
from tests.store.test_journal import block, dead_pid
from tests.support.loopback import running_server
from tests.support.raw_http import Answer, Call, error_answer, serve

FRIEZA = Assistant("フリーザ様", "Speak.")


async def all_of(events: AsyncGenerator[TurnEvent, None]) -> list[TurnEvent]:
    return [event async for event in events]


def ledger_of(file: Path) -> list[tuple[str, str]]:
    db = open_database(file)
    try:
        return sorted((one.kind, one.id) for one in read_objects(db))
    finally:
        db.close()


def let_die(db: sqlite3.Connection) -> None:
    db.execute("UPDATE remote_objects SET pid = ?", (dead_pid(),))


def chat_on(base_url: str, token: str, file: Path) -> Chat:
    journal = DiskJournal(file)
    ledger = DiskLedger(journal, LedgerServer(base_url, "environment", mark_of(base_url, token)))
    client = OpenAIClient(Server(base_url, token), ledger=ledger)
    return Chat(AssistantsBackend(client), FRIEZA, journal=journal)


async def test_objects_are_written_down_before_they_are_used_and_struck_off_when_deleted(file: Path) -> None:
    seen: list[list[str]] = []

    class Looking(ScriptedBackend):
        def _next_reply(self) -> Reply:
            seen.append([kind for kind, _id in ledger_of(file)])
            return super()._next_reply()

    async with running_server(Looking([Reply("はい")])) as (base_url, token):
        chat = chat_on(base_url, token, file)
        await all_of(chat.send("やあ"))
        assert seen == [["assistant", "thread"]]
        await chat.close()
    assert ledger_of(file) == []


def having(key: str) -> FindKey:
    async def find(_server: LedgerServer) -> str:
        return key

    return find


async def test_the_leftovers_of_a_crash_are_deleted(file: Path, db: sqlite3.Connection) -> None:
    async with running_server(ScriptedBackend([Reply("はい")])) as (base_url, token):
        chat = chat_on(base_url, token, file)
        await all_of(chat.send("やあ"))
        assert await sweep(having(token), file) == []  # its program lives
        let_die(db)
        left = await sweep(having(token), file, is_dry=True)
        assert [one.deletion.is_deleted for one in left] == [False, False]
        swept = await sweep(having(token), file)
        assert [one.deletion.is_deleted for one in swept] == [True, True]
        assert {one.base_url for one in swept} == {base_url}
        assert ledger_of(file) == []
        assert all(one.is_deleted for one in await chat.close())


async def test_what_is_not_in_the_ledger_stays_on_the_server(file: Path, db: sqlite3.Connection) -> None:
    async with running_server(ScriptedBackend([Reply("はい")], is_endless=True)) as (base_url, token):
        client = OpenAIClient(Server(base_url, token))
        others = Chat(AssistantsBackend(client), FRIEZA)
        await all_of(others.send("やあ"))
        chat = chat_on(base_url, token, file)
        await all_of(chat.send("やあ"))
        let_die(db)
        ours = {one.deletion.id for one in await sweep(having(token), file)}
        listed = await client.call(client.request("GET", "/assistants", headers={"OpenAI-Beta": "assistants=v2"}))
        assert len(listed["data"]) == 1
        assert {one["id"] for one in listed["data"]}.isdisjoint(ours)
        await chat.close()
        await others.close()


async def leave(file: Path, base_url: str, *ids: str) -> None:
    """Have a program die that made responses on a server."""
    journal = DiskJournal(file)
    ledger = DiskLedger(journal, LedgerServer(base_url, "", ""))
    for one in ids:
        ledger.add("response", one)
    await journal.close()


async def test_a_silent_server_holds_no_other_up_and_what_is_gone_is_struck_off_when_the_sweep_is_cancelled(
    file: Path, db: sqlite3.Connection
) -> None:
    def answer(call: Call) -> Answer:
        return Answer([asyncio.Event()]) if call.path.endswith("silent") else Answer([b"{}"])

    async with serve(answer) as silent, serve(answer) as talking:
        await leave(file, silent.base_url, "silent")
        await leave(file, talking.base_url, *(f"gone-{number}" for number in range(AT_ONCE)), "silent")
        let_die(db)
        sweeping = asyncio.create_task(sweep(having(""), file))
        await silent.asked("DELETE", "/silent")
        await talking.asked("DELETE", "/silent")  # one of the others is gone then
        sweeping.cancel()
        await asyncio.wait([sweeping])
        left = [(one.server.base_url, one.id) for one in read_objects(db)]
    assert {(silent.base_url, "silent"), (talking.base_url, "silent")} <= set(left)
    assert len(left) < AT_ONCE + 2


async def test_the_sweep_begins_also_where_the_conversations_own_server_cannot_be_reached() -> None:
    has_begun = asyncio.Event()

    async def begin() -> None:
        has_begun.set()

    chat = Chat(ScriptedBackend([], preparation=[Unreachable("No route.")]), FRIEZA, sweep=begin)
    await chat.prepare()
    await asyncio.wait_for(has_begun.wait(), 20)
    await chat.close()


async def test_the_sweep_begins_also_where_only_one_message_is_sent() -> None:
    has_begun = asyncio.Event()

    async def begin() -> None:
        has_begun.set()

    chat = Chat(ScriptedBackend([Reply("はい")]), FRIEZA, sweep=begin)
    await all_of(chat.send("やあ"))
    await asyncio.wait_for(has_begun.wait(), 20)
    await chat.close()


async def test_no_sweep_begins_once_the_conversation_has_ended() -> None:
    begun: list[str] = []

    async def begin() -> None:
        begun.append("too late")

    chat = Chat(ScriptedBackend([]), FRIEZA, sweep=begin)
    await chat.close()
    await chat.prepare()
    await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))
    assert begun == []


async def test_what_cannot_be_deleted_stays_in_the_ledger(file: Path, db: sqlite3.Connection) -> None:
    async with running_server(ScriptedBackend([Reply("はい")])) as (base_url, token):
        chat = chat_on(base_url, token, file)
        await all_of(chat.send("やあ"))
    receipt = await chat.close()
    assert all("next start" in one.reason for one in receipt)
    let_die(db)
    swept = await sweep(having(token), file)
    assert [one.deletion.is_deleted for one in swept] == [False, False]
    assert len(ledger_of(file)) == 2


async def test_what_can_never_be_deleted_does_not_stay_in_the_ledger(file: Path, db: sqlite3.Connection) -> None:
    async with serve(lambda _call: error_answer(405, "Method Not Allowed")) as server:
        await leave(file, server.base_url, "resp_1")
        let_die(db)
        (one,) = await sweep(having(""), file)
        assert not one.deletion.is_deleted
        assert ledger_of(file) == []


async def test_another_key_is_never_sent(file: Path, db: sqlite3.Connection) -> None:
    journal = DiskJournal(file)
    url = "http://127.0.0.1:9/v1"
    DiskLedger(journal, LedgerServer(url, "environment", mark_of(url, "right"))).add("thread", "thread_1")
    await journal.close()
    let_die(db)

    async def find(server: LedgerServer) -> str | None:
        return None if server.key_mark != mark_of(url, "wrong") else "wrong"

    (one,) = await sweep(find, file)
    assert not one.deletion.is_deleted
    assert "environment" in one.deletion.reason


async def test_no_key_is_in_the_file(file: Path) -> None:
    async with running_server(ScriptedBackend([Reply("はい")])) as (base_url, token):
        chat = chat_on(base_url, token, file)
        await all_of(chat.send("やあ"))
        found = [path.read_bytes() for path in file.parent.glob("threads*")]
        assert not [data for data in found if token.encode() in data]
        await chat.close()


async def test_the_sweep_runs_beside_the_conversation_and_ends_with_it() -> None:
    has_begun = asyncio.Event()

    async def hang() -> None:
        has_begun.set()
        await asyncio.Event().wait()

    chat = Chat(ScriptedBackend([Reply("はい")]), FRIEZA, sweep=hang)
    await chat.prepare()
    await has_begun.wait()
    await all_of(chat.send("やあ"))
    await chat.close()


def test_clean_says_what_and_where(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clean"]) == 0
    assert "Nothing" in capsys.readouterr().out

    async def leave() -> None:
        journal = DiskJournal()
        DiskLedger(journal, LedgerServer("http://127.0.0.1:9/v1", "", "")).add("thread", "thread_1")
        await journal.close()

    asyncio.run(leave())
    db = open_database()
    let_die(db)
    db.close()
    assert main(["clean", "--dry-run"]) == 0
    assert capsys.readouterr().out == "http://127.0.0.1:9/v1 thread thread_1\n"
    assert main(["clean"]) == 1
    assert "thread thread_1: not deleted" in capsys.readouterr().out


async def test_what_was_made_while_the_file_could_not_be_written_is_written_down_later(file: Path) -> None:
    block(file, "foreign")
    journal = DiskJournal(file)
    troubles: list[StoreError | None] = []
    journal.on_trouble = troubles.append
    ledger = DiskLedger(journal, LedgerServer("http://127.0.0.1:9/v1", "", ""))
    ledger.add("thread", "thread_1")
    ledger.add("assistant", "asst_1")
    ledger.strike("asst_1")
    await ledger.written()
    assert len(troubles) == 1
    await journal.begin_anew(Thread(), "フリーザ様")
    await ledger.written()
    await journal.close()
    assert ledger_of(file) == [("thread", "thread_1")]
