import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from frieza_tui.store.database import open_database
from frieza_tui.store.processes import Process
from frieza_tui.store.running import announce, is_running
from frieza_tui.store.thread_writer import settle_dead_runs

TALK = (sys.executable, "-m", "tests.store.killed_child")
FOREIGN = (
    sys.executable,
    "-c",
    "import os, runpy; os.getpid = lambda: 1 << 30; runpy.run_module('tests.store.killed_child', run_name='__main__')",
)
UNSHARE = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc")


def can(command: Sequence[str]) -> bool:
    try:
        return subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def locks_beside(file: Path) -> list[Path]:
    return list((file.parent / "running").glob("*.lock"))


def is_own(lock: Path) -> bool:
    return lock.name.startswith(f"{os.getpid()}-")


def wait_until_free(lock: Path) -> None:
    """A killed program lets go of its files one after the other."""
    with lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)


@pytest.mark.parametrize("command", [FOREIGN, (*UNSHARE, *TALK)], ids=["number", "namespace"])
def test_a_program_whose_number_means_nothing_here_lives_until_it_ends(
    file: Path, db: sqlite3.Connection, command: Sequence[str]
) -> None:
    if command[0] == "unshare" and not can(UNSHARE):
        pytest.skip("no namespaces here")
    with subprocess.Popen([*command, str(file)], stdout=subprocess.PIPE, start_new_session=True) as other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline()
            (maker,) = db.execute("SELECT pid, born FROM runs").fetchall()
            assert not Process(*maker).is_alive
            assert settle_dead_runs(db) == 0
        finally:
            os.killpg(other.pid, signal.SIGKILL)
    wait_until_free(next(lock for lock in locks_beside(file) if not is_own(lock)))
    assert settle_dead_runs(db) == 1


def test_what_a_killed_program_left_of_its_lock_is_taken_away_by_the_next(file: Path, db: sqlite3.Connection) -> None:
    locks = file.parent / "running"
    (own,) = locks.iterdir()
    left = own.with_name("77-0.lock")
    left.touch()
    assert not is_running(db, Process(77))
    code = "import sys, pathlib, frieza_tui.store.running as it; it.announce(pathlib.Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", code, str(file)], check=True)
    assert list(locks.iterdir()) == [own]


def test_where_no_lock_is_to_be_had_the_number_of_the_process_has_to_do(file: Path) -> None:
    (file.parent / "running").write_text("in the way")
    announce(file)
    db = open_database(file)
    assert is_running(db, Process(os.getpid()))
    db.close()


def test_the_lock_is_beside_the_file_that_a_link_leads_to(tmp_path: Path) -> None:
    file, link = tmp_path / "synced" / "threads.sqlite3", tmp_path / "threads.sqlite3"
    file.parent.mkdir()
    link.symlink_to(file)
    open_database(link).close()
    assert any(map(is_own, locks_beside(file)))
