from frieza_tui.tui.terminal.facts import QUESTIONS
from tests.support.terminal import program

LIGHT = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\"
REST = "\x1bP>|test(1)\x1b\\\x1b[?25u\x1b[2;2R\x1b[2;5R\x1b[2;2R\x1b[2;5R\x1b[2;3R\x1b[?62c"
BROKEN_REPORTS = "\x1b[<32;NaN;NaNM\x1b[<35;10"
LIGHT_BACKGROUND = b"48;2;251;249;254"


def test_the_terminal_is_asked_once_and_its_answers_are_never_text() -> None:
    with program("--demo") as terminal:
        terminal.wait_until(lambda: QUESTIONS.encode() in terminal.bytes_seen, "the questions")
        terminal.send("かな" + LIGHT + "を" + REST + "打つ" + BROKEN_REPORTS)
        terminal.wait_for("かなを打つ", "F1")
        terminal.wait_until(lambda: LIGHT_BACKGROUND in terminal.bytes_seen, "the light theme")
        terminal.send("c")
        terminal.wait_for("かなを打つc")
        assert not any(trace in terminal.text for trace in ("rgb", "test(1)", "NaN", "62", ";"))
        assert terminal.bytes_seen.count(b"\x1b[>0q") == 1
        terminal.send("\x11")
        assert terminal.wait_for_exit() == 0


def test_lines_that_are_pasted_before_the_terminal_marks_pastes_are_one_draft() -> None:
    with program("--demo", echoes=True) as terminal:
        terminal.send("一行目\r二行目\r")
        terminal.wait_for("│ 一行目", "│ 二行目", "Enter send")
        terminal.send(f"{REST}\r")
        terminal.wait_for("▎ 一行目", "▎ 二行目")
        terminal.send("\x11")
        assert terminal.wait_for_exit() == 0


def test_a_terminal_with_wide_characters_gets_frames_in_ascii() -> None:
    with program("--demo") as terminal:
        terminal.wait_for("F1", "╭──")
        terminal.send("\x1b[2;3R\x1b[?62c")
        terminal.wait_for("+-----")
        assert "╭" not in terminal.text
        terminal.send("\x11")
        assert terminal.wait_for_exit() == 0


def test_mouse_and_keyboard_protocol_are_left_to_the_terminal_where_asked() -> None:
    taken = (b"\x1b[?1000h", b"\x1b[?1003h", b"\x1b[?1006h", b"\x1b[>25u")
    with program("--demo") as terminal:
        terminal.wait_for("F1")
        assert [one for one in taken if one not in terminal.bytes_seen] == []
        terminal.send("\x11")
        assert terminal.wait_for_exit() == 0
    with program("--demo", "--no-mouse", "--no-kitty", is_fresh=True) as terminal:
        terminal.wait_for("F1")
        terminal.send("日本語")
        terminal.wait_for("日本語")
        assert [one for one in taken if one in terminal.bytes_seen] == []
        terminal.send("\x11")
        assert terminal.wait_for_exit() == 0
