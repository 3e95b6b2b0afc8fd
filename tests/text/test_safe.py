import sys
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frieza_tui.text import safe
from frieza_tui.text.escapes import SEQUENCE_LIMIT
from frieza_tui.text.safe import MARKS_LIMIT, SafeStream, make_safe, safe_line
from tests.support.attacks import BEL, CORPUS, ENGLAND, ESC, FAMILY, SEQUENCES, is_harmless

nasty_pieces = st.one_of(
    st.sampled_from(list(SEQUENCES.values())),
    st.sampled_from(
        [ESC, BEL, "\r", "\n", "\r\n", "\t", "\u200d", "\ufe0f", "\u0301", "🏽", "👩", "🏴", "か", "\u3099"]
    ),
    st.sampled_from(["[", "]", "P", "\\", "\x9b", "\x9d", "\x9c", "\x18", "1", ";", "m", " ", "क", "\u094d", "\u202e"]),
    st.sampled_from([FAMILY, ENGLAND, ENGLAND[:3], ENGLAND[1:], "\U000e0100", "辻", "\ud800", "\u2028"]),
    st.characters(),
    st.text(max_size=5),
)
nasty_texts = st.lists(nasty_pieces, max_size=30).map("".join)


def stream(text: str, cuts: list[int]) -> str:
    stream = SafeStream()
    edges = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    fed = [stream.feed(text[start:end]) for start, end in pairwise(edges)]
    return "".join(fed) + stream.close()


def test_nothing_a_terminal_acts_upon_is_left() -> None:
    left = {name: [ascii(c) for c in make_safe(text) if not is_harmless(c)] for name, text in CORPUS.items()}
    assert {name: found for name, found in left.items() if found} == {}


def test_a_sequence_vanishes_whole() -> None:
    made = {name: make_safe(f"前{sequence}後") for name, sequence in SEQUENCES.items()}
    assert {name: text for name, text in made.items() if text != "前後"} == {}


def differing_cuts(text: str) -> list[int]:
    whole = make_safe(text)
    assert stream(text, list(range(len(text)))) == whole
    return [cut for cut in range(len(text)) if stream(text, [cut]) != whole]


def test_a_cut_at_any_position_changes_nothing() -> None:
    differing = {name: differing_cuts(text) for name, text in CORPUS.items() if len(text) < 200}
    assert {name: cuts for name, cuts in differing.items() if cuts} == {}


@pytest.mark.parametrize("name", [name for name in CORPUS if len(CORPUS[name]) >= 200])
def test_pieces_of_four_change_nothing_in_a_long_text(name: str) -> None:
    text = CORPUS[name]
    assert stream(text, list(range(0, len(text), 4))) == make_safe(text)


@given(nasty_texts, st.lists(st.integers(0, 200), max_size=20))
def test_a_stream_gives_what_the_whole_gives(text: str, cuts: list[int]) -> None:
    assert stream(text, cuts) == make_safe(text)


@given(nasty_texts)
def test_any_text_becomes_harmless_and_stays_so(text: str) -> None:
    safe_text = make_safe(text)
    assert all(map(is_harmless, safe_text))
    assert make_safe(safe_text) == safe_text


@given(nasty_texts, st.integers(1, 60))
def test_a_line_is_one_line_within_its_limit(text: str, limit: int) -> None:
    line = safe_line(text, limit)
    assert len(line) <= limit
    assert "\n" not in line and "\t" not in line


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain ASCII with a\ttab\nand lines",
        "吾輩は猫である。名前は、まだ無い。「どこで」生れたか……とんと見当がつかぬ！？",
        "ﾊﾝｶｸ ｶﾞｷﾞ か\u3099き\u3099",
        f"{FAMILY} 👩🏽‍🚀 ❤️‍🔥 🏴‍☠️ {ENGLAND} 🇯🇵 1️⃣ 🙂‍↔️ 辻\U000e0100",
        "नमस्ते क्\u200dष می\u200cخواهم สวัสดี 각 e\u0301",
        "│ ─ ┌ █ ⠿ → ≠ ∀ ① ㍻ € ﷼",
    ],
)
def test_honest_text_passes_unchanged(text: str) -> None:
    assert make_safe(text) == text


