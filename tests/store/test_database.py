import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from frieza_tui import paths
from frieza_tui.domain.errors import StoreError
from frieza_tui.domain.events import TextDelta
from frieza_tui.domain.thread import Message, TextPart
from frieza_tui.domain.turn import TurnEnded
from frieza_tui.store.codec import encode_ended, encode_events, encode_message
from frieza_tui.store.database import open_database, store_error
from frieza_tui.store.schema import APPLICATION_ID, MIGRATIONS
from frieza_tui.store.thread_writer import ThreadWriter, Written
from frieza_tui.store.threads import open_threads


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_file_and_its_folder_are_their_owners_alone() -> None:
    db = open_database()
    db.execute("DELETE FROM drafts")
    assert mode_of(paths.data_dir()) == 0o700
    assert {mode_of(path) for path in paths.data_dir().glob("threads.sqlite3*")} == {0o600}
    db.close()


def test_a_commit_is_on_the_disk_when_it_returns(db: sqlite3.Connection) -> None:
    names = ("synchronous", "fullfsync", "journal_mode")
    assert [db.execute(f"PRAGMA {name}").fetchone()[0] for name in names] == [2, 1, "wal"]


def test_a_file_that_others_could_read_is_closed_to_them(file: Path) -> None:
    open_database(file).close()
    file.chmod(0o644)
    open_database(file).close()
    assert mode_of(file) == 0o600


def test_the_file_is_marked_and_versioned(db: sqlite3.Connection) -> None:
    assert db.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS) + 1))
def test_every_earlier_version_is_brought_to_this_one(file: Path, version: int) -> None:
    write_version(file, version)
    db = open_database(file)
    assert db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    assert db.execute("SELECT title FROM threads").fetchall() == [("こんにちは",)]
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    db.close()


def write_version(file: Path, version: int, *more: str) -> None:
    old = sqlite3.connect(file)
    for statements in MIGRATIONS[:version]:
        for statement in statements:
            old.execute(statement)
    old.execute(
        "INSERT INTO threads (id, title, assistant, created_at, updated_at) VALUES ('thread_1', 'こんにちは', '', 1, 2)"
    )
    for statement in more:
        old.execute(statement)
    old.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    old.execute(f"PRAGMA user_version = {version}")
    old.commit()
    old.close()


def linear(ids: Sequence[str]) -> list[str]:
    """Statements that keep messages and a run each for the second and the last of the user's, as version 2 does."""
    statements = []
    for seq, name in enumerate(ids):
        message = Message("assistant" if seq % 2 else "user", (TextPart(f"text {seq}"),), id=name)
        statements.append(
            "INSERT INTO messages (thread_id, seq, id, role, body, folded) VALUES"
            f" ('thread_1', {seq}, '{name}', '{message.role}', '{encode_message(message)}', 'text {seq}')"
        )
    ended = encode_ended(TurnEnded("failed", "It broke."))
    for seq in (2, 4):
        statements.append(
            "INSERT INTO runs (thread_id, seq, pid, api, server, model, started_at, ended)"
            f" VALUES ('thread_1', {seq}, 1, 'a', 's', 'm', 1.0, '{ended}')"
        )
    statements.append("INSERT INTO drafts VALUES ('thread_1', '書きかけ', 1, 1.0)")
    return statements


@pytest.mark.parametrize("version", [1, 2])
def test_a_line_of_messages_becomes_a_tree_with_one_branch(file: Path, version: int) -> None:
    write_version(file, version, *linear(["u0", "same", "u2", "same", "u4"]))
    with open_threads(file) as threads:
        kept = threads.load("thread_1")
        assert [hit.thread.id for hit in threads.search("text 3")] == ["thread_1"]
    assert [message.text for message in kept.thread.messages] == [f"text {seq}" for seq in range(5)]
    assert len({message.id for message in kept.thread.messages}) == 5
    assert kept.thread.nodes == ()
    assert [turn.ended and turn.ended.outcome for turn in kept.turns] == ["done", "failed", "failed"]
    assert [bool(turn.reply_id) for turn in kept.turns] == [True, True, False]
    assert (kept.draft, kept.queued) == ("書きかけ", ())


