from pathlib import Path

import pytest

from frieza_tui.domain.branches import ending_at
from frieza_tui.domain.run import RunOrigin
from frieza_tui.domain.thread import Message, TextPart, Thread, user_message
from frieza_tui.domain.turn import TurnEnded
from frieza_tui.store.database import open_database, transaction
from frieza_tui.store.thread_writer import ThreadWriter, Written
from tests.support.counting import calls_of

ORIGIN = RunOrigin("chat", "server", "model")


def answer() -> Message:
    return Message("assistant", (TextPart("answer"),))


def take_turn(writer: ThreadWriter, thread: Thread) -> Thread:
    thread = thread.with_message(user_message("ask"))
    writer.begin_run(thread, "フリーザ様", ORIGIN)
    thread = thread.with_message(answer())
    writer.end_run(thread, "フリーザ様", ORIGIN, TurnEnded("done"))
    return thread


def work_of_a_turn(file: Path, messages: int, *, has_branch: bool) -> tuple[int, int]:
    """Keep a thread of some length and take one more turn: calls in Python, and instructions of SQLite's."""
    db = open_database(file)
    writer, thread, steps = ThreadWriter(db, Written()), Thread(), 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    for number in range(messages):
        thread = thread.with_message(answer() if number % 2 else user_message("ask"))
    if has_branch:
        thread = ending_at(thread, thread.messages[-2].id).with_message(answer())
    with transaction(db):
        writer.keep(thread, "フリーザ様")
        thread = take_turn(writer, thread)
    db.set_progress_handler(count, 1)
    with transaction(db):
        calls = calls_of(lambda: take_turn(writer, thread))
    db.close()
    return calls, steps


@pytest.mark.parametrize("has_branch", [False, True])
def test_keeping_a_turn_of_a_long_thread_takes_no_more_work(tmp_path: Path, *, has_branch: bool) -> None:
    short_calls, short_steps = work_of_a_turn(tmp_path / "short", 30, has_branch=has_branch)
    long_calls, long_steps = work_of_a_turn(tmp_path / "long", 2000, has_branch=has_branch)
    assert long_calls <= 1.05 * short_calls
    assert long_steps <= 1.5 * short_steps
