import pytest

from frieza_tui.backends.scripted import Reply
from tests.support.stage import open_stage


async def test_words_find_an_action_and_enter_does_it() -> None:
    async with open_stage() as at:
        await at.press("ctrl+p")
        await at.wait_for("Enter does it", "New thread", "Ctrl+T", "Theme: golden-frieza")
        await at.write("GOLDEN LIGHT")
        await at.wait_gone("New thread")
        await at.press("enter")
        await at.wait_until(lambda: at.app.theme == "golden-frieza-light")
        assert at.composer.has_focus


async def test_the_language_is_changed_there_and_back() -> None:
    async with open_stage() as at:
        await at.press("ctrl+p")
        await at.wait_for("Language: English")
        await at.press(*"日本語", "enter")
        await at.wait_for("言語: 日本語", "F1 ヘルプ")
        await at.press("ctrl+p")
        await at.wait_for("新しいスレッド")
        await at.press(*"english", "enter")
        await at.wait_for("Language: English", "F1 help")


async def test_pages_and_words_that_nothing_has_are_no_trouble() -> None:
    async with open_stage() as at:
        await at.press("ctrl+p", "pagedown", "pageup", "end", *"xyzzy", "pagedown", "enter")
        await at.wait_for("No command has these words.")
        await at.press("ctrl+c")
        await at.wait_gone("Enter does it")


async def test_rows_fit_another_width_and_the_chosen_one_stays() -> None:
    async with open_stage(size=(40, 30)) as at:
        await at.press("ctrl+p", "down")
        await at.wait_for("Threads")
        assert "Search, open" not in at.text
        await at.pilot.resize_terminal(100, 30)
        await at.wait_for("Search, open, rename, export, delete")
        await at.press("enter")
        await at.wait_for("Ctrl+N new")


async def test_the_chosen_row_stands_out_without_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_stage(theme="frieza-terminal") as at:
        await at.press("ctrl+p", "down")
        await at.wait_for("New thread")
        marked = {
            text.strip()
            for strip in at.app.screen._compositor.render_strips()
            for text, style, _control in strip
            if style and style.underline
        }
        assert marked >= {"Threads"}
        assert "New thread" not in marked


async def test_a_sheet_is_reached_through_the_palette() -> None:
    async with open_stage(Reply("fine")) as at:
        await at.say("hello")
        await at.wait_for("completed")
        await at.press("ctrl+p", *"rename", "down", "up", "enter")
        await at.wait_for("Ctrl+N new")
