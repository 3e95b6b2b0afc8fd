import pytest

from frieza_tui.tui.terminal.early_paste import BURST_S, EarlyPaste


def pasted(text: str) -> str:
    return f"\x1b[200~{text}\x1b[201~"


@pytest.mark.parametrize("text", ["one\rtwo", "一\n二\n", "one\r\n\r\ntwo\r", "\rone\ttwo"])
def test_several_lines_at_once_are_a_paste(text: str) -> None:
    assert EarlyPaste().mark(text, 0.0) == pasted(text)


@pytest.mark.parametrize(
    "text", ["", "one", "日本\r", "\r", "\r\r", "one\x03\rtwo", "one\x1b[A\rtwo", pasted("one\rtwo"), "a\x7f\rb"]
)
def test_a_line_and_its_enter_and_all_keys_stay_as_they_are(text: str) -> None:
    assert EarlyPaste().mark(text, 0.0) == text


def test_what_follows_at_once_belongs_to_the_paste() -> None:
    paste = EarlyPaste()
    assert paste.mark("one\rtw", 1.0) == pasted("one\rtw")
    assert paste.mark("o\r", 1.0 + BURST_S / 2) == pasted("o\r")
    assert paste.mark("\r", 1.0 + BURST_S) == "\r"
    assert paste.mark("three\r", 2.0) == "three\r"
