import asyncio
import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from frieza_tui.backends.scripted import Reply, ScriptedBackend
from frieza_tui.chat import Chat, Past
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.errors import StoreError, StreamCut, UnusableFile
from frieza_tui.domain.events import ReasoningDelta, StepDelta, TextDelta
from frieza_tui.domain.run import ToolCall
from frieza_tui.domain.thread import Thread
from frieza_tui.domain.turn import TurnEvent, Unsent
from frieza_tui.store import database
from frieza_tui.store import journal as store_journal
from frieza_tui.store.database import open_database
from frieza_tui.store.journal import DiskJournal
from frieza_tui.store.thread_reader import KeptThread, find_thread, list_threads, load_thread
from frieza_tui.store.thread_writer import ThreadWriter, settle_dead_runs
from frieza_tui.store.threads import open_threads
from tests.support.file_limit import files_no_larger_than

FRIEZA = Assistant("フリーザ様", "Speak.")


async def all_of(events: AsyncGenerator[TurnEvent, None]) -> list[TurnEvent]:
    return [event async for event in events]


@asynccontextmanager
async def kept_chat(file: Path, *replies: Reply, journal: DiskJournal | None = None) -> AsyncIterator[Chat]:
    chat = Chat(ScriptedBackend(replies), FRIEZA, journal=journal or DiskJournal(file))
    yield chat
    await chat.close()


def dead_pid() -> int:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    return gone.pid


def block(file: Path, way: str) -> None:
    if way == "foreign":
        file.write_text("keep out" * 100)
    else:
        file.mkdir()


def is_blocked(file: Path) -> bool:
    return file.read_text() == "keep out" * 100


def unblock(file: Path) -> None:
    file.rmdir()


def forget_pages(writer: ThreadWriter) -> None:
    """Let SQLite read from the file what it has in memory."""
    writer.db.execute("PRAGMA cache_size = 0")
    writer.db.execute("PRAGMA shrink_memory")


def fill_disk(writer: ThreadWriter) -> None:
    writer.db.execute("PRAGMA max_page_count = 40")


def kept(file: Path, name: str = "last") -> KeptThread:
    db = open_database(file)
    try:
        return load_thread(db, find_thread(db, name))
    finally:
        db.close()


async def test_a_conversation_is_kept_as_it_came(file: Path) -> None:
    async with kept_chat(file, Reply("ホッ\x1b[31m", "ホッ"), Reply("二")) as chat:
        await all_of(chat.send("やあ"))
        await all_of(chat.send("次"))
    found = kept(file)
    assert found.thread == chat.thread
    assert found.thread.messages[1].text == "ホッ\x1b[31mホッ"
    assert [turn.ended and turn.ended.outcome for turn in found.turns] == ["done", "done"]
    assert found.turns[0].ended
    assert found.turns[0].ended.usage is not None
    assert found.summary.title == "やあ"
    assert found.summary.assistant == "フリーザ様"


async def test_the_message_is_on_disk_before_it_is_sent(file: Path) -> None:
    seen: list[str] = []

    class Looking(ScriptedBackend):
        def _next_reply(self) -> Reply:
            seen.extend(message.text for message in kept(file).thread.messages)
            return super()._next_reply()

    chat = Chat(Looking([Reply("一")]), FRIEZA, journal=DiskJournal(file))
    await all_of(chat.send("聞け"))
    await chat.close()
    assert seen == ["聞け"]


async def test_what_has_been_seen_of_an_open_reply_is_on_disk(file: Path) -> None:
    gate = asyncio.Event()
    journal = DiskJournal(file)
    chat = Chat(ScriptedBackend([Reply("途中", "まで", gate, "終わり")]), FRIEZA, journal=journal)
    async for event in chat.send("話して"):
        if isinstance(event, TextDelta) and not gate.is_set():
            await journal.written()
            found = kept(file)
            assert found.thread.messages[-1].text.startswith(event.text)
            assert found.thread.messages[-1].status == "incomplete"
            assert found.turns[-1].ended
            assert found.turns[-1].ended.outcome == "incomplete"
            assert "Cut off here" in found.turns[-1].ended.happened
            gate.set()
    await chat.close()
    assert kept(file).thread.messages[-1].text == "途中まで終わり"


