from dataclasses import replace
from pathlib import Path

from frieza_tui.domain.run import RunOrigin
from frieza_tui.domain.thread import Thread, user_message
from frieza_tui.domain.turn import TurnEnded
from frieza_tui.store.database import open_database
from frieza_tui.store.thread_writer import ThreadWriter, Written

ORIGIN = RunOrigin("chat", "server", "model")
STEP = 50
"""Instructions of SQLite's that are counted together."""


def test_keeping_a_turn_takes_longer_by_no_more_than_the_thread_is_longer(file: Path) -> None:
    db = open_database(file)
    writer, thread, steps = ThreadWriter(db, Written()), Thread(), 0

    def count() -> int:
        nonlocal steps
        steps += STEP
        return 0

    db.set_progress_handler(count, STEP)
    costs = []
    for _turn in range(300):
        before = steps
        thread = thread.with_message(user_message("ask"))
        writer.begin_run(thread, "フリーザ様", ORIGIN)
        thread = thread.with_message(replace(user_message("answer"), role="assistant"))
        writer.end_run(thread, "フリーザ様", ORIGIN, TurnEnded("done"))
        costs.append(steps - before)
    db.close()
    assert sum(costs[-30:]) < 6 * sum(costs[20:50])  # of a thread eight times as long
