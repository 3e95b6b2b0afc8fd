import pytest

from frieza_tui.text.line_classes import classify


@pytest.mark.parametrize(
    ("characters", "line_class"),
    [
        ("aЖאＡＺａｚ", "A"),
        ("09０９٣", "N"),
        ("日한＋😀", "I"),
        ("([{¡⁅", "O"),
        ("「（〔｢", "W"),
        ("}」、。｣", "L"),
        ("ぁㇰㇿーｰ々", "K"),
        (" \t\u2003　\u200b", "S"),
        ("\u0301\u3099ﾞำ\u1160\u11ff\ud7b0\ud7fb🏻🏿\ufe0f\ufeff", "C"),
        ("🇦🇿", "F"),
        ("\u200d", "J"),
        ("‘“«", "q"),
        ("’”»", "p"),
        ("$€￥", "R"),
        ("\u00a0\u202f\u2060", "G"),
    ],
)
def test_characters_are_of_the_class_of_uax_14_or_of_the_tailoring(characters: str, line_class: str) -> None:
    assert classify(characters) == line_class * len(characters)