async def test_a_delta_is_on_disk_soon_though_nobody_asks_for_that(file: Path) -> None:
    gate = asyncio.Event()
    async with kept_chat(file, Reply("一", gate, "二")) as chat:
        async for event in chat.send("話して"):
            if isinstance(event, TextDelta) and event.text == "一":
                until = asyncio.get_running_loop().time() + 20
                while len(kept(file).thread.messages) < 2:
                    assert asyncio.get_running_loop().time() < until
                    await asyncio.sleep(0.01)
                gate.set()


async def test_a_run_of_a_program_that_is_no_more_is_closed_at_the_next_start(
    file: Path, db: sqlite3.Connection
) -> None:
    gate = asyncio.Event()
    journal = DiskJournal(file)
    chat = Chat(ScriptedBackend([Reply("途中", gate)]), FRIEZA, journal=journal)
    async for event in chat.send("話して"):
        if isinstance(event, TextDelta):
            await journal.written()
            assert settle_dead_runs(db) == 0
            db.execute("UPDATE runs SET pid = ?", (dead_pid(),))
            with files_no_larger_than(4096), open_threads(file) as threads:  # no room to close it
                assert threads.load(threads.find("last")).thread.messages[1].text == "途中"
            assert settle_dead_runs(db) == 1
            break
    assert db.execute("SELECT count(*) FROM deltas").fetchone() == (0,)
    found = load_thread(db, find_thread(db, "last"))
    assert [message.text for message in found.thread.messages] == ["話して", "途中"]
    assert found.turns[-1].ended
    assert "Cut off here" in found.turns[-1].ended.happened
    await chat.close()


async def test_tool_calls_and_reasoning_come_back_too(file: Path) -> None:
    call = StepDelta("step_1", 0, ToolCall("code_interpreter", input="1+2"))
    async with kept_chat(file, Reply(ReasoningDelta("考"), ReasoningDelta("え"), call, "三")) as chat:
        await all_of(chat.send("足せ"))
    events = kept(file).turns[0].events
    assert events[:2] == (ReasoningDelta("考え"), call)
    assert "三" in "".join(event.text for event in events if isinstance(event, TextDelta))


async def test_asking_again_replaces_the_reply(file: Path) -> None:
    async with kept_chat(file, Reply("一"), Reply("別")) as chat:
        await all_of(chat.send("1"))
        await all_of(chat.retry())
    assert [message.text for message in kept(file).thread.messages] == ["1", "別"]


async def test_a_thread_whose_only_message_never_left_is_not_kept(file: Path, db: sqlite3.Connection) -> None:
    async with kept_chat(file, Reply(before=[StreamCut("Cut.")])) as chat:
        await all_of(chat.send("1"))
    assert list_threads(db) == []


async def test_nothing_is_kept_without_a_message(file: Path) -> None:
    async with kept_chat(file):
        pass
    with pytest.raises(FileNotFoundError):
        os.stat(file)


async def test_a_draft_is_kept_while_it_is_written(file: Path, db: sqlite3.Connection) -> None:
    async with kept_chat(file, Reply("一")) as chat:
        await all_of(chat.send("1"))
        chat.keep_unsent("書き")
        chat.keep_unsent("書きかけ")
    assert kept(file).draft == "書きかけ"
    assert db.execute("SELECT pid FROM drafts").fetchall() == [(os.getpid(),)]