def test_plain_text_comes_back_as_the_same_object() -> None:
    text = "さあ、始めようか。" * 3
    assert make_safe(text) is text
    assert SafeStream().feed(text) is text


def test_lone_controls_show_as_their_pictures() -> None:
    assert make_safe("\x00\x07\x08\x0b\x7f") == "␀␇␈␋␡"
    assert make_safe(f"こ{ESC}") == "こ␛"
    assert make_safe(f"{ESC}{ESC}こ") == "␛␛こ"


def test_every_line_end_becomes_one_newline() -> None:
    assert make_safe("a\r\nb\rc\r\r\nd\u2028e\x85f") == "a\nb\nc\n\nd\ne\nf"
    assert make_safe("a\r\nb\rc", keep_newlines=False) == "a b c"


def test_marks_on_one_letter_are_bounded_also_across_sequences() -> None:
    assert make_safe(CORPUS["marks"]) == "e" + "\u0301" * MARKS_LIMIT + "b"
    assert make_safe(CORPUS["marks between sequences"]) == "e" + "\u0301" * MARKS_LIMIT


def test_a_mark_with_nothing_to_stand_on_vanishes() -> None:
    assert make_safe("\u0301a\n\u3099b") == "a\nb"


def test_a_joiner_stays_only_between_what_it_joins() -> None:
    assert make_safe("👩\u200da\u200db\u200d") == "👩ab"
    assert make_safe("👩\u200d\u200d👩") == "👩\u200d👩"


def test_one_selector_stays_and_hidden_data_goes() -> None:
    assert make_safe("❤\ufe0f\ufe0f\ufe0e") == "❤\ufe0f"
    assert make_safe(CORPUS["selectors as data"]) == "a"
    assert make_safe(CORPUS["tags"]) == "a"
    assert make_safe(ENGLAND[:-1] + "a") == "🏴a"


def test_an_unterminated_string_ends_with_its_line() -> None:
    assert make_safe(f"a{ESC}]0;title\nb") == "a\nb"


def test_an_unterminated_string_does_not_eat_a_long_line() -> None:
    assert make_safe(f"{ESC}]" + "x" * SEQUENCE_LIMIT + "rest") == "rest"


@pytest.mark.parametrize("opening", [f"{ESC}]", f"{ESC}P", "\x9f", f"{ESC}[", f"{ESC} "])
def test_a_stream_holds_no_more_than_a_few_characters(opening: str) -> None:
    stream = SafeStream()
    stream.feed(opening)
    filler = "1 " if opening != f"{ESC} " else "  "
    given_back = sum(len(stream.feed(filler)) for _ in range(SEQUENCE_LIMIT))
    assert given_back == SEQUENCE_LIMIT


def test_plain_text_is_never_held_back() -> None:
    stream = SafeStream()
    for piece in ["こ", "ん", " a", "\n", "👩", f"{ESC}[1m", "b", "\r", "c"]:
        assert stream.feed(piece) == make_safe(piece)


def test_a_line_is_clipped_with_an_ellipsis() -> None:
    assert safe_line("  a\nb\tc  ") == "a b c"
    assert safe_line("あいうえお", 4) == "あいう…"
    assert safe_line(f"{ESC}]0;" + "x" * 5_000 + f"{BEL}name") == "name"


def test_every_plain_character_is_harmless_and_stands_alone() -> None:
    plain = [c for c in map(chr, range(sys.maxunicode + 1)) if safe._SUSPECT.match(c) is None]
    assert len(plain) > 80_000
    assert all(map(is_harmless, plain))
    assert [ascii(c) for c in plain if unicodedata.category(c)[0] == "M" or c in "\u3164\u115f"] == []


@pytest.mark.timeout(30)  # 0.3 s where it grows with the length, many minutes where it grows with its square
@pytest.mark.parametrize(
    ("attack", "left"),
    [
        (f"{ESC}[" * 50_000, 0),
        ("\u0301" * 100_000, 0),
        (f"{ESC}]" + "x" * 100_000, 91_808),
        ("👩\u200d" * 50_000, 90_000),
    ],
    ids=["introducers", "marks", "unended string", "joiners"],
)
def test_an_attack_costs_no_more_than_its_length(attack: str, left: int) -> None:
    assert len(make_safe(attack)) == left
