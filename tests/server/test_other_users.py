"""The embedded server's child, as another user of the same machine sees it. Becoming another user takes root."""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from frieza_tui import paths
from frieza_tui.backends.child_server import ChildServer
from frieza_tui.store.database import open_database

NOBODY = 65534
STRANGER = f"""
import http.client, json, os, sys
host, keys, *files = sys.argv[1:]
"".encode("idna")  # loaded while the library can be read
os.setgroups([])
os.setgid({NOBODY})
os.setuid({NOBODY})
seen, statuses = {{}}, []
for file in files:
    try:
        with open(file, "rb") as opened:
            seen[file] = opened.read(100_000).decode("latin-1")
    except OSError:
        seen[file] = None
for key in json.loads(keys):
    connection = http.client.HTTPConnection(host, timeout=20)
    connection.request("POST", "/v1/threads", b"{{}}", {{"authorization": key}} if key else {{}})
    statuses.append(connection.getresponse().status)
    connection.close()
print(json.dumps([seen, statuses]))
"""
CHILD = (sys.executable, "-m", "tests.support.scripted_child", "ready")


@dataclass(frozen=True)
class Seen:
    """What the other user came by."""

    files: dict[str, str | None]
    """None for what could not be read."""
    statuses: list[int]


@pytest.fixture
def open_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home that everybody may enter, as many are: the program's own folders in it must be closed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
            monkeypatch.setenv(f"XDG_{kind}_HOME", str(folder / kind.lower()))
        yield folder


def write_public(file: str) -> None:
    """Write what shows that the other user can read anything at all."""
    with open(file, "w", encoding="utf-8") as opened:
        opened.write("for everybody")


def files_in(folder: Path) -> list[str]:
    return [str(path) for path in folder.rglob("*") if path.is_file()]


async def look_as_another_user(server: ChildServer, keys: list[str], files: list[str]) -> Seen:
    host = server.base_url.removeprefix("http://").removesuffix("/v1")
    command = (sys.executable, "-c", STRANGER, host, json.dumps(keys), *files)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    told, _nothing = await process.communicate()
    return Seen(*json.loads(told))


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root can become another user, on Linux")
async def test_another_user_of_the_machine_gets_neither_the_token_nor_in(open_folder: Path) -> None:
    open_database().close()
    public = str(open_folder / "public")
    write_public(public)
    server = await ChildServer.start(None, (), paths.state_dir() / "child.log", lambda _report: None, CHILD)
    try:
        await server.model_ready()
        here = files_in(open_folder)
        of_processes = [
            f"/proc/{pid}/{name}"
            for pid in (server.pid, os.getpid())
            for name in ("cmdline", "environ", "mem", "maps", "fd/0")
        ]
        seen = await look_as_another_user(
            server, ["", "Bearer ", "Bearer guess", f"Bearer {server.token}"], [*here, *of_processes]
        )
    finally:
        await server.stop()
    assert seen.statuses == [401, 401, 401, 200]
    readable = {file: text for file, text in seen.files.items() if text is not None}
    assert set(readable) == {public, *(f"/proc/{pid}/cmdline" for pid in (server.pid, os.getpid()))}
    assert not [file for file, text in readable.items() if server.token in text]
    assert len(here) > 2
