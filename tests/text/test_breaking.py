import re
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frieza_tui.text.breaking import wrap, wrap_from, wrap_keeping_spaces
from frieza_tui.text.safe import make_safe
from frieza_tui.text.width import CellRules, cell_len, graphemes, use_cell_rules

PROSE = (Path(__file__).parent / "prose_ja.txt").read_text(encoding="utf-8")

# JIS X 4051 and JLReq: closing brackets, hyphens, dividing punctuation, middle dots, stops, commas, iteration marks,
# the long vowel sign, small kana; and opening brackets.
NOT_FIRST = frozenset(
    "’”）〕］｝〉》」』】⦆〙〗»〟｠｣)]}‐〜゠–～！？‼⁇⁈⁉・：；。．、，｡､･ヽヾゝゞ々〻ーｰ"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿｧｨｩｪｫｬｭｮｯﾞﾟ\u3099"
)
NOT_LAST = frozenset("‘“（〔［｛〈《「『【⦅〘〖«〝｟｢([{")


@pytest.fixture(autouse=True)
def usual_rules() -> Iterator[None]:
    yield
    use_cell_rules(CellRules())


def cut(text: str, width: int, **options: int) -> list[str]:
    return [text[start:end] for start, end in wrap(text, width, **options)]


def break_opportunities(text: str) -> list[int]:
    """Offsets at which a line may start: where the second one does, for some width of the first."""
    found: set[int] = set()
    start = 0
    for paragraph in text.split("\n"):
        whole = cell_len(paragraph)
        for room in range(1, whole):
            lines = wrap(paragraph, whole, first_width=room)
            found |= {start + second for second, _end in lines[1:2] if lines[0] != (0, 0)}
        start += len(paragraph) + 1
        found |= {start} if start < len(text) else set()
    return sorted(found)


def marked(text: str) -> str:
    """The text with a ÷ at each opportunity, as the Unicode test files write them."""
    edges = [0, *break_opportunities(text), len(text)]
    return "÷".join(text[start:end] for start, end in pairwise(edges))


@pytest.mark.parametrize("width", range(10, 61))
def test_no_line_of_prose_has_a_forbidden_start_or_end(width: int) -> None:
    lines = [line for line in cut(PROSE, width) if line]
    assert [line for line in lines if line[0] in NOT_FIRST or line[-1] in NOT_LAST] == []
    assert [line for line in lines if cell_len(line) > width] == []


@pytest.mark.parametrize("width", [20, 40, 60])
def test_prose_fills_its_lines(width: int) -> None:
    for paragraph in PROSE.split("\n"):
        japanese_lines = [line for line in cut(paragraph, width)[:-1] if not any("!" <= c <= "~" for c in line)]
        assert [line for line in japanese_lines if cell_len(line) < width - 8] == []


@pytest.mark.parametrize("width", [14, 20, 33])
def test_words_and_numbers_of_prose_stay_whole(width: int) -> None:
    around = [PROSE[end - 1 : end + 1] for _, end in wrap(PROSE, width)]
    assert [pair for pair in around if len(pair) == 2 and pair.isascii() and pair.replace(".", "0").isalnum()] == []


@pytest.mark.parametrize(
    "text",
    [
        # spaces and words: LB7, LB18, LB28
        "The ÷quick ÷(“brown”) ÷fox",
        "don't ÷stop, ÷e.g. ÷here.",
        # Japanese among itself and beside Latin: LB31
        "日÷本÷語÷と÷Python÷の÷3.11÷を",
        # closing and opening: LB13, LB14
        "と÷「言÷う」。÷「そ÷う」、÷と",
        "関÷数÷（foo）÷と÷［bar］",
        "f(x) ÷(a)b",
        # non-starters and small kana: LB21, strict
        "コ÷ン÷ピュー÷ター÷と÷人々÷が÷きっ÷と÷チェッ÷ク",
        "ｶﾞｯ÷ｺｰ",
        "え！？÷本÷当……÷ね",
        "東÷京・÷大÷阪〜÷京÷都",
        # numbers: LB25
        "$1,000.50 ÷50% ÷約÷100％÷と÷￥500÷と÷２０２４÷年",
        "2024-04-26 ÷2024/04/26 ÷12:30 ÷-5",
        # hyphens and slashes: LB21, and the tailoring
        "well-÷known ÷and/÷or ÷--flag ÷-l",
        "cd ÷/usr/÷local .NET ÷C++ ÷C#",
        "https://÷example.com/÷foo?÷a=1&b=2",
        # dashes and quotes: LB17, LB19a
        "あ÷――÷い÷—÷う",
        "彼÷は÷“強÷い”÷と ÷said ÷“yes” ÷to",
        '彼÷は"強÷い"と',
        # glue: LB11, LB12
        "10\u00a0km ÷日\u2060本",
        # marks, emoji and flags: LB9, LB8a, LB30a, LB30b
        "か\u3099÷き\u3099÷e\u0301a",
        "👩🏽\u200d🚀÷👍🏽÷👨\u200d👩\u200d👧÷🇯🇵÷🇺🇸÷日",
        # spaces that are no excuse: kinsoku
        "あ 。÷（ い ）ゃ",
        "10 – ÷20 ÷東÷京 –÷大÷阪 ‐÷京÷都",
        "全÷角　÷空÷白",
        "a\u200b÷b",
        "一÷行\n÷二÷行",
    ],
)
def test_published_rules(text: str) -> None:
    assert marked(text.replace("÷", "")) == text


