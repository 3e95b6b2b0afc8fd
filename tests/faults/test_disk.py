import contextlib
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from frieza_tui import paths
from frieza_tui.store.database import FILE_NAME, open_database
from tests.faults.conftest import Note
from tests.faults.server import FaultServer
from tests.faults.session import DONE_WELL, TEXT, Fault, Session, kept_texts, serving, talking

NOT_KEPT = "not kept"
KEEP = """
from frieza_tui.domain.thread import Thread, user_message
from frieza_tui.store.thread_changes import NewThread
from frieza_tui.store.threads import open_threads

with open_threads() as threads:
    threads.add(NewThread(Thread(messages=(user_message("asked before"), user_message("unanswered"))), "title", "F"))
"""


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A disk of one megabyte for what is kept; without the right to mount one, a folder."""
    mounting = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(tmp_path)]
    is_mounted = os.getuid() == 0 and subprocess.run(mounting, check=False, capture_output=True).returncode == 0
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    yield tmp_path
    if is_mounted:
        subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


def keeps_nothing(name: str, stage: Callable[[], object], words: str, mend: Callable[[], object]) -> Fault:
    """Make a fault of the disk: the reply comes all the same, and once it is over the file is brought in step.

    What is said of it can stand above the message: the end of the turn before may still have been on its way to disk.
    """

    def staged(server: FaultServer) -> None:
        stage()
        server.will(TEXT)

    def see(going: Session) -> None:
        going.wait_on_screen(words, NOT_KEPT)

    return Fault(name, staged, (DONE_WELL,), TEXT, act=see, mend=lambda _server: mend())


def fill(folder: Path) -> None:
    with contextlib.suppress(OSError), (folder / "ballast").open("wb", buffering=0) as ballast:
        while ballast.write(b"x" * 4096):
            pass


def fill_for_good(folder: Path, other: sqlite3.Connection) -> None:
    """Fill the disk, and see to it that SQLite cannot begin its log anew in the room that the log has already."""
    is_busy, *_frames = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert not is_busy
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM messages").fetchone()
    fill(folder)


def make_room(folder: Path, other: sqlite3.Connection) -> None:
    (folder / "ballast").unlink()
    other.rollback()


def may_grow_to(pid: int, size: int) -> None:
    _soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))


def damage(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.write(b"no longer a database " * 2000)


def put_aside(file: Path) -> None:
    for one in file.parent.glob(f"{file.name}*"):
        one.rename(one.with_name(f"aside-{one.name}"))


def test_what_the_disk_does_not_take_is_said_and_kept_later(disk: Path, note: Note) -> None:
    with serving("chat") as server, talking(server) as going:
        server.will(TEXT)
        going.ask("first", TEXT, DONE_WELL)
        file = paths.data_dir() / FILE_NAME
        going.terminal.wait_until(lambda: len(kept_texts()) == 2, "it on disk")
        pid = going.terminal.pid
        other = sqlite3.connect(file, isolation_level=None)
        faults = [
            keeps_nothing(
                "disk: files may not grow",
                lambda: may_grow_to(pid, 4096),
                "cannot be written",
                lambda: may_grow_to(pid, resource.RLIM_INFINITY),
            ),
            keeps_nothing(
                "database: locked by another program",
                lambda: other.execute("BEGIN EXCLUSIVE"),
                "does not let go",
                other.rollback,
            ),
            keeps_nothing(
                "database: damaged while it is open", lambda: damage(file), "is damaged", lambda: put_aside(file)
            ),
        ]
        if disk.is_mount():
            full = keeps_nothing(
                "disk: full", lambda: fill_for_good(disk, other), "disk is full", lambda: make_room(disk, other)
            )
            faults.insert(0, full)
        for fault in faults:
            going.go_through(fault)
            going.terminal.wait_until(lambda: NOT_KEPT not in going.terminal.text, "told that it is kept again")
            note(fault.name)
        other.close()
        going.leave()


@pytest.mark.parametrize(
    ("name", "words"), [("disk: full at the start", "I/O"), ("disk: read-only at the start", "ead-only")]
)
def test_a_thread_on_a_disk_that_takes_nothing_is_read(name: str, words: str, disk: Path, note: Note) -> None:
    if not disk.is_mount():
        pytest.skip("needs the right to mount a disk")
    subprocess.run([sys.executable, "-c", KEEP], check=True)  # its lock goes with it; held here, it is in the way
    if name == "disk: full at the start":
        fill(disk)
    else:
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with serving("chat") as server, talking(server, "--resume") as going:
        going.wait_on_screen("asked before", "unanswered")
        go_on_in_memory(going, words)
    note(name)


def make_newer(file: Path) -> None:
    with contextlib.closing(open_database(file)) as db:
        db.execute("PRAGMA user_version = 999")


def make_foreign(file: Path) -> None:
    with contextlib.closing(sqlite3.connect(file)) as db:
        db.execute("CREATE TABLE songs (name)")


@pytest.mark.parametrize(
    ("name", "make", "words"),
    [
        ("database: none, but something else", lambda file: file.write_bytes(b"not yours" * 50), "is damaged"),
        ("database: of a newer version", make_newer, "newer frieza-tui"),
        ("database: another program's", make_foreign, "another program's"),
    ],
)
def test_a_file_that_is_not_ours_is_left_alone(name: str, make: Callable[[Path], None], words: str, note: Note) -> None:
    file = paths.data_dir() / FILE_NAME
    make(file)
    before = file.read_bytes()
    with serving("chat") as server, talking(server) as going:
        go_on_in_memory(going, words)
    assert file.read_bytes() == before
    note(name)


def test_folders_that_cannot_be_used_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, note: Note) -> None:
    for kind in ("DATA", "STATE", "CACHE"):
        (tmp_path / kind).write_text("a file")
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind))
    with serving("chat") as server, talking(server) as going:
        go_on_in_memory(going, "cannot be written")
    note("disk: files where folders should be")


def test_a_folder_that_is_read_only_is_said(disk: Path, note: Note) -> None:
    if not disk.is_mount():
        disk.chmod(0o500)
    else:
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with serving("chat") as server, talking(server) as going:
        go_on_in_memory(going, "Read-only file system" if disk.is_mount() else "Permission denied")
    note("disk: read-only")


def go_on_in_memory(going: Session, words: str) -> None:
    for message in ("first", "second"):
        going.server.will(TEXT)
        going.ask(message, TEXT, DONE_WELL)
        if message == "first":
            going.wait_on_screen(words, NOT_KEPT)  # said when the file is opened: before the message, or after it
    going.terminal.send("\x11")
    assert going.terminal.wait_for_exit() == 0
    assert b"Traceback" not in going.terminal.bytes_seen
