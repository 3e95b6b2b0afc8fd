import asyncio
import signal
import sys
from pathlib import Path

from tests.faults.conftest import Note
from tests.faults.session import READY, ROWS, TEXT, Session, serving
from tests.support.terminal import Terminal

STORM = 40
YEAR_S = 365 * 24 * 3600


def test_what_befalls_a_program_in_a_reply_leaves_the_reply_whole(tmp_path: Path, note: Note) -> None:
    clock = tmp_path / "clock"
    clock.write_text("0")
    with serving("chat") as server:
        command = (sys.executable, "-m", "tests.faults.with_clock", str(clock))
        terminal = Terminal(
            command,
            rows=ROWS,
            environ={**server.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            is_fresh=True,  # its clock must be in place before anything is imported
        )
        going = Session(terminal, server)
        try:
            terminal.wait_for(READY)
            for name, befall in (
                ("signal: WINCH in a storm", resize_often),
                ("signal: TSTP and CONT", stop_and_go_on),
                ("clock: back by ten years", lambda _terminal: clock.write_text(f"-{10 * YEAR_S}")),
                ("clock: ahead by eighty years", lambda _terminal: clock.write_text(f"{80 * YEAR_S}")),
            ):
                gate = asyncio.Event()
                server.will(TEXT, gate, "to the end")
                going.ask(name, TEXT)
                befall(terminal)
                server.do(gate.set)
                going.wait_below(name, TEXT, "to the end", "completed")
                note(name)
            going.leave()
        finally:
            terminal.close()


def resize_often(terminal: Terminal) -> None:
    for size in range(STORM):
        terminal.resize(40 + size, 12 + size % 9)
    terminal.resize(80, ROWS)


def stop_and_go_on(terminal: Terminal) -> None:
    terminal.kill(signal.SIGTSTP)
    terminal.wait_until(lambda: terminal.is_stopped, "the program stopped")
    terminal.kill(signal.SIGCONT)
