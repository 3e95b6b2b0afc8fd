import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich import cells as cells_module
from rich.cells import cell_len as rich_cell_len
from rich.cells import get_character_cell_size, set_cell_size, split_graphemes
from textual.strip import Strip

from frieza_tui.backends.scripted import Reply
from frieza_tui.text.safe import make_safe
from frieza_tui.text.width import FRAMES, CellRules, cell_len
from frieza_tui.tui.messages import TerminalAnswered
from frieza_tui.tui.terminal.cell_widths import FRAMES_IN_ASCII, use_widths
from frieza_tui.tui.terminal.facts import TerminalFacts
from tests.support.stage import Stage, make_app, open_stage

GREEK = "αβγδεζηθικλμνξοπρστυφχψω"


@pytest.fixture(autouse=True)
def narrow() -> Iterator[None]:
    yield
    use_widths(CellRules())


@pytest.mark.parametrize("cells", [1, 2])
def test_all_measure_ambiguous_characters_alike(cells: int) -> None:
    use_widths(CellRules(cells))
    ambiguous = [chr(point) for point in range(0xA1, 0xE000) if unicodedata.east_asian_width(chr(point)) == "A"]
    assert [one for one in ambiguous if cell_len(one) != rich_cell_len(one)] == []
    assert cell_len("○α①…") == rich_cell_len("○α①…") == 4 * cells
    assert cell_len("日本 a─│") == rich_cell_len("日本 a─│") == 8


RULES = st.builds(
    CellRules,
    st.sampled_from([1, 2]),
    tone=st.sampled_from([0, 2]),
    emoji_style=st.sampled_from([0, 1]),
    joins=st.booleans(),
    flag_letter=st.sampled_from([1, 2]),
)
PIECES = st.sampled_from(
    [*"a日○🏽👍🏽🇯🇵👩\u200d🚀❤\ufe0fか\u3099ｶﾞ─", "👩🏽\u200d🚀", "🏴\u200d☠\ufe0f", "1\ufe0f\u20e3"]
)


@given(RULES, st.lists(PIECES, max_size=12), st.integers(1, 30))
def test_all_measure_and_cut_alike_by_any_rules(rules: CellRules, pieces: list[str], cells: int) -> None:
    use_widths(rules)
    text = make_safe("".join(pieces))
    assert rich_cell_len(text) == cell_len(text)
    assert [get_character_cell_size(one) for one in "🏽🇯○日"] == [cell_len(one) for one in "🏽🇯○日"]
    assert rich_cell_len(set_cell_size(text, cells)) == cells
    assert "".join(text[start:end] for start, end, _cells in split_graphemes(text)[0]) == text


def test_the_usual_rules_are_richs_own() -> None:
    own = cells_module._cell_len
    use_widths(CellRules(tone=2))
    assert cells_module._cell_len is not own
    use_widths(CellRules())
    assert cells_module._cell_len is own


def test_frames_stay_of_one_cell_and_are_written_in_ascii() -> None:
    assert all(len(sign) == 1 and sign.isascii() and sign.isprintable() for sign in FRAMES_IN_ASCII.values())
    assert set(map(chr, FRAMES_IN_ASCII)) == FRAMES
    assert "╭─┬╮│╰╯╱╲▎█▁".translate(FRAMES_IN_ASCII) == "+-++|++/\\|# "


def greek_lines(at: Stage) -> list[Strip]:
    return [strip for strip in at.app.screen._compositor.render_strips() if set(strip.text) & set(GREEK)]


async def test_a_wide_answer_lays_everything_out_anew() -> None:
    async with open_stage(Reply(GREEK * 3)) as at:
        await at.say("hello")
        await at.wait_for("completed", GREEK[-3:])
        at.app.post_message(TerminalAnswered(TerminalFacts(cells=(2,))))
        await at.wait_until(lambda: cell_len("α") == 2)
        await at.wait_until(lambda: len(greek_lines(at)) == 2)
        assert all(Strip(list(strip)).cell_length <= 80 for strip in greek_lines(at))


async def test_emoji_are_laid_out_as_the_terminal_draws_them() -> None:
    async with open_stage(Reply("👍🏽" * 30)) as at:
        await at.say("hello")
        at.composer.insert("👍🏽" * 30)
        await at.wait_for("completed")

        def widths() -> set[int]:
            return {strip.text.count("👍🏽") for strip in at.app.screen._compositor.render_strips()}

        assert widths() == {0, 30}
        at.app.post_message(TerminalAnswered(TerminalFacts(cells=(1, 4, 1, 2, 2))))
        await at.wait_until(lambda: widths() == {0, 11, 12, 18, 19})


@pytest.mark.parametrize(
    ("term", "theme", "expected"),
    [
        ("xterm-256color", None, "frieza-light"),
        ("xterm-256color", "golden-frieza", "golden-frieza"),
        ("xterm", None, "frieza-terminal"),
    ],
)
async def test_a_light_answer_changes_a_guess_only(
    monkeypatch: pytest.MonkeyPatch, term: str, theme: str | None, expected: str
) -> None:
    monkeypatch.setenv("TERM", term)
    app, _backend = make_app(theme=theme)
    async with app.run_test() as pilot:
        assert app.theme == ("frieza" if expected == "frieza-light" else expected)
        app.post_message(TerminalAnswered(TerminalFacts(is_light=True)))
        await pilot.pause()
        assert app.theme == expected
