import re
import shlex
from base64 import b64encode
from pathlib import Path

import pytest

from frieza_tui.backends.scripted import Reply
from tests.pty.conftest import StageServer
from tests.support.terminal import PROGRAM, Terminal, program

READY = "F1"


def start(terminal: Terminal) -> None:
    terminal.wait_for(READY)


def thread_of(receipt: str) -> str:
    found = re.search(r"thread (thread_\w+): deleted", receipt)
    assert found, receipt
    return found[1]


def test_a_person_talks_and_leaves_by_q(stage: StageServer) -> None:
    stage.let_go()
    with program(environ=stage.environ, is_fresh=True) as terminal:  # one whole conversation from a start as it is
        start(terminal)
        terminal.send("こんにちは\r")
        terminal.wait_for("あなた", "こんにちは", "フリーザ様", "completed")
        assert len(stage.assistants) == 1
        terminal.send("q\r")
        assert terminal.wait_for_exit() == 0
    receipt = terminal.bytes_seen.decode(errors="replace")
    assert re.search(r"assistant asst_\w+: deleted", receipt)
    assert stage.assistants == []
    assert stage.get(f"/threads/{thread_of(receipt)}")[0] == 404


def test_escape_cuts_the_reply_and_the_next_message_works(stage: StageServer) -> None:
    with program(environ=stage.environ, rows=50) as terminal:
        start(terminal)
        terminal.send("話して\r")
        terminal.wait_for("in progress", "ホッホッホ。")
        terminal.send("\x1b")
        terminal.wait_for("cancelled", "ホッホッホ。")
        stage.let_go()
        terminal.send("もう一度\r")
        terminal.wait_for("もう一度", "completed")
        terminal.send("\x11")
        assert terminal.wait_for_exit() == 0
    assert stage.assistants == []


def test_a_word_and_its_enter_in_one_read_lose_nothing() -> None:
    with program("--demo") as terminal:
        start(terminal)
        terminal.send("日本\r")
        terminal.wait_for("日本", "completed")
        terminal.send("\x11")
        terminal.wait_for_exit()


def test_the_cursor_stays_on_the_caret_while_a_reply_streams(stage: StageServer) -> None:
    with program(environ=stage.environ) as terminal:
        start(terminal)
        terminal.send("話して\r")
        terminal.wait_for("in progress")
        terminal.send("にほ")
        terminal.wait_for("にほ")
        row = next(index for index, line in enumerate(terminal.lines) if "にほ" in line)
        column = terminal.column_of("にほ", row) + 4
        terminal.wait_until(
            lambda: terminal.cursor == (column, row) and terminal.shows_cursor, "the cursor on the caret"
        )
        before = len(terminal.bytes_seen)
        stage.let_go()
        terminal.wait_for("completed")
        to_caret = f"\x1b[{row + 1};{column + 1}H\x1b[?25h".encode()
        *frames, _part = re.split(rb"(?<=\x1b\[\?25h)", terminal.bytes_seen[before:])
        assert [frame for frame in frames if not frame.endswith(to_caret)] == []
        to_box = [f"\x1b[{line};".encode() for line in range(row, row + 3)]
        assert [frame for frame in frames if any(place in frame.removesuffix(to_caret) for place in to_box)] == []
        assert frames
        # The last read may end in the middle of a frame.
        terminal.wait_until(
            lambda: terminal.cursor == (column, row) and terminal.shows_cursor, "the cursor on the caret"
        )
        terminal.send("\t")
        terminal.wait_until(lambda: not terminal.shows_cursor, "no cursor while the log has the keys")
        terminal.send("\x11")
        terminal.wait_for_exit()


def test_a_copy_goes_through_the_terminal_where_no_program_leads_to_the_user() -> None:
    with program("--demo", environ={"SSH_TTY": "/dev/pts/0", "STY": "1.screen", "TERM": "screen-256color"}) as terminal:
        start(terminal)
        terminal.send("控えて\r")
        terminal.wait_for("completed")
        terminal.send("\t")
        terminal.wait_for("Esc write")
        terminal.send("[y")
        terminal.wait_for("Copied: sent to the terminal, not verified.")
        sequence = f"\x1bP\x1b]52;c;{b64encode('控えて'.encode()).decode()}\x07\x1b\\"
        terminal.wait_until(lambda: sequence.encode() in terminal.bytes_seen, "the text, as screen passes it on")
        terminal.send("\x11")
        terminal.wait_for_exit()


