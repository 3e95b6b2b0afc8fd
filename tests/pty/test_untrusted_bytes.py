import re

import pytest

from frieza_tui.backends.scripted import Reply
from frieza_tui.domain.events import StreamFault
from frieza_tui.domain.run import RunError
from tests.pty.conftest import StageServer
from tests.support.terminal import PROGRAM, Terminal, program

SECRET = "UExBTlRFRA=="
ATTACKS = [
    f"\x1b]52;c;{SECRET}\x07",
    f"\x1b]52;c;{SECRET}\x1b\\",
    f"\x9d52;c;{SECRET}\x9c",
    f"\x1b]0;{SECRET}\x07",
    f"\x1b]8;;http://{SECRET}/\x1b\\here\x1b]8;;\x1b\\",
    f"\x1bPtmux;\x1b\x1b]52;c;{SECRET}\x07\x1b\\",
    f"\x1bP+q{SECRET}\x1b\\",
    f"\x1b_G{SECRET}\x1b\\",
    f"\x1b^{SECRET}\x1b\\",
    f"\x1bX{SECRET}\x1b\\",
    "\x1b[?4242h\x1b[4242;4242H\x1b[4242m\x9b4242J",
    "\x1b[?1049l\x1bc\x0e\x0f\x05\x07\x08\x7f",
    "\u202eright to left\u2066isolate\U000e0041\U000e0042",
]
FORBIDDEN = re.compile(
    "|".join(
        [
            re.escape(SECRET),
            "4242",
            r"\x1b[P_^X]",
            r"\x1bc",
            "[\x0e\x0f\x05\x07\x7f]",
            "[\x80-\x9f]",
            "[\u202a-\u202e\u2066-\u2069]",
            "[\U000e0000-\U000e007f]",
        ]
    )
)


def replies() -> list[Reply]:
    whole = "".join(f"{number} {attack} {number}\n\n" for number, attack in enumerate(ATTACKS))
    fault = StreamFault(RunError("server_error", whole.replace("\n", " ")))
    return [Reply(whole, "END"), Reply(*whole, "END"), Reply("x", fault)]


@pytest.mark.parametrize("stage", [replies()], indirect=True)
def test_no_byte_of_an_attack_reaches_the_terminal(stage: StageServer) -> None:
    with program(environ=stage.environ, rows=60) as terminal:
        terminal.wait_for("F1")
        begun = len(terminal.bytes_seen)
        for message in ("一度に", "一文字ずつ"):
            terminal.send(f"{message}\r")
            terminal.wait_for(message, "END")
            terminal.wait_for("completed")
        terminal.send("エラーで\r")
        terminal.wait_for("エラーで", "failed")
        shown = terminal.bytes_seen[begun:].decode("utf-8", errors="strict")
        terminal.send("\x11")
        terminal.wait_for_exit()
    assert FORBIDDEN.findall(shown) == []


@pytest.mark.parametrize("stage", [replies()], indirect=True)
def test_the_line_face_writes_none_either(stage: StageServer) -> None:
    terminal = Terminal((*PROGRAM, "-p", "一度に"), environ=stage.environ)
    terminal.wait_for_exit()
    shown = terminal.bytes_seen.decode("utf-8", errors="strict")
    terminal.close()
    assert "END" in shown
    assert FORBIDDEN.findall(shown) == []
    assert "\x1b" not in shown
