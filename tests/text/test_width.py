import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len as rich_cell_len

from frieza_tui.text.safe import make_safe
from frieza_tui.text.width import CellRules, cell_len, character_widths, clip, graphemes, use_cell_rules

CLUSTERS = {
    "あ": 2,
    "a": 1,
    "ｱ": 1,
    "ｶﾞ": 2,
    "ﾊﾟ": 2,
    "か\u3099": 2,
    "e\u0301": 1,
    "각": 2,
    "\u1100\u1161\u11a8": 2,
    "क\u094d": 1,
    "กำ": 2,
    "👍🏽": 2,
    "👨\u200d👩\u200d👧\u200d👦": 2,
    "👩🏽\u200d🚀": 2,
    "❤": 1,
    "❤\ufe0f": 2,
    "❤\ufe0f\u200d🔥": 2,
    "🏴\u200d☠\ufe0f": 2,
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f": 2,
    "🇯🇵": 2,
    "1\ufe0f\u20e3": 2,
    "辻\U000e0100": 2,
    "\U0001fae8": 2,
    "①": 1,
}


pieces = st.one_of(st.sampled_from(list(CLUSTERS)), st.characters(), st.sampled_from("\u200d\ufe0f🇯🏽 a日\u0301"))
safe_texts = st.lists(pieces, max_size=20).map(lambda parts: make_safe("".join(parts)).replace("\t", " "))


@pytest.fixture(autouse=True)
def usual_rules() -> Iterator[None]:
    yield
    use_cell_rules(CellRules())


@pytest.mark.parametrize(
    ("rules", "cluster", "cells"),
    [
        (CellRules(tone=2), "👍🏽", 4),
        (CellRules(tone=2), "👩🏽\u200d🚀", 4),
        (CellRules(joins=False), "👨\u200d👩\u200d👧\u200d👦", 8),
        (CellRules(joins=False), "🏴\u200d☠\ufe0f", 4),
        (CellRules(joins=False, tone=2, emoji_style=0), "👩🏽\u200d❤\ufe0f\u200d👩", 7),
        (CellRules(emoji_style=0), "❤\ufe0f", 1),
        (CellRules(emoji_style=0), "1\ufe0f\u20e3", 1),
        (CellRules(flag_letter=2), "🇯🇵", 4),
    ],
)
def test_a_cluster_that_is_drawn_otherwise_stays_one_grapheme(rules: CellRules, cluster: str, cells: int) -> None:
    use_cell_rules(rules)
    assert list(graphemes(f"x{cluster}日")) == ["x", cluster, "日"]
    assert cell_len(cluster) == sum(character_widths(cluster)) == cells


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_a_cluster_is_one_grapheme_of_its_width(cluster: str) -> None:
    assert list(graphemes(f"x{cluster}日")) == ["x", cluster, "日"]
    assert cell_len(cluster) == CLUSTERS[cluster]


def test_every_character_that_is_let_through_is_measured_as_the_compositor_does() -> None:
    ideographs_and_hangul = {*range(0x3400, 0xA000, 50), *range(0xAC00, 0xD7B0, 50), *range(0x20000, 0x40000, 500)}
    others = {*range(0x20, 0x3400), *range(0xA000, 0xAC00), *range(0xD7B0, 0x20000), *range(0xE0000, 0xE0200)}
    assigned = [c for c in map(chr, ideographs_and_hangul | others) if unicodedata.category(c) != "Cn" or c >= "🀀"]
    let_through = [c for c in assigned if make_safe("👩" + c) == "👩" + c]
    assert len(let_through) > 30_000
    assert [ascii(c) for c in let_through if cell_len(c) != rich_cell_len(c)] == []


@given(safe_texts)
def test_any_safe_text_is_measured_as_the_compositor_does(text: str) -> None:
    assert cell_len(text) == rich_cell_len(text)
    assert sum(character_widths(text)) == cell_len(text)


@given(safe_texts)
def test_graphemes_joined_are_the_text_and_their_widths_its_width(text: str) -> None:
    clusters = list(graphemes(text))
    assert "".join(clusters) == text
    assert all(clusters)
    assert sum(map(cell_len, clusters)) == cell_len(text)


def test_letters_of_flags_pair_from_the_left() -> None:
    assert list(graphemes("🇯🇵🇺🇸🇯a")) == ["🇯🇵", "🇺🇸", "🇯", "a"]


def test_ambiguous_characters_are_two_wide_where_the_terminal_says_so() -> None:
    ambiguous = "①→αЖ…“”■○"
    assert all(unicodedata.east_asian_width(c) == "A" for c in ambiguous)
    assert cell_len(ambiguous) == len(ambiguous)
    use_cell_rules(CellRules(ambiguous=2))
    assert cell_len(ambiguous) == 2 * len(ambiguous)
    assert cell_len("e\u0301é") == 1 + 2
    assert cell_len("abc日ｱ") == 6


def test_clip_cuts_between_graphemes() -> None:
    assert clip("日本語", 6) == "日本語"
    assert clip("日本語", 5) == "日本"
    assert clip("日本語", 5, end="…") == "日本…"
    assert clip("か\u3099き\u3099", 3) == "か\u3099"
    assert clip("👩🏽\u200d🚀👩", 3) == "👩🏽\u200d🚀"
    use_cell_rules(CellRules(ambiguous=2))
    assert clip("①②③", 4) == "①②"


@given(safe_texts, st.integers(0, 20))
def test_clip_never_exceeds_its_cells(text: str, cells: int) -> None:
    clipped = clip(text, cells)
    assert text.startswith(clipped)
    assert cell_len(clipped) <= cells