async def test_two_programs_that_go_on_with_one_thread_lose_nothing(file: Path, db: sqlite3.Connection) -> None:
    async with kept_chat(file, Reply("一")) as chat:
        await all_of(chat.send("1"))
    first = kept(file)

    async def go_on(text: str) -> None:
        backend, past = ScriptedBackend([Reply(f"{text}。")]), Past(first.thread, first.turns)
        chat = Chat(backend, FRIEZA, journal=DiskJournal(file, first.written), past=past)
        await all_of(chat.send(text))
        await chat.close()

    await go_on("二")
    await go_on("三")
    texts = [[message.text for message in load_thread(db, summary.id).thread.messages] for summary in list_threads(db)]
    assert sorted(texts) == [["1", "一", "三", "三。"], ["1", "一", "二", "二。"]]


async def test_many_programs_write_at_once(file: Path, db: sqlite3.Connection) -> None:
    async def talk(name: str) -> None:
        async with kept_chat(file, *[Reply(name) for _turn in range(5)]) as chat:
            for turn in range(5):
                await all_of(chat.send(f"{name}{turn}"))

    await asyncio.gather(*(talk(name) for name in "abcd"))
    assert sorted((one.title, one.messages) for one in list_threads(db)) == [(f"{name}0", 10) for name in "abcd"]


@pytest.mark.parametrize("way", ["foreign", "folder"])
async def test_a_disk_that_cannot_be_used_is_said_once_and_the_chat_goes_on(file: Path, way: str) -> None:
    block(file, way)
    troubles: list[StoreError | None] = []
    async with kept_chat(file, Reply("一"), Reply("二")) as chat:
        chat.on_trouble = troubles.append
        await all_of(chat.send("1"))
        await all_of(chat.send("2"))
        assert [message.text for message in chat.thread.messages] == ["1", "一", "2", "二"]
    assert len(troubles) == 1


async def test_what_was_not_kept_is_kept_when_it_works_again(file: Path) -> None:
    block(file, "folder")
    async with kept_chat(file, Reply("一"), Reply("二")) as chat:
        await all_of(chat.send("1"))
        unblock(file)
        await all_of(chat.send("2"))
    assert chat.trouble is None
    assert kept(file).thread == chat.thread


async def test_a_disk_that_fills_up_in_the_middle_loses_nothing_in_memory(file: Path) -> None:
    journal = DiskJournal(file)
    troubles: list[StoreError | None] = []
    chat = Chat(ScriptedBackend([Reply("一"), Reply("二" * 300_000), Reply("三")]), FRIEZA, journal=journal)
    chat.on_trouble = troubles.append
    await all_of(chat.send("1"))
    await journal.written()
    assert journal._db is not None
    journal.put(fill_disk)
    await all_of(chat.send("2"))
    await journal.written()
    assert troubles[0] is not None
    assert "full" in troubles[0].happened
    assert str(file) in troubles[0].happened
    assert troubles[1:] in ([], [None])  # it may have been tried again, and told to be kept
    await all_of(chat.send("3"))
    await chat.close()
    assert kept(file).thread == chat.thread


async def test_what_the_disk_did_not_take_of_a_reply_is_kept_while_it_goes_on_as_soon_as_there_is_room(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_journal, "RETRY_S", 0.05)
    second, third = asyncio.Event(), asyncio.Event()
    troubles: asyncio.Queue[StoreError | None] = asyncio.Queue()
    async with kept_chat(file, Reply("一", second, "二" * 5000, third, "三")) as chat, asyncio.timeout(20):
        chat.on_trouble = troubles.put_nowait
        events = chat.send("1")
        await anext(event async for event in events if isinstance(event, TextDelta))
        await chat._journal.written()
        with files_no_larger_than(4096):
            second.set()
            await anext(event async for event in events if isinstance(event, TextDelta))
            chat.keep_unsent("書きかけ")
            assert await troubles.get() is not None
            await chat._journal.written()  # it is tried again, in vain
            assert troubles.empty()
        assert await troubles.get() is None
        found = kept(file)
        assert (found.thread.messages[1].text, found.draft) == ("一" + "二" * 5000, "書きかけ")
        third.set()
        assert [event async for event in events]
    assert kept(file).thread == chat.thread


