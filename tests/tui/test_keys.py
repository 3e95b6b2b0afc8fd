import asyncio
import re

from frieza_tui.backends.scripted import Reply
from frieza_tui.tui.keys import KEYS, Situation, keys_now
from frieza_tui.tui.parts.deeds import key_deeds
from tests.support.stage import open_stage


def names(situation: Situation) -> list[str]:
    return [one.id for one in keys_now(situation)]


def test_the_key_line_shows_what_works_here_and_now() -> None:
    assert names(Situation())[:2] == ["help", "log"]
    assert "send" in names(Situation(has_draft=True))
    assert "cancel" in names(Situation(is_busy=True))
    assert "queue" in names(Situation(is_busy=True, has_draft=True))
    assert "take-back" in names(Situation(is_busy=True, has_queue=True))
    assert "retry" in names(Situation(can_retry=True))
    assert "end" in names(Situation(is_following=False))
    assert {"command", "complete"} <= set(names(Situation(has_draft=True, is_command=True, can_complete=True)))
    assert "send" not in names(Situation(has_draft=True, is_command=True))
    assert "log" not in names(Situation(is_empty=True))
    assert "interrupt" in names(Situation(is_busy=True, is_in_log=True))
    assert "interrupt" not in names(Situation(is_in_log=True))
    assert names(Situation(is_finding=True))[0] == "found"
    assert names(Situation(is_elsewhere=True)) == ["help", "quit"]
    assert names(Situation(is_leaving=True)) == []


def test_each_key_has_one_entry_and_alt_enter_none() -> None:
    assert len({one.id for one in KEYS}) == len(KEYS)
    assert not any("Alt" in one.shown or "Alt" in one.does() for one in KEYS)


async def test_every_key_of_the_screen_has_its_deed_and_every_deed_its_key() -> None:
    async with open_stage() as at:
        actions = [one.action for bindings in at.screen._bindings.key_to_bindings.values() for one in bindings]
        deeds = {found[1] for action in actions if (found := re.fullmatch(r"do\('(.+)'\)", action))}
        assert deeds == set(key_deeds(at.screen.parts, at.log))


async def test_the_help_lists_every_key_and_goes_away_again() -> None:
    async with open_stage(size=(100, 60)) as at:
        await at.press("f1")
        for one in KEYS:
            await at.wait_for(one.shown, one.does()[:30])
        await at.press("q")
        await at.wait_gone("Esc closes")
        assert at.composer.has_focus
        assert at.composer.text == ""


async def test_a_key_of_the_line_can_be_clicked() -> None:
    async with open_stage(Reply("half", asyncio.Event())) as at:
        await at.say("hello")
        await at.wait_for("half", "Esc cancel")
        await at.pilot.click("KeyBar", offset=(4, 0))
        await at.wait_for("cancelled")


async def test_scrolling_leaves_the_end_and_end_comes_back() -> None:
    gate = asyncio.Event()
    async with open_stage(Reply(*[f"row {n}\n\n" for n in range(60)], gate, "last row")) as at:
        await at.say("hello")
        await at.wait_for("row 59")
        await at.press("pageup")
        await at.wait_for("more lines", "End to the end")
        top = at.text.splitlines()[2]
        gate.set()
        await at.wait_for("  ready")
        assert at.text.splitlines()[2] == top
        assert "last row" not in at.text
        await at.press("end")
        await at.wait_for("last row")
        assert "more lines" not in at.text


async def test_a_reply_is_read_from_its_top_where_that_is_asked_for() -> None:
    replies = [Reply(*[f"{word} {n}\n\n" for n in range(40)]) for word in ("row", "line")]
    async with open_stage(*replies, follow="top") as at:
        await at.say("hello")
        await at.wait_for("row 0", "フリーザ様  completed", "ready")
        await at.wait_for(f"↓ {at.log.viewport.rows_below} more lines", "End shows them")
        assert "フリーザ様  completed" in at.text.splitlines()[at.log.region.y]
        await at.press("end")
        await at.wait_for("row 39")
        await at.press("tab", "r")
        await at.wait_for("line 0", "more lines")
        assert "フリーザ様  2/2" in at.text.splitlines()[at.log.region.y]


async def test_a_click_on_the_waiting_line_goes_to_the_end() -> None:
    async with open_stage(Reply(*[f"row {n}\n\n" for n in range(60)])) as at:
        await at.say("hello")
        await at.wait_for("row 59")
        await at.press("pageup")
        await at.wait_for("more lines")
        await at.pilot.click("WaitingLine", offset=(40, 0))
        await at.wait_for("row 59")
        assert at.composer.has_focus


async def test_f3_changes_the_theme_and_the_palette_finds_the_golden_one() -> None:
    async with open_stage() as at:
        await at.press("f3")
        assert at.app.theme == "frieza-light"
        await at.press("ctrl+p")
        await at.write("golden-frieza")
        await at.wait_for("Theme: golden-frieza")
        await at.press("enter")
        await at.wait_until(lambda: at.app.theme == "golden-frieza")
