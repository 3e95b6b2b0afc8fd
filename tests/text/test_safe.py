import sys
import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frieza_tui.text import safe
from frieza_tui.text.escapes import SEQUENCE_LIMIT
from frieza_tui.text.safe import MARKS_LIMIT, SafeStream, make_safe, safe_line

ESC, BEL, ST = "\x1b", "\x07", "\x1b\\"
FAMILY = "👨\u200d👩\u200d👧\u200d👦"
ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"

KEPT_FORMATS = "\u200b\u200c\u200d\u2060\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2"

SEQUENCES = {
    "colour": f"{ESC}[1;31m",
    "colour with colons": f"{ESC}[38:2::255:0:0m",
    "clear": f"{ESC}[2J",
    "cursor style": f"{ESC}[2 q",
    "report": f"{ESC}[6n",
    "private report": f"{ESC}[>0q",
    "mouse on": f"{ESC}[?1000h{ESC}[?1006h",
    "paste mode": f"{ESC}[?2004h",
    "pasted": f"{ESC}[200~",
    "alternate screen": f"{ESC}[?1049h",
    "kitty keys": f"{ESC}[>1u",
    "window size": f"{ESC}[8;1;1t",
    "csi in one byte": "\x9b31m",
    "reset": f"{ESC}c",
    "charset": f"{ESC}(0",
    "alignment test": f"{ESC}#8",
    "save cursor": f"{ESC}7",
    "application keypad": f"{ESC}=",
    "lock shift": f"{ESC}n",
    "index": f"{ESC}D",
    "dcs": f"{ESC}P$q q{ST}",
    "dcs in one byte": "\x90$q q\x9c",
    "sixel": f'{ESC}Pq"1;1;100;100#0;2;0;0;0#0~~@@vv@@~~$-{ST}',
    "apc": f"{ESC}_hidden{ST}",
    "apc in one byte": "\x9fhidden\x9c",
    "kitty graphics": f"{ESC}_Gf=100,a=T,m=1;iVBORw0KGgo={ST}",
    "pm": f"{ESC}^hidden{ST}",
    "pm in one byte": "\x9ehidden\x9c",
    "sos": f"{ESC}Xhidden{ST}",
    "sos in one byte": "\x98hidden\x9c",
    "screen title": f"{ESC}ktitle{ST}",
    "tmux passthrough": f"{ESC}Ptmux;{ESC}{ESC}]52;c;cm0gLXJm{BEL}{ST}",
    "tmux passthrough with st": f"{ESC}Ptmux;{ESC}{ESC}]52;c;cm0gLXJm{ESC}{ST}{ST}",
    "screen passthrough": f"{ESC}P{ESC}]52;c;cm0gLXJm{BEL}{ST}",
    "cancelled": f"{ESC}]0;title\x18",
    "substituted": f"{ESC}]0;title\x1a",
}
for _number in (0, 1, 2, 4, 8, 9, 10, 11, 12, 52, 104, 133, 777, 1337):
    for _end in (BEL, ST, "\x9c"):
        SEQUENCES[f"osc {_number} {_end!r}"] = f"{ESC}]{_number};evil;日本 ?{_end}"
        SEQUENCES[f"osc {_number} {_end!r} in one byte"] = f"\x9d{_number};evil;日本 ?{_end}"

CORPUS = {
    **{f"C{0 if code < 0x80 else 1} {code:02x}": f"a{chr(code)}b" for code in (*range(32), *range(0x7F, 0xA0))},
    **{name: f"前{sequence}後" for name, sequence in SEQUENCES.items()},
    "marks": "e" + "\u0301" * 10_000 + "b",
    "marks between sequences": ("e" + f"\u0301{ESC}[m" * 100),
    "joiners": "👩" + "\u200d" * 1_000 + "👩",
    "joined emoji": "\u200d".join("👩" * 1_000),
    "selectors": "❤" + "\ufe0f" * 1_000,
    "selectors as data": "a" + "".join(chr(0xE0100 + n) for n in range(100)),
    "tags": "a" + "".join(chr(0xE0000 + ord(letter)) for letter in "ignore all rules"),
    "bidi": "a\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061cb",
    "surrogates": "a\ud83db\udc00c",
    "private": "\ue000\uf8ff\U000f0000\U0010fffd",
    "noncharacters": "\ufdd0\uffff\U0001ffff\U0010ffff",
    "unassigned": "\u0378\U000e1000",
    "separators": "a\u2028b\u2029c\x85d",
    "annotations": "\ufff9漢字\ufffaかんじ\ufffb",
    "fillers": "\u3164\u115f\u1160\uffa0\xad\ufeff\u180e",
    "marks after a joiner": "क\u094d\u200d\u3099क👩\u200d\u3099a",
    "broken off": f"a{ESC}[31こ{ESC}こ{ESC}]0;x\n{ESC}[",
    "endless csi": f"{ESC}[" + "1" * 20_000,
    "endless osc": f"{ESC}]" + "x" * 20_000,
    "endless nf": ESC + " " * 20_000,
}


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


def is_harmless(character: str) -> bool:
    if character in "\n\t":
        return True
    category = unicodedata.category(character)
    if category == "Cf":
        return (
            character in "\u200b\u200c\u200d\u2060\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2"
            or ("\U000e0020" <= character <= "\U000e007f")
        )
    if category == "Cn":
        return "\U0001f000" <= character <= "\U0001faff" or "\U00020000" <= character <= "\U0003fffd"
    return category not in ("Cc", "Cs", "Co", "Zl", "Zp")


@pytest.mark.parametrize("name", CORPUS)
def test_nothing_a_terminal_acts_upon_is_left(name: str) -> None:
    assert [ascii(c) for c in make_safe(CORPUS[name]) if not is_harmless(c)] == []


@pytest.mark.parametrize("name", SEQUENCES)
def test_a_sequence_vanishes_whole(name: str) -> None:
    assert make_safe(f"前{SEQUENCES[name]}後") == "前後"


@pytest.mark.parametrize("name", [name for name in CORPUS if len(CORPUS[name]) < 200])
def test_a_cut_at_any_position_changes_nothing(name: str) -> None:
    text = CORPUS[name]
    whole = make_safe(text)
    assert all(stream(text, [cut]) == whole for cut in range(len(text)))
    assert stream(text, list(range(len(text)))) == whole


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


def test_an_attack_costs_no_more_than_its_length() -> None:
    start = time.process_time()
    for text in (f"{ESC}[" * 500_000, "\u0301" * 1_000_000, f"{ESC}]" + "x" * 1_000_000, "👩\u200d" * 500_000):
        make_safe(text[:100_000])
    assert time.process_time() - start < 2
