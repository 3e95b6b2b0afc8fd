"""A planted key, searched for in everything that a session leaves behind or shows."""

import asyncio
import os
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from frieza_tui import paths
from frieza_tui.crash_report import write_report
from frieza_tui.domain.errors import AuthFailed
from tests.faults.server import FaultServer
from tests.support.raw_http import error_answer
from tests.support.terminal import PROGRAM, Terminal, program

KEY = "sk-proj-planted0123456789abcdefPLANTED"
OTHER_KEY = KEY[::-1]
QUIT = "\x11"


@pytest.fixture
def server() -> Iterator[FaultServer]:
    server = FaultServer("assistants")
    yield server
    server.stop()


def plant_another_key_in_the_settings() -> None:
    file = paths.config_dir() / "settings.toml"
    file.parent.mkdir(parents=True)
    file.touch(0o600)
    file.write_text(f"api_key = '{OTHER_KEY}'\n")


def files_that_tell(home: Path) -> list[Path]:
    files = [path for path in home.rglob("*") if path.is_file() and path.name != "settings.toml"]
    assert {"threads.sqlite3", "frieza-tui.log", "inputs.jsonl"} <= {path.name for path in files}
    return [path for path in files if tells(path.read_bytes())]


def tells(data: bytes) -> bool:
    return KEY.encode() in data or OTHER_KEY.encode() in data


def run(*words: str, environ: dict[str, str]) -> bytes:
    terminal = Terminal((*PROGRAM, *words), environ=environ, columns=200)
    terminal.wait_for_exit()
    terminal.close()
    return bytes(terminal.bytes_seen)


def test_a_key_is_nowhere_to_be_found(server: FaultServer, own_world: Path, tmp_path: Path) -> None:
    plant_another_key_in_the_settings()
    environ = server.environ | {"OPENAI_API_KEY": KEY, "OPENAI_LOG": "debug"}
    echo = f"Incorrect API key provided: {KEY}. Authorization: Bearer {KEY}"
    # Fresh, for its command line is looked at.
    with program("--log-level", "debug", environ=environ, columns=120, rows=40, is_fresh=True) as terminal:
        terminal.wait_for("F1")
        server.instead = lambda _call: error_answer(401, echo, echo, {"x-request-id": KEY})
        terminal.send("first\r")
        terminal.wait_for("first", "failed")
        arguments = Path("/proc", str(terminal.pid), "cmdline")
        assert not arguments.exists() or not tells(arguments.read_bytes())
        server.instead = server.as_usual
        server.will("half", ending="failed", run_fields={"last_error": {"code": "server_error", "message": echo}})
        server.will("well")
        terminal.send("\x12")
        terminal.wait_for("half", "failed")
        terminal.send("\x12")
        terminal.wait_for("well", "completed")
        assert any(KEY in str(call.headers) for call in server.calls)
        terminal.send(QUIT)
        assert terminal.wait_for_exit() == 0
        shown = bytes(terminal.bytes_seen)
    for words in (
        ["threads", "export", "last", "--format", "json", "--output", str(tmp_path)],
        ["clean", "--dry-run"],
    ):
        shown += run(*words, environ=environ)
    assert not tells(shown)
    (export,) = tmp_path.glob("*.json")
    assert not tells(export.read_bytes())
    assert files_that_tell(own_world) == []
    log = (paths.state_dir() / "frieza-tui.log").read_text("utf-8")
    assert "DEBUG openai" in log
    assert "first" not in log and "well" not in log


def words_of(pid: int) -> bytes:
    return Path("/proc", str(pid), "cmdline").read_bytes()


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks into /proc")
def test_a_key_of_the_command_line_is_not_in_the_list_of_processes(server: FaultServer) -> None:
    server.will("well", asyncio.Event())
    server.instead = lambda call: server.as_usual(call) if KEY in str(call.headers) else error_answer(401, "No.")
    environ = server.environ | {"OPENAI_API_KEY": ""}
    with program("--api-key", KEY, "-p", "hello", environ=environ, is_fresh=True) as terminal:
        terminal.wait_for("well")
        assert b"--api-k" in words_of(terminal.pid)
        assert not tells(words_of(terminal.pid))


def test_a_password_in_an_address_is_nowhere_to_be_found(own_world: Path, server: FaultServer) -> None:
    address = server.base_url.replace("//", f"//me:{KEY}@")
    environ = server.environ | {"OPENAI_BASE_URL": address, "OPENAI_API_KEY": ""}
    server.will("well")
    server.instead = lambda call: error_answer(500, f"me:{KEY}") if call.method == "DELETE" else None
    with program("--plain", environ=environ, columns=200) as terminal:
        terminal.send("hello\r")
        terminal.wait_for("well")
        terminal.send("q\r")
        assert terminal.wait_for_exit() == 0
        assert "not deleted" in terminal.text
        shown = bytes(terminal.bytes_seen)
    assert b64encode(f"me:{KEY}".encode()).decode() in server.calls[0].headers["authorization"]
    for words in (["clean", "--dry-run"], ["clean"]):
        shown += run(*words, environ=environ)
    server.instead = server.as_usual
    shown += run("clean", environ=environ)
    assert shown.count(server.base_url.encode()) == 6
    assert server.left == []
    assert not tells(shown)
    files = [path for path in own_world.rglob("*") if path.is_file()]
    assert "threads.sqlite3" in [path.name for path in files]
    assert [path for path in files if tells(path.read_bytes())] == []


def test_a_report_of_an_error_has_no_key_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    path = write_report(AuthFailed("The server does not take the key.", "Set another."))
    assert path is not None
    assert os.environ["OPENAI_API_KEY"] not in path.read_text("utf-8")