def test_a_tiny_terminal_loses_nothing() -> None:
    with program("--demo") as terminal:
        start(terminal)
        terminal.send("小さい\r")
        terminal.wait_for("completed")
        terminal.send("下書き")
        terminal.wait_for("下書き")
        terminal.resize(20, 5)
        terminal.wait_for("too small")
        terminal.resize(80, 24)
        terminal.wait_for("小さい", "下書き")
        terminal.send("\x11")
        assert terminal.wait_for_exit() == 0


def test_a_window_that_shrinks_and_grows_back_at_once_is_drawn_anew() -> None:
    with program("--demo") as terminal:
        start(terminal)
        terminal.send("小さい\r")
        terminal.wait_for("completed")
        terminal.resize(20, 5)
        terminal.resize(80, 24)
        terminal.wait_for("小さい", "F1 help")
        terminal.send("\x11")
        assert terminal.wait_for_exit() == 0


def test_the_screen_is_drawn_where_errors_go_to_a_file(tmp_path: Path) -> None:
    errors = tmp_path / "errors"
    terminal = Terminal(("sh", "-c", f"{shlex.join(PROGRAM)} --demo 2>{errors}"))
    start(terminal)
    terminal.send("\x11")
    assert terminal.wait_for_exit() == 0
    assert errors.read_text("utf-8") == ""


WIDE = Reply("Before.\n\n| name | remark |\n|---|---|\n| one | " + "many words " * 30 + "|\n")


@pytest.mark.parametrize("stage", [[WIDE]], indirect=True)
def test_o_opens_the_message_in_the_pager_and_a_table_unwrapped(stage: StageServer, tmp_path: Path) -> None:
    pager = tmp_path / "pager"
    pager.write_text("#!/bin/sh\nprintf '%s\\n' \"LESS=$LESS\" && cat \"$1\" && printf 'the end' && read -r _\n")
    pager.chmod(0o700)
    with program(environ={**stage.environ, "PAGER": str(pager), "LESS": "-R"}) as terminal:
        start(terminal)
        terminal.send("こんにちは\r")
        terminal.wait_for("completed")
        terminal.send("\t")
        terminal.wait_for("Esc write")
        terminal.send("o")
        terminal.wait_for("LESS=-R", "Before.", "| one |", "the end")
        terminal.send("\r")
        terminal.wait_for("completed", READY)
        terminal.send("JJo")
        terminal.wait_for("LESS=-R -S", "name │ remark", "the end")
        assert "Before" not in terminal.text
        terminal.send("\r")
        terminal.wait_for("completed", READY)
        terminal.send("\x11")
        assert terminal.wait_for_exit() == 0


def test_a_search_that_comes_in_one_read_is_no_command() -> None:
    with program("--demo") as terminal:
        start(terminal)
        terminal.send("deed\r")
        terminal.wait_for("completed")
        terminal.send("\t")
        terminal.wait_for("Esc write")
        terminal.send("k/deed")
        terminal.wait_for("Found in 1 message")
        terminal.send("\x11")
        terminal.wait_for_exit()


def wait_for_bytes(terminal: Terminal, data: bytes) -> None:
    terminal.wait_until(lambda: data in terminal.bytes_seen, repr(data))


def mouse(button: int, x: int, y: int, end: str = "M") -> str:
    return f"\x1b[<{button};{x + 1};{y + 1}{end}"


def test_the_mouse_takes_text_in_any_direction_and_the_box_keeps_the_keys() -> None:
    with program("--demo") as terminal:
        start(terminal)
        terminal.send("one two three\r")
        terminal.wait_for("completed")
        row = next(index for index, line in enumerate(terminal.lines) if "one two" in line)
        end = terminal.column_of("two", row) + 2
        drag = [mouse(32, column, row) for column in range(end, end - 6, -1)]
        click = mouse(0, end, row) + mouse(0, end, row, "m")
        for moves, taken in [
            (mouse(0, end, row) + "".join(drag) + mouse(0, end - 5, row, "m"), b"ne two"),
            (click + click, b"two"),
        ]:
            terminal.send(moves)
            wait_for_bytes(terminal, b"m" + taken + b"\x1b[0m")
            terminal.send("\x03")
            wait_for_bytes(terminal, b"\x1b]52;c;" + b64encode(taken))
        terminal.send("typed")
        terminal.wait_for("│ typed")
        terminal.send("\x11")
        terminal.wait_for_exit()
