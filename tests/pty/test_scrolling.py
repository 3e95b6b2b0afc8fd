"""What the terminal scrolls by itself: the picture is the same as one that is drawn anew."""

import re

import pytest

from frieza_tui.backends.scripted import Reply
from tests.pty.conftest import StageServer
from tests.support.terminal import Terminal, program

LONG = "\n\n".join(f"### 見出し {number}\n\nParagraph {number} **goes on** for `some` words." for number in range(40))
REPLY = Reply(*(LONG[at : at + 40] for at in range(0, len(LONG), 40)), "\n\n```sh\nls -l\n```\n\nEND")
WHEEL_UP, WHEEL_DOWN = "\x1b[<64;10;10M", "\x1b[<65;10;10M"
LINE_UP, LINE_DOWN = "\x1b[1;5A", "\x1b[1;5B"
SCROLLED = re.compile(rb"\x1b\[\d+;\d+r")


@pytest.mark.parametrize("stage", [[REPLY]], indirect=True)
def test_what_the_terminal_has_scrolled_looks_as_if_drawn_anew(stage: StageServer) -> None:
    with program(environ=stage.environ, rows=30) as terminal:
        terminal.wait_for("F1")
        terminal.send("hello\r")
        terminal.wait_for("END", "ready")
        for keys in (LINE_UP, WHEEL_UP, WHEEL_UP + LINE_UP, WHEEL_DOWN, LINE_DOWN + WHEEL_UP):
            shown, before = terminal.cells(1, 24), len(terminal.bytes_seen)
            terminal.send(keys)
            terminal.wait_until(lambda: terminal.cells(1, 24) != shown, "a move")  # noqa: B023 - called at once
            assert_same_when_drawn_anew(terminal)
            assert SCROLLED.search(terminal.bytes_seen, before)
        shown = terminal.cells(1, 24)
        terminal.send("\x1bOR")  # F3: another theme
        terminal.wait_until(lambda: terminal.cells(1, 24) != shown, "other colours")
        assert_same_when_drawn_anew(terminal)


def assert_same_when_drawn_anew(terminal: Terminal) -> None:
    terminal.wait_quiet()
    shown = terminal.cells(1, 24)
    terminal.send("\x1bOP")
    terminal.wait_for("Esc closes")
    terminal.send("\x1b")
    terminal.wait_until(lambda: "Esc closes" not in terminal.text, "the help gone")
    terminal.wait_quiet()
    assert terminal.cells(1, 24) == shown