@pytest.mark.parametrize("turn", range(int(os.environ.get("KILLS", "3"))))
async def test_a_disk_that_is_full_at_any_moment_and_later_has_room_keeps_everything(file: Path, turn: int) -> None:
    size = random.randrange(200_000)
    replies = [Reply(*(f"{number}{turn}" * 200 for number in range(20))) for turn in range(4)]
    async with kept_chat(file, *replies) as chat:
        with files_no_larger_than(size):
            for number in range(3):
                await all_of(chat.send(f"{number}"))
        await all_of(chat.send("3"))
    assert chat.trouble is None
    assert kept(file).thread == chat.thread, f"full at {size}, turn {turn}"
    assert len(chat.thread.messages) == 8


async def test_a_thread_that_was_left_while_nothing_could_be_kept_is_kept_later(
    file: Path, db: sqlite3.Connection
) -> None:
    async with kept_chat(file, *map(Reply, "一二三四")) as chat:
        await all_of(chat.send("1"))
        await chat._journal.written()
        with files_no_larger_than(4096):
            await all_of(chat.send("2"))
            chat.keep_unsent("書きかけ")
            assert chat.go_on_with(Past(Thread()))
            await all_of(chat.send("3"))
            assert chat.trouble is not None
        await all_of(chat.send("4"))
    texts = [[message.text for message in load_thread(db, one.id).thread.messages] for one in list_threads(db)]
    assert texts == [["3", "三", "4", "四"], ["1", "一", "2", "二"]]
    assert [load_thread(db, one.id).draft for one in list_threads(db)] == ["", "書きかけ"]


async def test_a_draft_of_a_program_that_is_no_more_is_given_back_once(file: Path, db: sqlite3.Connection) -> None:
    async with kept_chat(file) as chat:
        chat.keep_unsent("送る前")
    async with kept_chat(file) as chat:
        assert await chat.lost_unsent() == Unsent()  # its program, this one, lives
        db.execute("UPDATE drafts SET pid = ?", (dead_pid(),))
        assert await chat.lost_unsent() == Unsent("送る前")
        assert await chat.lost_unsent() == Unsent()


