import unicodedata
from collections.abc import Iterator

import pytest
from rich.cells import cell_len as rich_cell_len
from textual.strip import Strip

from frieza_tui.backends.scripted import Reply
from frieza_tui.text.width import FRAMES, cell_len
from frieza_tui.tui.messages import TerminalAnswered
from frieza_tui.tui.terminal.cell_widths import FRAMES_IN_ASCII, use_widths
from frieza_tui.tui.terminal.facts import TerminalFacts
from tests.support.stage import Stage, make_app, open_stage

GREEK = "αβγδεζηθικλμνξοπρστυφχψω"


@pytest.fixture(autouse=True)
def narrow() -> Iterator[None]:
    yield
    use_widths(1)


@pytest.mark.parametrize("cells", [1, 2])
def test_all_measure_ambiguous_characters_alike(cells: int) -> None:
    use_widths(cells)
    ambiguous = [chr(point) for point in range(0xA1, 0xE000) if unicodedata.east_asian_width(chr(point)) == "A"]
    assert [one for one in ambiguous if cell_len(one) != rich_cell_len(one)] == []
    assert cell_len("○α①…") == rich_cell_len("○α①…") == 4 * cells
    assert cell_len("日本 a─│") == rich_cell_len("日本 a─│") == 8


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
        at.app.post_message(TerminalAnswered(TerminalFacts(ambiguous_width=2)))
        await at.wait_until(lambda: cell_len("α") == 2)
        await at.wait_until(lambda: len(greek_lines(at)) == 2)
        assert all(Strip(list(strip)).cell_length <= 80 for strip in greek_lines(at))


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
