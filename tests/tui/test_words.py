from frieza_tui.domain.turn import TurnEnded
from frieza_tui.i18n import use_language
from frieza_tui.tui.words import ending_note, run_together


def test_no_space_stands_behind_a_japanese_sentence() -> None:
    assert run_together("回数制限です。", "", "あとで送ります。") == "回数制限です。あとで送ります。"
    assert run_together("Rate limited.", "Send again.") == "Rate limited. Send again."


def test_a_failed_turn_says_what_happened_and_what_to_do_in_one_line() -> None:
    use_language("ja")
    words = ending_note(TurnEnded("failed", "The server closed the connection. ", "Send again."))
    assert "。 " not in words
    assert words.endswith("もう一度送信してください。")
