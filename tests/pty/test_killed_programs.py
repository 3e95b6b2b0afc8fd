"""The real program, killed in the middle of a reply, and started again."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from frieza_tui import paths
from tests.pty.conftest import StageServer
from tests.support.terminal import Terminal, program

READY = "F1"


def rows(query: str) -> list[tuple[str]]:
    file = paths.data_dir() / "threads.sqlite3"
    if not file.exists():
        return []
    try:
        with closing(sqlite3.connect(file)) as db:
            return db.execute(query).fetchall()
    except sqlite3.OperationalError:  # the program is still making its tables
        return []


def ask(terminal: Terminal, text: str) -> None:
    terminal.wait_for(READY)
    terminal.send(f"{text}\r")


def test_a_killed_program_comes_back_with_all_that_was_on_the_screen(stage: StageServer) -> None:
    with program(environ=stage.environ) as terminal:
        ask(terminal, "話して")
        terminal.wait_for("ホッホッホ。")
        terminal.wait_until(lambda: "ホッ" in str(rows("SELECT events FROM deltas")), "it on disk")
        terminal.kill()
        assert terminal.wait_for_exit() == -9
    with program("--resume", environ=stage.environ) as terminal:
        terminal.wait_for("話して", "ホッホッホ。", "fetching the rest")
        stage.let_go()
        terminal.wait_for("以上です。", "completed", "fetched after a cut")
        terminal.send("\x11")
        assert terminal.wait_for_exit() == 0
    assert rows("SELECT role FROM messages") == [("user",), ("assistant",)]
    assert len(stage.backend.requests) == 1
    assert stage.assistants == []
    assert rows("SELECT id FROM remote_objects") == []


def test_a_reply_whose_server_is_gone_stays_cut_and_is_gone_on_with(stage: StageServer) -> None:
    with program(environ=stage.environ) as terminal:
        ask(terminal, "話して")
        terminal.wait_for("ホッホッホ。")
        terminal.wait_until(lambda: "ホッ" in str(rows("SELECT events FROM deltas")), "it on disk")
        terminal.kill()
        terminal.wait_for_exit()
    stage.let_go()
    with program("--resume", environ=stage.environ | {"OPENAI_API_KEY": "sk-of-another"}) as terminal:
        terminal.wait_for("ホッホッホ。", "Cut off here", "incomplete", "Ctrl+G goes on")
    with program("--resume", "--demo") as terminal:
        terminal.wait_for("ホッホッホ。", "Cut off here", "Ctrl+G goes on")
        terminal.send("\x07")
        terminal.wait_for("Go on exactly where you stopped.", "completed")


def test_a_killed_program_comes_back_with_the_draft(stage: StageServer) -> None:
    stage.let_go()
    with program(environ=stage.environ) as terminal:
        ask(terminal, "やあ")
        terminal.wait_for("completed")
        terminal.send("書きかけ")
        terminal.wait_until(lambda: rows("SELECT text FROM drafts") == [("書きかけ",)], "the draft on disk")
        terminal.kill()
        terminal.wait_for_exit()
    with program("--resume", environ=stage.environ) as terminal:
        terminal.wait_for("書きかけ")


def test_what_was_written_before_the_first_message_comes_back(stage: StageServer) -> None:
    with program(environ=stage.environ) as terminal:
        terminal.wait_for(READY)
        terminal.send("送る前")
        terminal.wait_until(lambda: rows("SELECT text FROM drafts") == [("送る前",)], "the draft on disk")
        terminal.kill()
        terminal.wait_for_exit()
    with program(environ=stage.environ) as terminal:
        terminal.wait_for("送る前")


def test_what_a_killed_program_left_on_the_server_is_deleted_at_the_next_start(stage: StageServer) -> None:
    stage.let_go()  # a reply that is cut off is waited for, and what belongs to it kept so long
    with program(environ=stage.environ) as terminal:
        ask(terminal, "話して")
        terminal.wait_for("以上です。", "completed")
        terminal.wait_until(lambda: rows("SELECT number FROM runs WHERE ended IS NULL") == [], "its end on disk")
        terminal.kill()
        terminal.wait_for_exit()
    assert len(stage.assistants) == 1
    with program(environ=stage.environ) as terminal:
        terminal.wait_for(READY)
        terminal.wait_until(lambda: stage.assistants == [], "the server without the assistant")
        terminal.wait_until(lambda: rows("SELECT id FROM remote_objects") == [], "the ledger empty")


@pytest.mark.parametrize("flags", [("--no-store",), ("--demo",)])
def test_nothing_is_kept_that_is_not_to_be(stage: StageServer, own_world: Path, flags: tuple[str, ...]) -> None:
    stage.let_go()
    with program(*flags, environ=stage.environ) as terminal:
        ask(terminal, "leave no trace")
        terminal.wait_for("completed")
        terminal.send("\x11")
        terminal.wait_for_exit()
    assert rows("SELECT id FROM threads UNION SELECT text FROM drafts") == []
    files = [path for path in own_world.rglob("*") if path.is_file()]
    assert [path.name for path in files if b"leave no trace" in path.read_bytes()] == []


def test_a_file_that_is_not_ours_is_said_and_the_chat_goes_on(stage: StageServer) -> None:
    stage.let_go()
    file = paths.data_dir() / "threads.sqlite3"
    file.write_text("not yours" * 50)
    with program(environ=stage.environ, rows=40) as terminal:
        ask(terminal, "やあ")
        terminal.wait_for("not kept on disk", "completed", "F9")
        assert file.read_text() == "not yours" * 50
        terminal.send("\x1b[20~")
        terminal.wait_for("Kept from now on")
    assert rows("SELECT role FROM messages") == [("user",), ("assistant",)]
    (moved,) = file.parent.glob("threads-*.sqlite3")
    assert moved.read_text() == "not yours" * 50
