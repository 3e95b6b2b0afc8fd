"""Text is taken with the mouse as it was written, and the input keeps the focus."""

import random

import pytest
from textual.events import MouseDown, MouseEvent, MouseMove, MouseUp
from textual.pilot import Pilot
from textual.widgets import Input

from frieza_tui.text.width import cell_len, graphemes
from tests.support.log_app import LogApp, painted, until

PARAGRAPHS = "\n\n".join(f"Paragraph {number} goes on for some words." for number in range(60))
MIXED = "日本語の**文**。\n\n| a | b |\n|---|---|\n| 甲 | 乙 |\n\n```py\nx = 1  # 数\n```"


@pytest.fixture
def app() -> LogApp:
    return LogApp()


async def test_a_click_on_a_link_tells_and_takes_no_focus(app: LogApp) -> None:
    async with app.run_test(size=(40, 12)) as pilot:
        app.message_log.bubbles.add("a", "assistant", "F", source="see [this page](http://x.y/z) now")
        await painted(pilot)
        await pilot.click("MessageLog", offset=(9, 2))
        assert app.links == ["http://x.y/z"]
        await pilot.click("MessageLog", offset=(3, 2))
        assert app.links == ["http://x.y/z"]
        assert isinstance(app.focused, Input)


async def test_a_drag_selects_across_bubbles_without_what_the_width_did(app: LogApp) -> None:
    async with app.run_test(size=(24, 16)) as pilot:
        app.message_log.bubbles.add("u", "user", "U", source="one two three four five six seven")
        app.message_log.bubbles.add("a", "assistant", "A", source="- eight\n- nine\n\n> ten\n\n```\nx = 1\ny\n```")
        await painted(pilot)
        await pilot.mouse_down("MessageLog", offset=(6, 2))
        await pilot.hover("MessageLog", offset=(4, 12))
        await pilot.mouse_up("MessageLog", offset=(4, 12))
        assert app.screen.get_selected_text() == (
            "two three four five six seven\n\nA\n- eight\n- nine\n\n> ten\n\nx = 1\ny"
        )
        assert isinstance(app.focused, Input)


def mouse(kind: type[MouseEvent], x: int, y: int, button: int = 1) -> MouseEvent:
    return kind(None, x, y, 0, 0, button, False, False, False, x, y)


async def dragged(app: LogApp, pilot: Pilot[None], *cells: tuple[int, int]) -> str:
    """What is selected by a drag from the first cell through the others."""
    app.screen.clear_selection()
    for kind, cell in [(MouseDown, cells[0]), *((MouseMove, cell) for cell in cells[1:]), (MouseUp, cells[-1])]:
        app.screen._forward_event(mouse(kind, *cell))
    await pilot.pause()
    return app.screen.get_selected_text() or ""


async def test_a_drag_takes_every_character_it_touches_whole_in_either_direction(app: LogApp) -> None:
    line = "ab 日本語、ｶﾞ e\u0301 👨‍👩‍👧 🇯🇵🇫🇷 x"
    cells = [letter for letter in graphemes(line) for _ in range(cell_len(letter))]
    owner = [at for at, letter in enumerate(graphemes(line)) for _ in range(cell_len(letter))]
    letters = list(graphemes(line))
    async with app.run_test(size=(40, 12)) as pilot:
        app.message_log.bubbles.add("a", "assistant", "A", source=line)
        await painted(pilot)
        for first in range(0, len(cells), 3):
            for last in range(first + 1, len(cells), 4):
                touched = "".join(letters[owner[first] : owner[last] + 1])
                assert await dragged(app, pilot, (first + 2, 2), (last + 2, 2)) == touched
                assert await dragged(app, pilot, (last + 2, 2), (first + 2, 2)) == touched