def test_closing_and_small_characters_pull_one_with_them() -> None:
    assert cut("これで終わりだ。", 14) == ["これで終わり", "だ。"]
    assert cut("あいうえちょっと", 10) == ["あいうえ", "ちょっと"]
    assert cut("あいうえ「おか」", 10) == ["あいうえ", "「おか」"]


def test_spaces_at_a_break_belong_to_no_line() -> None:
    assert wrap("aaa   bbb", 4) == [(0, 3), (6, 9)]
    assert wrap("終わり。　次の", 8) == [(0, 4), (5, 7)]


def test_newlines_are_honoured() -> None:
    assert wrap("", 10) == [(0, 0)]
    assert cut("a\n\nb\n", 10) == ["a", "", "b", ""]


def test_any_number_of_spaces_is_swallowed() -> None:
    assert cut("（" + " " * 50_000 + "あ", 10) == ["（", "あ"]
    assert cut("あ" + " " * 50_000, 10) == ["あ        "]
    assert cut(" " * 50_000 + "あ", 10) == ["あ"]


def test_an_indent_stays() -> None:
    assert cut("    code here", 9) == ["    code", "here"]
    assert cut("　全角の字下げ", 8) == ["　全角の", "字下げ"]


def test_only_what_is_longer_than_a_line_is_cut() -> None:
    assert cut("ab abcdefghij cd", 10) == ["ab", "abcdefghij", "cd"]
    assert cut("ab abcdefghijkl cd", 10) == ["ab", "abcdefghij", "kl cd"]
    assert cut("abcdefghij）次", 10) == ["abcdefghi", "j）次"]


def test_a_cut_never_parts_a_grapheme() -> None:
    family = "👨\u200d👩\u200d👧\u200d👦"
    assert cut(family * 3, 5) == [family * 2, family]
    assert cut("か\u3099" * 3, 3) == ["か\u3099"] * 3
    assert cut("ｶﾞ" * 3, 3) == ["ｶﾞ"] * 3
    assert cut("🇯🇵🇺🇸", 3) == ["🇯🇵", "🇺🇸"]
    assert cut("日本", 1) == ["日", "本"]


def test_a_long_cry_leaves_no_hole() -> None:
    assert cut("あ" + "ほ" + "ー" * 12, 20) == ["あほ" + "ー" * 8, "ー" * 4]
    assert cut("あいうえおかほ" + "ー" * 5, 20) == ["あいうえおか", "ほーーーーー"]


def test_the_first_line_may_be_shorter() -> None:
    assert cut("あいうえお", 6, first_width=4) == ["あい", "うえお"]
    assert cut("word up", 6, first_width=2) == ["", "word", "up"]
    assert cut("日本", 6, first_width=0) == ["", "日本"]


def test_ambiguous_characters_count_as_the_terminal_draws_them() -> None:
    assert cut("①②③日本", 7) == ["①②③日本"]
    use_cell_rules(CellRules(ambiguous=2))
    assert cut("①②③日本", 8) == ["①②③日", "本"]


def test_emoji_that_the_terminal_draws_apart_stay_together() -> None:
    use_cell_rules(CellRules(tone=2, joins=False))
    assert cut("👍🏽👍🏽👍🏽", 9) == ["👍🏽👍🏽", "👍🏽"]
    assert cut("日👩🏽\u200d🚀日", 6) == ["日", "👩🏽\u200d🚀", "日"]


