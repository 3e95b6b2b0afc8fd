"""A paragraph that grows looks as the whole paragraph does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frieza_tui.tui.log.flow import Flow
from frieza_tui.tui.log.growing_text import OPEN_LIMIT, GrowingText
from frieza_tui.tui.log.inline import StyledText, styled
from frieza_tui.tui.log.parsing import Env, parse_inline

WORDS = st.sampled_from(
    [
        *(
            "word",
            "word",
            "word",
            "言葉。",
            "続き、",
            "2 * 3",
            "a*b",
            "snake_case_name",
            "*",
            "**",
            "_",
            "~~",
            "`",
            "<",
            "$",
        ),
        *("**bold words**", "*it*", "_em_", "***x*", "~~gone~~", "`code`", "``a`b``", "**「引用」**", "。**", "**a**,"),
        *("[link](http://x.y)", '[t](u "a b")', "[t](<u v>)", "[t](u 'v", "[t][", "[ ]", "[1]", "[ref]", "![image](u)"),
        *("<b>", "</b>", "<!--", "http://a.b/c_d", "www.e.f", "g@h.i", "&amp;", "&amp", "\\*", "\\", "\\\n"),
        *("$x$", "$5", "\\(y\\)", "\\(", "\\[z\\]", "[^1]", "(see", "*this)", ")*", "end"),
    ]
)
ENV: Env = {"references": {"REF": {"href": "http://r.s", "title": "", "map": [0, 1]}}}


def as_drawn(content: StyledText) -> tuple[str, list[tuple[int, str]], list[tuple[int, int, str]]]:
    runs: list[tuple[int, str]] = []
    for end, style in content.runs:
        if runs and runs[-1][1] == style:
            runs.pop()
        runs.append((end, style))
    return content.text, runs, content.links


def whole(text: str) -> tuple[str, list[tuple[int, str]], list[tuple[int, int, str]]]:
    return as_drawn(styled(text, "", ENV))


@given(st.lists(WORDS, min_size=20, max_size=60), st.sampled_from([" ", " ", "\n", ""]), st.integers(5, 200))
def test_a_paragraph_in_pieces_looks_like_the_whole(words: list[str], between: str, size: int) -> None:
    text = between.join(words).strip()
    growing = GrowingText("")
    flow = Flow(30)
    for end in range(size, len(text) + size, size):
        same = growing.update(text[:end], ENV)
        flow.update(growing.content, same)
    assert as_drawn(growing.content) == whole(text)
    fresh = Flow(30)
    fresh.update(growing.content)
    assert flow.rows == fresh.rows


def test_a_long_line_of_prose_is_read_in_parts() -> None:
    text = "some **bold** words and `code`, " * 400
    read: list[int] = []
    growing = GrowingText("")
    for end in range(100, len(text), 100):
        growing.update(text[:end].strip(), {})
        read.append(len(text[:end].strip()) - len(growing._settled_source))
    assert max(read) <= 2 * OPEN_LIMIT + 100


@pytest.mark.parametrize("mark", ["*", "`", "[", "<b", "$", "\\(", "~~"])
def test_an_open_mark_keeps_everything_after_it_open(mark: str) -> None:
    text = mark + "word " + "some more words " * 200
    growing = GrowingText("")
    growing.update(text.strip(), {})
    tail = {"*": "x*", "`": "`", "[": "](u)", "<b": ">", "$": "$", "\\(": "\\)", "~~": "x~~"}[mark]
    growing.update(text + tail, {})
    assert as_drawn(growing.content) == as_drawn(styled(text + tail, "", {}))


def test_math_keeps_its_underscores_and_backslashes() -> None:
    for text in ("$a_1 + b_1$", "\\(a_1 \\cdot b_1\\)", "\\[a_1 * b_1 * c\\]", "$$a_1*b_1*c$$"):
        assert [(token.type, token.content) for token in parse_inline(text, {})] == [("math_inline", text)]


def test_prices_are_not_math() -> None:
    assert styled("costs $5 and *$6*", "", {}).text == "costs $5 and $6"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("これは**「強調」**です", "これは「強調」です"),
        ("**重要：**必ず", "重要：必ず"),
        ("値は**100%**です", "値は100%です"),
        ("**日本**語", "日本語"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("a** b**", "a** b**"),
        ("*** あ", "*** あ"),
    ],
)
def test_emphasis_beside_japanese_needs_no_space(source: str, shown: str) -> None:
    assert styled(source, "", {}).text == shown


def test_a_long_run_without_spaces_comes_to_an_end() -> None:
    for text in ("word " * 100 + "x" * 3000, "a\n" + "|-" * 3000, "、" * 3000, " ".join(["y" * 900] * 5)):
        growing = GrowingText("")
        growing.update(text, {})
        assert growing.content.text == text
