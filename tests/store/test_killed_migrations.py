import os
import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from frieza_tui.store.schema import MIGRATIONS
from frieza_tui.store.threads import open_threads
from tests.store.test_database import linear, write_version

CHILD = Path(__file__).with_name("killed_migration.py")
ROOT = CHILD.parents[2]
MESSAGES = 200


def migrate(file: Path, last_moment: int) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(CHILD), str(file), str(last_moment)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environ, check=False)


def write_first_version(file: Path) -> None:
    write_version(file, 1, *linear([f"m{number}" for number in range(MESSAGES)]))


def check_whole(file: Path) -> None:
    with open_threads(file) as threads:
        kept = threads.load("thread_1")
        assert [hit.thread.id for hit in threads.search("text 150")] == ["thread_1"]
    assert [message.text for message in kept.thread.messages] == [f"text {number}" for number in range(MESSAGES)]
    assert kept.draft == "書きかけ"
    db = sqlite3.connect(file)
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    assert db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    db.close()


@pytest.fixture(scope="module")
def moments(tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many moments a migration has at which it may be killed."""
    file = tmp_path_factory.mktemp("measured") / "threads.sqlite3"
    write_first_version(file)
    return int(migrate(file, 0).stdout)


@pytest.mark.parametrize("turn", range(int(os.environ.get("KILLS", "3"))))
def test_a_file_whose_migration_was_killed_at_any_moment_is_whole(file: Path, moments: int, turn: int) -> None:
    assert moments > MESSAGES
    write_first_version(file)
    at = random.randint(1, moments)
    assert migrate(file, at).returncode == -signal.SIGKILL, f"killed at {at} of {moments}"
    check_whole(file)
