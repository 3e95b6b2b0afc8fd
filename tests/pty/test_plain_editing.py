from tests.support.terminal import program


def test_wide_letters_are_rubbed_out_whole_and_earlier_lines_come_back() -> None:
    with program("--demo", "--plain", "--language", "en", echoes=True) as terminal:
        terminal.wait_for(">")
        terminal.send("こんにちは世界")
        terminal.wait_for("> こんにちは世界")
        terminal.send("\x7f\x7f")
        terminal.wait_until(lambda: terminal.lines[0] == "> こんにちは", "two letters less")
        terminal.send("\r")
        terminal.wait_until(lambda: "\n>" in terminal.text, "the next prompt")
        terminal.send("\x1b[A")
        terminal.wait_until(lambda: terminal.text.count("> こんにちは") == 2, "the earlier line")
        terminal.send("\x03")
        terminal.wait_for("thread", "deleted")
        assert terminal.wait_for_exit() == 0