pieces = st.one_of(
    st.sampled_from(
        ["日", "本", "、", "。", "「", "」", "ー", "っ", "（", "）", "……", "――", "！？", "ｶﾞ", "々", "　", "・"]
    ),
    st.sampled_from(
        ["word", "a", "-", "--", "/", ".", ",", "12", "(", ")", '"', "'", " ", "  ", "\n", "$", "%", "C++", "|"]
    ),
    st.sampled_from(
        [
            "か\u3099",
            "e\u0301",
            "👩🏽\u200d🚀",
            "🇯",
            "🇯🇵",
            "❤\ufe0f",
            "“",
            "”",
            "\u00a0",
            "\u200b",
            "\u2060",
            "ーーーーーー",
        ]
    ),
    st.characters(),
)
texts = st.lists(pieces, max_size=40).map(lambda parts: make_safe("".join(parts)).replace("\t", " "))
widths = st.integers(2, 30)


@given(texts, widths, st.integers(0, 30))
def test_lines_and_swallowed_spaces_are_the_text(text: str, width: int, first_width: int) -> None:
    position = 0
    for start, end in [*wrap(text, width, first_width=first_width), (len(text), len(text))]:
        assert position <= start <= end
        assert (
            text[position:start].strip(" \n\u3000\u200b\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u205f")
            == ""
        )
        position = end


@given(texts, widths)
def test_no_line_is_wider_than_the_width(text: str, width: int) -> None:
    assert [line for line in cut(text, width) if cell_len(line) > width and len(list(graphemes(line))) > 1] == []


@given(texts, texts, widths)
def test_text_that_grows_keeps_its_lines_but_the_last_two(text: str, more: str, width: int) -> None:
    before = wrap(text, width)
    after = wrap(make_safe(text + more), width)
    if make_safe(text + more).startswith(text):
        assert after[: max(0, len(before) - 2)] == before[:-2]


@given(texts, widths)
def test_wrapping_from_any_line_goes_on_the_same(text: str, width: int) -> None:
    lines = wrap(text, width)
    for index, (start, _) in enumerate(lines):
        assert wrap_from(text, width, start) == lines[index:]


@given(
    st.lists(st.sampled_from("日本語のあいう、。｡､「」｢｣（）ーｰっゃｯｮ！？：；・･々ゝ‐〜゠– 　"), max_size=60).map(
        "".join
    ),
    st.integers(10, 60),
)
def test_kinsoku_holds_wherever_a_word_fits_in_a_line(text: str, width: int) -> None:
    edges = [0, *break_opportunities(text), len(text)]
    is_cry = re.search(r"(.)\1{4}", text) is not None
    if not is_cry and all(cell_len(text[a:b]) <= width for a, b in pairwise(edges)):
        assert [line for line in cut(text, width)[1:] if line[0] in NOT_FIRST] == []
        assert [line for line in cut(text, width)[:-1] if line[-1] in NOT_LAST] == []


@pytest.mark.parametrize("width", [10, 19, 40])
def test_a_box_to_write_in_breaks_prose_where_the_log_does(width: int) -> None:
    for paragraph in PROSE.split("\n"):
        if " " not in paragraph and "\u3000" not in paragraph:
            assert wrap_keeping_spaces(paragraph, width) == [start for start, _end in wrap(paragraph, width)[1:]]


@given(texts, widths)
def test_a_box_to_write_in_shows_every_character(text: str, width: int) -> None:
    line = text.replace("\n", " ") + "."
    edges = [0, *wrap_keeping_spaces(line, width), len(line)]
    assert edges == sorted({*edges})
    rows = [line[start:end] for start, end in pairwise(edges)]
    assert all(
        cell_len(row) <= width + row.rstrip("\u200b")[-1:].isspace() or len(list(graphemes(row))) == 1
        for row in rows[:-1]
    )
    assert cell_len(rows[-1]) <= width or len(list(graphemes(rows[-1]))) == 1


def test_spaces_stay_where_they_are_written() -> None:
    assert wrap_keeping_spaces("word word", 4) == [5]
    assert wrap_keeping_spaces("word  word", 4) == [5, 6]
    assert wrap_keeping_spaces("word  ", 4) == [4]
    assert wrap_keeping_spaces("日本　日本", 4) == [2, 4]


def calls_to_wrap(text: str) -> int:
    calls = 0

    def count(*_what: object) -> None:
        nonlocal calls
        calls += 1

    wrap(text, 40)  # what is remembered of its characters is there now
    sys.setprofile(count)
    try:
        wrap(text, 40)
    finally:
        sys.setprofile(None)
    return calls


def test_a_long_paragraph_costs_no_more_for_each_character_than_a_short_one() -> None:
    text = PROSE.replace("\n", "") * 20
    short, long = calls_to_wrap(text[:2_000]), calls_to_wrap(text[:16_000])
    assert len(text) > 16_000
    assert long <= 8.2 * short
    assert short <= 4 * 2_000  # 10,000 characters take 6 ms on the machine that this was written on