def crashed(version: int) -> list[str]:
    """Statements that keep a reply of a program that has crashed in it, as a version does."""
    asked, nobody = Message("user", (TextPart("数えて"),), id="u0"), 1 << 30
    events = encode_events([TextDelta("m1", "一、二、")])
    run = (
        "INSERT INTO runs (number, thread_id, seq, pid, api, server, model, started_at)"
        f" VALUES (7, 'thread_1', 0, {nobody}, 'a', 's', 'm', 1.0)"
    )
    return [
        "INSERT INTO messages (thread_id, seq, id, role, body, folded)"
        f" VALUES ('thread_1', 0, 'u0', 'user', '{encode_message(asked)}', '')",
        "UPDATE threads SET head = 'u0'" if version > 2 else "",
        run.replace("seq", "asked").replace(" 0,", " 'u0',") if version > 2 else run,
        f"INSERT INTO deltas (run, at, events) VALUES (7, 2.0, '{events}')",
        f"INSERT INTO drafts (thread_id, text, pid, updated_at) VALUES ('thread_2', '書きかけ', {nobody}, 1.0)",
        f"INSERT INTO remote_objects (base_url, id, kind, key_source, key_mark, pid, made_at) VALUES ('https://one',"
        f" 'asst_1', 'assistant', '', '', {nobody}, 1.0)"
        if version > 1
        else "",
    ]


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS) + 1))
def test_what_a_crash_of_an_earlier_version_left_is_found_by_this_one(file: Path, version: int) -> None:
    write_version(file, version, *crashed(version))
    with open_threads(file) as threads:
        kept = threads.load("thread_1")
        assert [message.text for message in kept.thread.messages] == ["数えて", "一、二、"]
        assert [turn.ended and "Cut off here" in turn.ended.happened for turn in kept.turns] == [True]
        assert [one.id for one in threads.left_over()] == (["asst_1"] if version > 1 else [])
    db = open_database(file)
    assert ThreadWriter(db, Written()).take_lost_unsent().draft == "書きかけ"
    db.close()


def write_foreign(file: Path) -> None:
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.commit()
    other.close()


def write_newer(file: Path) -> None:
    newer = sqlite3.connect(file)
    newer.execute("CREATE TABLE threads (dreams TEXT)")
    newer.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    newer.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    newer.commit()
    newer.close()


def write_corrupt(file: Path) -> None:
    file.write_bytes(os.urandom(5000))


@pytest.mark.parametrize(
    ("write", "word"),
    [
        (write_foreign, "another program"),
        (write_newer, "newer"),
        (write_corrupt, "damaged"),
        (lambda file: file.write_bytes(bytes(5000)), "damaged"),
    ],
)
def test_a_file_that_is_not_to_be_used_is_left_as_it_is(file: Path, write: Callable[[Path], None], word: str) -> None:
    write(file)
    before = file.read_bytes()
    with pytest.raises(StoreError, match=word):
        open_database(file)
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "blocker").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        open_database(tmp_path / "blocker" / "threads.sqlite3")


def test_a_full_disk_is_said(db: sqlite3.Connection, file: Path) -> None:
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(sqlite3.OperationalError) as caught:
        db.execute("INSERT INTO drafts (thread_id, text, pid, updated_at) VALUES ('1', ?, 1, 1.0)", ("あ" * 100_000,))
    error = store_error(caught.value, file)
    assert "full" in error.happened
    assert "not kept" in error.todo


def test_many_at_once_make_one_file(file: Path) -> None:
    versions: list[int] = []

    def open_it() -> None:
        db = open_database(file)
        versions.append(db.execute("PRAGMA user_version").fetchone()[0])
        db.close()

    openers = [threading.Thread(target=open_it) for _one in range(6)]
    for opener in openers:
        opener.start()
    for opener in openers:
        opener.join()
    assert versions == [len(MIGRATIONS)] * 6


def test_a_second_opening_leaves_the_locks_of_the_first(file: Path, db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO drafts (thread_id, text, pid, updated_at) VALUES ('1', 'あ', 1, 1.0)")
    open_database(file).close()
    other = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM drafts').fetchone()"
    subprocess.run([sys.executable, "-c", other, str(file)], check=True)
    assert file.with_name(f"{file.name}-wal").exists()
    db.execute("INSERT INTO drafts (thread_id, text, pid, updated_at) VALUES ('2', 'い', 1, 1.0)")
    count = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM drafts').fetchone())"
    done = subprocess.run([sys.executable, "-c", count, str(file)], check=True, capture_output=True, text=True)
    assert done.stdout == "(2,)\n"


def test_a_file_that_came_meanwhile_is_not_written_to(file: Path) -> None:
    open_database(file).close()
    for path in file.parent.glob("threads*"):
        path.unlink()
    write_foreign(file)
    with pytest.raises(StoreError, match="another program"):
        open_database(file)
    foreign = sqlite3.connect(file)
    assert foreign.execute("SELECT name FROM sqlite_master").fetchall() == [("bookmarks",)]
    foreign.close()