async def test_a_drag_between_any_two_cells_selects_the_same_in_either_direction(app: LogApp) -> None:
    dice = random.Random(1)
    async with app.run_test(size=(30, 24)) as pilot:
        app.message_log.bubbles.add("u", "user", "あなた", source="one two three four five six 七つ")
        app.message_log.bubbles.add("a", "assistant", "A", source=f"{MIXED}\n\n> quoted 引用\n\n- one\n- two")
        await painted(pilot)
        for _ in range(20):
            first, between, last = [(dice.randrange(28), dice.randrange(20)) for _ in range(3)]
            if first != last:
                forward = await dragged(app, pilot, first, between, last)
                assert await dragged(app, pilot, last, first) == forward


async def test_a_drag_to_the_edge_scrolls_on_and_takes_what_comes(app: LogApp) -> None:
    async with app.run_test(size=(60, 16)) as pilot:
        app.message_log.bubbles.add("a", "assistant", "A", source=PARAGRAPHS)
        await painted(pilot)
        await pilot.mouse_down("MessageLog", offset=(20, 8))
        app.screen._forward_event(MouseMove(app.message_log, 0, 0, 0, -8, 1, False, False, False, 0, 0))
        await until(pilot, lambda: app.message_log.scroll_y < 98)
        await pilot.mouse_up("MessageLog", offset=(0, 0))
        top = next(line for line in app.lines() if "Paragraph" in line)
        selected = app.screen.get_selected_text() or ""
        assert top.removeprefix("▎ ") in selected
        assert "Paragraph 50 goes on for some words." in selected
        assert "Paragraph 59 goes" not in selected
        assert isinstance(app.focused, Input)


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("```\na\nb\nc\nd\ne\nf\n```", "a\nb\nc\n… 3 more lines"),
        ("|a|b|\n|-|-|\n|c|d|\n|e|f|\n|g|h|", "a │ b\n──┼──\nc │ d\n… 2 more lines"),
        ("> " + "twelve cells " * 9, "> twelve cells twelve cells twelve cells\n> … 6 more lines"),
    ],
)
async def test_of_a_folded_block_is_taken_what_is_seen(app: LogApp, source: str, seen: str) -> None:
    async with app.run_test(size=(20, 24)) as pilot:
        log = app.message_log
        log.bubbles.add("a", "assistant", "A", source=f"{source}\n\nafter")
        await painted(pilot)
        log.reading.put(0)
        log.reading.step_block(1)
        log.reading.fold()
        assert await dragged(app, pilot, (2, 2), (8, 7)) == f"{seen}\n\nafter"
        more = 2 + seen.splitlines()[-1].index("more")
        assert await dragged(app, pilot, (more, 5), (more + 3, 5)) == "more"
        await pilot.click("MessageLog", offset=(more, 5), times=2)
        assert app.screen.get_selected_text() == seen


async def test_two_clicks_select_a_word_and_three_a_paragraph(app: LogApp) -> None:
    async with app.run_test(size=(24, 12)) as pilot:
        app.message_log.bubbles.add("a", "assistant", "A", source="one **two** three four five six\n\nseven")
        await painted(pilot)
        await pilot.click("MessageLog", offset=(7, 2), times=2)
        assert app.screen.get_selected_text() == "two"
        await pilot.click("MessageLog", offset=(7, 2), times=3)
        assert app.screen.get_selected_text() == "one two three four five six"


async def test_two_clicks_select_joined_characters_and_marks_with_their_word(app: LogApp) -> None:
    async with app.run_test(size=(40, 12)) as pilot:
        app.message_log.bubbles.add("a", "assistant", "A", source="e\u0301te\u0301 か\u3099く、 👨‍👩‍👧 🇯🇵🇫🇷")
        await painted(pilot)
        for x, word in [(4, "e\u0301te\u0301"), (6, "か\u3099く"), (10, "、"), (14, "👨‍👩‍👧"), (17, "🇯🇵"), (19, "🇫🇷")]:
            await pilot.click("MessageLog", offset=(x, 2), times=2)
            assert app.screen.get_selected_text() == word
