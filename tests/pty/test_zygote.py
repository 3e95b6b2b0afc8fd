"""Programs in the tests' terminals are forked where they can be: they must be what they are when executed."""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.terminal import PROGRAM, Terminal
from tests.support.zygote import RUN, Zygote, address

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
LOOK = (sys.executable, "-m", "tests.support.facts_of_a_start")


def look(file: Path, *, is_fresh: bool = False, environ: dict[str, str] | None = None) -> dict[str, Any]:
    terminal = Terminal((*LOOK, str(file)), is_fresh=is_fresh, environ=environ, columns=77)
    try:
        assert terminal.wait_for_exit() == 3, terminal.text
        assert terminal.text.startswith("last words")
    finally:
        terminal.close()
    found = json.loads(file.read_text())
    assert isinstance(found, dict)
    return found


def test_a_forked_program_is_as_an_executed_one(tmp_path: Path) -> None:
    file, other = tmp_path / "facts", {"PYTHONPATH": str(tmp_path), "OF_ITS_OWN": "1"}
    forked, fresh = look(file, environ=other), look(file, environ=other, is_fresh=True)
    assert (forked.pop("is forked"), fresh.pop("is forked")) == (True, False)
    assert forked.pop("parent") == fresh.pop("parent")
    assert forked == fresh
    assert forked["size"] == [77, 24]


@pytest.mark.parametrize("name", ["TEXTUAL_FPS", "LC_ALL", "OPENAI_LOG"])
def test_a_program_with_another_value_of_what_was_read_by_importing_is_executed(tmp_path: Path, name: str) -> None:
    assert not look(tmp_path / "facts", environ={name: "1"})["is forked"]


def test_what_becomes_of_a_program_is_told() -> None:
    terminal = Terminal((*PROGRAM, "--plain", "--demo"))
    terminal.wait_for(">")
    assert not terminal.is_stopped
    terminal.kill(signal.SIGSTOP)
    terminal.wait_after_end(lambda: terminal.is_stopped, "it stopped")
    terminal.kill()
    assert terminal.wait_for_exit() == -signal.SIGKILL
    terminal.close()


def parent_of(giver: Zygote, file: Path) -> object:
    terminal, inner = os.openpty()
    try:
        assert giver.start((*LOOK, str(file)), os.environ, inner, executes=True).status(waits=True) == 3
    finally:
        os.close(terminal)
    return json.loads(file.read_text())["parent"]


def test_the_workers_of_a_run_share_one_that_goes_with_the_last_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(RUN, f"of-a-test-{os.getpid()}")
    first, second = Zygote(), Zygote()
    second.close()
    third = Zygote()
    parents = {parent_of(giver, tmp_path / "facts") for giver in (first, third)}
    third.close()
    assert Path(address()).is_socket()
    first.close()
    assert (len(parents), Path(address()).exists()) == (1, False)
