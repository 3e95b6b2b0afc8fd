import logging
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from frieza_tui.backends.scripted import Reply, ScriptedBackend
from frieza_tui.chat import Chat
from frieza_tui.chat.open_turn import OpenTurn
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.errors import NotKept, PartNotKept, StoreError
from frieza_tui.domain.events import TextDelta
from frieza_tui.store.codec import encode_events
from frieza_tui.store.journal import DiskJournal
from frieza_tui.store.ledger import DiskLedger, LedgerServer, read_objects
from frieza_tui.store.thread_reader import find_thread, load_thread
from frieza_tui.store.thread_writer import ThreadWriter, settle_dead_runs

SERVER = LedgerServer("https://one.example/v1", "environment", "12345678")
HALF = "\ud83d"
FRIEZA = Assistant("フリーザ様", "Speak.")


@pytest.fixture
def dead_pid() -> int:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    return gone.pid


def violate(writer: ThreadWriter) -> None:
    writer.db.execute("INSERT INTO deltas (run, at, events) VALUES (77, 0, '[]')")


def overflow(writer: ThreadWriter) -> None:
    writer.db.execute("UPDATE runs SET pid = ?", (10**30,))


@pytest.mark.parametrize("impossible", [violate, overflow, None])
async def test_what_no_file_can_hold_takes_nothing_else_with_it_and_is_said_until_the_next_turn(
    file: Path,
    db: sqlite3.Connection,
    impossible: Callable[[ThreadWriter], None] | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.CRITICAL)
    journal = DiskJournal(file)
    ledger = DiskLedger(journal, SERVER)
    chat = Chat(ScriptedBackend([Reply("一"), Reply("二")]), FRIEZA, journal=journal)
    troubles: list[StoreError | None] = []
    chat.on_trouble = troubles.append
    assert [event async for event in chat.send("1")]
    ledger.add("thread", "thread_1")
    if impossible:
        journal.put(impossible)
    else:
        ledger.add("thread", f"thread_{HALF}")
    ledger.add("thread", "thread_2")
    chat.keep_unsent("書きかけ")
    await journal.written()
    assert {one.id for one in read_objects(db)} == {"thread_1", "thread_2"}
    (trouble,) = troubles
    assert isinstance(trouble, PartNotKept)
    assert "cannot hold what is not sent" in trouble.happened
    assert [event async for event in chat.send("2")]
    await chat.close()
    assert chat.trouble is None or impossible is None  # an impossible note is tried again whenever all else is kept
    found = load_thread(db, find_thread(db, "last"))
    assert found.thread == chat.thread


@pytest.mark.parametrize("then", [lambda _writer: None, violate])
async def test_what_no_file_can_hold_is_said_again_once_the_disk_takes_the_rest(
    file: Path, then: Callable[[ThreadWriter], None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    journal = DiskJournal(file)
    troubles: list[StoreError | None] = []
    journal.on_trouble = troubles.append
    journal.put(violate)
    await journal.written()
    file.parent.joinpath("full").touch()

    def refuse(_writer: ThreadWriter) -> None:
        if file.parent.joinpath("full").exists():
            raise OSError("full")

    journal.put(refuse)
    await journal.written()
    file.parent.joinpath("full").unlink()
    journal.put(then)
    await journal.written()
    await journal.close()
    assert [type(one) for one in troubles] == [PartNotKept, NotKept, PartNotKept]


def test_a_reply_is_given_an_id_that_a_file_can_hold() -> None:
    turn = OpenTurn(time.monotonic)
    turn.take(TextDelta(f"msg_{HALF}", "一"))
    reply = turn.reply()
    assert reply is not None
    assert reply.id.encode()


def test_a_long_id_of_a_reply_stays_whole_for_the_server_knows_it_by_that() -> None:
    turn = OpenTurn(time.monotonic)
    turn.take(TextDelta(f"msg_{'a' * 600}", "一"))
    reply = turn.reply()
    assert reply is not None
    assert reply.id == f"msg_{'a' * 600}"


async def test_a_damaged_piece_of_a_reply_of_a_program_that_is_no_more_takes_nothing_else_with_it(
    file: Path, db: sqlite3.Connection, dead_pid: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    chat = Chat(ScriptedBackend([Reply("一")]), FRIEZA, journal=DiskJournal(file))
    assert [event async for event in chat.send("1")]
    await chat.close()
    run = "INSERT INTO runs (thread_id, asked, api, server, model, started_at, pid) VALUES (?, ?, '', '', '', 0, ?)"
    db.execute(run, (chat.thread.id, chat.thread.messages[0].id, dead_pid))
    for piece in (encode_events([TextDelta("msg_9", "二")]), "[{", encode_events([TextDelta("msg_9", "三")])):
        db.execute("INSERT INTO deltas (run, at, events) SELECT max(number), 0, ? FROM runs", (piece,))
    settle_dead_runs(db)
    texts = [body for (body,) in db.execute("SELECT body ->> '$.parts[0].text' FROM messages ORDER BY seq")]
    assert texts == ["1", "一", "二三"]