async def test_a_draft_that_nobody_waits_for_any_longer_stays_for_the_next_start(
    file: Path, db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with kept_chat(file) as chat:
        chat.keep_unsent("送る前")
    db.execute("UPDATE drafts SET pid = ?", (dead_pid(),))
    monkeypatch.setattr(database, "BUSY_S", 0.05)
    async with kept_chat(file) as chat:
        db.execute("BEGIN IMMEDIATE")
        assert await chat.lost_unsent() == Unsent()
        db.execute("ROLLBACK")
        await chat._journal.written()
        assert chat.trouble is None
    assert db.execute("SELECT text FROM drafts").fetchall() == [("送る前",)]


async def test_a_draft_that_was_waited_for_as_the_program_left_stays_for_the_next_start(
    file: Path, db: sqlite3.Connection
) -> None:
    async with kept_chat(file) as chat:
        chat.keep_unsent("送る前")
    db.execute("UPDATE drafts SET pid = ?", (dead_pid(),))
    is_asked = asyncio.Event()

    class Telling(DiskJournal):
        async def written(self) -> None:
            is_asked.set()
            await super().written()

    async with kept_chat(file, journal=Telling(file)) as chat:
        db.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(chat.lost_unsent())
        await asyncio.wait_for(is_asked.wait(), 20)
        waiting.cancel()
        await asyncio.wait([waiting])
        db.execute("ROLLBACK")
    assert db.execute("SELECT text FROM drafts").fetchall() == [("送る前",)]


async def test_what_a_program_with_this_ones_number_left_before_it_started_is_found(
    file: Path, db: sqlite3.Connection
) -> None:
    async with kept_chat(file, Reply("途中", asyncio.Event())) as chat:
        events = chat.send("話して")
        await anext(event async for event in events if isinstance(event, TextDelta))
        await chat._journal.written()
        assert settle_dead_runs(db) == 0
        db.execute("UPDATE runs SET born = born + 1")  # as in a container, or after a new start of the machine
        assert settle_dead_runs(db) == 1
        await events.aclose()
    async with kept_chat(file) as chat:
        chat.keep_unsent("送る前")
        await chat._journal.written()
        db.execute("UPDATE drafts SET born = born + 1")
        assert await chat.lost_unsent() == Unsent("送る前")


async def test_an_unusable_file_is_moved_aside_at_a_word_and_everything_kept_from_then_on(file: Path) -> None:
    block(file, "foreign")
    troubles: list[StoreError | None] = []
    async with kept_chat(file, Reply("一"), Reply("二")) as chat:
        chat.on_trouble = troubles.append
        await all_of(chat.send("1"))
        await chat._journal.written()
        assert [type(one) for one in troubles] == [UnusableFile]
        assert "threads repair" in str(troubles[0])
        path = await chat.keep_anew()
        assert chat.trouble is None
        assert kept(file).thread == chat.thread
        await all_of(chat.send("2"))
    assert kept(file).thread == chat.thread
    assert is_blocked(Path(path))
    assert troubles[1:] == [None]


async def test_a_file_that_is_damaged_in_the_middle_is_said_once_and_the_chat_goes_on(file: Path) -> None:
    troubles: list[StoreError | None] = []
    journal = DiskJournal(file)
    async with kept_chat(file, *map(Reply, "一二三"), journal=journal) as chat:
        chat.on_trouble = troubles.append
        await all_of(chat.send("1"))
        journal.put(forget_pages)
        await journal.written()
        for path in (file, file.with_name(f"{file.name}-wal")):
            path.write_bytes(b"\xff" * path.stat().st_size)
        await all_of(chat.send("2"))
        await all_of(chat.send("3"))
        await journal.written()
        assert [type(one) for one in troubles] == [UnusableFile]
        assert [message.text for message in chat.thread.messages] == ["1", "一", "2", "二", "3", "三"]
        await chat.keep_anew()
    assert kept(file).thread == chat.thread


def as_after_a_power_cut(file: Path) -> Path:
    """Copy what is on the disk, without what the programs share in memory."""
    after = file.with_name("after.sqlite3")
    for ending in ("", "-wal"):
        after.with_name(after.name + ending).write_bytes(file.with_name(file.name + ending).read_bytes())
    return after


async def test_a_power_cut_takes_nothing_of_what_was_written(file: Path) -> None:
    journal = DiskJournal(file)
    async with kept_chat(file, Reply("一"), Reply("二", asyncio.Event()), journal=journal) as chat:
        await all_of(chat.send("1"))
        chat.keep_unsent("書きかけ")
        events = chat.send("2")
        async for event in events:
            if isinstance(event, TextDelta):
                break
        await journal.written()
        after = kept(as_after_a_power_cut(file))
        await events.aclose()
    assert [message.text for message in after.thread.messages] == ["1", "一", "2", "二"]
    assert after.draft == "書きかけ"


async def test_a_reply_under_way_is_in_the_new_file_too(file: Path) -> None:
    block(file, "foreign")
    gate = asyncio.Event()
    journal = DiskJournal(file)
    async with kept_chat(file, Reply("一", gate, "二"), journal=journal) as chat:
        events = chat.send("1")
        async for event in events:
            if isinstance(event, TextDelta):
                break
        await journal.written()
        await chat.keep_anew()
        await journal.written()
        assert [message.text for message in kept(file).thread.messages] == ["1", "一"]
        gate.set()
        assert [event async for event in events]
    assert kept(file).thread == chat.thread
    assert chat.thread.messages[-1].text == "一二"
