import os
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

from frieza_tui.store.processes import Process
from tests.faults.conftest import Note
from tests.faults.session import READY, ROWS, TEXT, Session, kept_texts, ledger, serving, starting, talking
from tests.support.terminal import Terminal

ROOT = Path(__file__).parents[2]


def test_an_embedded_server_that_dies_is_started_anew(tmp_path: Path, note: Note) -> None:
    command = (sys.executable, "-m", "tests.faults.with_child", str(tmp_path), TEXT)
    environ = {"PYTHONPATH": str(ROOT), "FRIEZA_TUI_READ_TIMEOUT_S": "2"}
    terminal = Terminal(command, rows=ROWS, environ=environ)
    try:
        terminal.wait_for(READY)
        go_through_deaths(Session(terminal), tmp_path, note)
    finally:
        terminal.close()


def go_through_deaths(going: Session, folder: Path, note: Note) -> None:
    def child() -> int:
        return int((folder / "pid").read_text())

    going.ask("first", TEXT, "completed")
    going.ask("second", TEXT)
    os.kill(child(), signal.SIGKILL)
    going.wait_below("second", TEXT, "ended by itself", "Ctrl+R asks again", "failed")
    going.ask("third", TEXT, "completed")
    note("child: killed in a reply")
    os.kill(child(), signal.SIGKILL)
    going.ask("fourth", TEXT, "completed")
    note("child: killed between two replies")
    (folder / "dead").touch()
    os.kill(child(), signal.SIGKILL)
    going.ask("fifth", "did not start", "failed")
    (folder / "dead").unlink()
    going.wait_until_offered("fifth")
    going.terminal.send("\r")
    going.wait_below("fifth", TEXT, "completed")
    note("child: dead at its start")
    going.ask("sixth", TEXT)
    os.kill(child(), signal.SIGSTOP)
    going.wait_below("sixth", TEXT, "silent for too long", "failed")
    os.kill(child(), signal.SIGCONT)
    going.ask("seventh", TEXT, "completed")
    note("child: stopped in a reply")
    going.terminal.kill()
    going.terminal.wait_for_exit()
    going.terminal.wait_after_end(lambda: not Process(child()).is_alive, "the child gone with its parent")
    note("child: its parent is killed")
    assert kept_texts().count(TEXT) >= 6
    going.check_traces()


def test_two_programs_at_once_do_not_touch_what_is_the_others(note: Note) -> None:
    with serving("responses") as server, ExitStack() as stack:
        first, second = (Session(stack.enter_context(starting(server)), server) for _program in range(2))
        for going in (first, second):
            going.terminal.wait_for(READY)
            server.will(TEXT)
            going.ask("of each", TEXT, "completed")
        note("two at once: started together")
        left = {*ledger()}
        second.terminal.kill()
        second.terminal.wait_for_exit()
        with talking(server) as third:
            third.terminal.wait_until(lambda: 0 < len(ledger()) < len(left), "what the killed one left deleted")
            assert {*ledger()} < left
            server.will(TEXT)
            first.ask("goes on", TEXT, "completed")
            note("two at once: one is killed, the next one tidies up")
            server.will(TEXT)
            third.ask("later", TEXT, "completed")
            third.terminal.send("\x11")
            assert third.terminal.wait_for_exit() == 0
        server.will(TEXT)
        first.ask("last", TEXT, "completed")
        note("two at once: one leaves")
        first.terminal.send("\x11")
        assert first.terminal.wait_for_exit() == 0
        assert server.left == ledger() == []
        first.check_traces()
