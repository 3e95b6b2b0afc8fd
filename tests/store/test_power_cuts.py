"""The power fails at any moment of what the program writes: what no sync has brought to the disk is lost in part."""

import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from frieza_tui.store.threads import open_threads

CHILD = Path(__file__).with_name("cut_child.py")
ROOT = CHILD.parents[2]
CUTS = int(os.environ.get("KILLS", "15"))
SECTOR = 512
"""Bytes that a disk writes together or not at all."""
CALLS = "pwrite64,write,fsync,fdatasync,ftruncate,unlink"
_CALL = re.compile(r'^\d+ +(\w+)\((?:\d+<(.*?)>)?(?:, )?(?:"(.*?)")?(?:\.\.\.)?(?:, )?([\d, ]*)\) += \d+')
STRACE = shutil.which("strace")


@dataclass(frozen=True)
class Call:
    """A system call that had succeeded: on which file, with what bytes, and its last numbers."""

    name: str
    path: str
    data: bytes
    numbers: tuple[int, ...]


@dataclass
class File:
    """What of a file is surely on the disk, and what was written since."""

    durable: bytes = b""
    pending: list[Call] = field(default_factory=list)

    def note(self, call: Call) -> None:
        if call.name in {"fsync", "fdatasync"}:
            self.durable = self.content(keeps_all=True)
            self.pending.clear()
        else:
            self.pending.append(call)

    def content(self, *, keeps_all: bool) -> bytes:
        """What is there after a power cut, which keeps any part of what no sync followed."""
        found = bytearray(self.durable)
        for call in self.pending:
            if call.name == "ftruncate" and (keeps_all or random.random() < 0.5):
                found = bytearray(found[: call.numbers[-1]].ljust(call.numbers[-1], b"\0"))
            elif call.name == "pwrite64":
                for start, piece in sectors(call):
                    if keeps_all or random.random() < 0.5:
                        found.extend(bytes(max(0, start + len(piece) - len(found))))
                        found[start : start + len(piece)] = piece
        return bytes(found)


def sectors(call: Call) -> Iterator[tuple[int, bytes]]:
    """Yield the parts of a write that lie in different sectors, each with its place."""
    start, at = call.numbers[-1], 0
    while at < len(call.data):
        size = SECTOR - (start + at) % SECTOR
        yield start + at, call.data[at : at + size]
        at += size


def unescaped(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def recorded(folder: Path) -> list[Call]:
    """Let the child talk, and return its calls."""
    file, log = folder / "threads.sqlite3", folder / "calls"
    command = [STRACE or "", "-f", "-y", "-qq", "-xx", "-s", "1000000", "-e", f"trace={CALLS}", "-o", str(log)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*command, sys.executable, str(CHILD), str(file)], env=environ, capture_output=True, check=False
    )
    if done.returncode != 0 and b"ptrace" in done.stderr:
        pytest.skip("nobody may look at system calls here")
    assert done.returncode == 0, done.stderr
    found = [match for line in log.read_text().splitlines() if (match := _CALL.match(line))]
    return [Call(one[1], *_place(one), tuple(int(number) for number in one[4].split(",") if number)) for one in found]


def _place(match: re.Match[str]) -> tuple[str, bytes]:
    if match[1] == "unlink":
        return unescaped(match[3]).decode(), b""
    return unescaped(match[2] or "").decode(errors="replace"), unescaped(match[3] or "")


def after_cut(calls: Sequence[Call], folder: Path, file: Path) -> None:
    """Write the files as they may be after these calls and a power cut."""
    files = {f"{file}{ending}": File() for ending in ("", "-wal", "-journal")}
    unlinked: dict[str, bytes] = {}
    for call in calls:
        if call.name == "unlink" and call.path in files:
            unlinked[call.path] = files[call.path].content(keeps_all=True)
            files[call.path] = File()
        elif call.path in files and call.name != "write":
            files[call.path].note(call)
            unlinked.pop(call.path, None)
        elif call.name in {"fsync", "fdatasync"} and call.path == str(file.parent):
            unlinked.clear()
    for path, one in files.items():
        content = one.content(keeps_all=False)
        if not content and path in unlinked and random.random() < 0.5:
            content = unlinked[path]
        if content or path == str(file):
            (folder / Path(path).name).write_bytes(content)


def promised(calls: Sequence[Call]) -> tuple[int, str]:
    """How many messages the child had said to be on the disk, and what of the reply that grew."""
    said = [call.data.decode().split(maxsplit=2) for call in calls if call.name == "write" and call.numbers != ()]
    kept = [words for words in said if words and words[0] in {"kept", "left"}]
    return (int(kept[-1][1]), " ".join(kept[-1][2:]).strip()) if kept else (0, "")


@pytest.mark.skipif(STRACE is None, reason="needs strace")
def test_a_power_cut_at_any_moment_takes_nothing_of_what_was_said_to_be_on_the_disk(tmp_path: Path) -> None:
    calls = recorded(tmp_path)
    file = tmp_path / "threads.sqlite3"
    assert promised(calls) == (8, "")
    for cut in range(CUTS):
        at = random.randrange(len(calls))
        folder = tmp_path / str(cut)
        folder.mkdir()
        after_cut(calls[:at], folder, file)
        check(folder / file.name, *promised(calls[:at]), f"cut at {at} of {len(calls)}")


def check(file: Path, messages: int, said: str, when: str) -> None:
    with open_threads(file) as threads:
        kept = threads.load(threads.find("last")).thread.messages if messages else ()
    db = sqlite3.connect(file)
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)], when
    db.close()
    assert len(kept) >= messages, when
    assert any(message.text.startswith(said) for message in kept) or not said, when
