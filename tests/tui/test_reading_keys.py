import asyncio
from collections.abc import Sequence

import pytest
from textual.events import Key, MouseDown, MouseEvent, MouseMove, MouseUp

from frieza_tui.backends.scripted import Reply
from frieza_tui.tui.log.held_keys import pass_on
from frieza_tui.tui.widgets.composer import Composer
from frieza_tui.tui.widgets.find_line import FindLine
from tests.support.stage import Stage, open_stage

CODE = "はい。\n\n```python\nprint(1)\n```\n\n```sh\nls\n```\n"


async def finished(at: Stage) -> None:
    await at.say("hello there")
    await at.wait_for("completed")
    await at.press("tab")
    assert at.log.has_focus


async def test_y_copies_the_text_and_capital_y_its_markdown() -> None:
    async with open_stage(Reply("some **bold** words")) as at:
        await finished(at)
        await at.press("y")
        await at.wait_for("not verified")
        assert at.app.clipboard == "some bold words"
        await at.press("Y")
        await at.wait_until(lambda: at.app.clipboard == "some **bold** words")


async def test_c_offers_several_blocks_by_number_and_copies_one_exactly() -> None:
    async with open_stage(Reply(CODE)) as at:
        await finished(at)
        await at.press("c")
        await at.wait_for("Press 1 to 2")
        await at.press("2")
        await at.wait_until(lambda: at.app.clipboard.strip() == "ls")


async def test_a_copy_of_nothing_says_so() -> None:
    async with open_stage(Reply("no code here")) as at:
        await finished(at)
        await at.press("c")
        await at.wait_for("There is no code in this message.")
        assert at.app.clipboard == ""


async def test_e_takes_a_message_back_into_the_box() -> None:
    async with open_stage(Reply("words")) as at:
        await finished(at)
        await at.press("k", "e")
        await at.wait_until(lambda: isinstance(at.app.focused, Composer))
        assert at.composer.text == "hello there"


async def test_slash_finds_and_enter_goes_on_reading() -> None:
    async with open_stage(Reply("a needle in the hay")) as at:
        await finished(at)
        await at.press("slash")
        await at.wait_until(lambda: isinstance(at.app.focused, FindLine))
        await at.write("needle")
        await at.wait_for("Found in 1 message;", "Enter read on")
        await at.write("x")
        await at.wait_for("Not found in this conversation.")
        await at.press("backspace", "enter")
        await at.wait_until(lambda: at.log.has_focus)
        assert not at.screen.query(FindLine)


@pytest.mark.parametrize("key", ["enter", "escape"])
async def test_where_a_new_thread_was_begun_meanwhile_finding_leads_to_the_box(key: str) -> None:
    async with open_stage(Reply("fine")) as at:
        await at.say("hello")
        await at.wait_for("completed")
        await at.press("tab", "slash", "f")
        await at.wait_for("Found in 1 message")
        await at.press("ctrl+t")
        await at.wait_for("Ctrl+N new")
        await at.press("ctrl+n")
        await at.wait_for("is listening")
        await at.press(key)
        await at.wait_until(lambda: at.composer.has_focus)


async def test_escape_ends_finding_and_then_reading() -> None:
    async with open_stage(Reply("a needle in the hay")) as at:
        await finished(at)
        await at.press("slash", "n", "e")
        await at.press("escape")
        await at.wait_until(lambda: at.log.has_focus)
        await at.press("escape")
        await at.wait_until(lambda: isinstance(at.app.focused, Composer))


async def test_escape_in_an_empty_box_turns_to_the_messages_and_back() -> None:
    async with open_stage(Reply("words")) as at:
        await at.press("escape")
        assert at.composer.has_focus
        await finished(at)
        await at.press("escape")
        assert at.composer.has_focus
        await at.press("x", "escape")
        assert at.composer.has_focus
        await at.press("backspace", "escape")
        assert at.log.has_focus
        await at.press("escape")
        assert at.composer.has_focus


async def test_escape_once_more_after_a_cancelled_answer_lets_letters_be_text() -> None:
    async with open_stage(Reply("half", asyncio.Event())) as at:
        await at.say("hello")
        await at.wait_for("half")
        await at.press("escape")
        await at.wait_for("Cut here")
        await at.press("escape", "d")
        assert at.composer.text == "d"


async def test_a_pager_that_cannot_be_started_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGER", 'less "')
    async with open_stage(Reply("words")) as at:
        await finished(at)
        await at.press("o")
        await at.wait_for("cannot be started here")


async def test_there_is_nothing_to_open_where_nothing_was_said() -> None:
    async with open_stage() as at:
        await at.press("tab", "o", "y", "e")
        await at.wait_for("ready")
        assert "cannot be started" not in at.text


def mouse(kind: type[MouseEvent], y: int, moved: int = 0) -> MouseEvent:
    return kind(None, 10, y, 0, moved, 1, False, False, False, 10, y)


async def test_a_drag_that_leaves_the_log_scrolls_on_and_takes_no_more_than_it_passed() -> None:
    async with open_stage(Reply(*(f"Line {number}\n\n" for number in range(600)))) as at:
        await at.say("hello")
        await at.wait_for("Line 599", "ready")
        await at.press("tab", "g", "tab")
        await at.wait_for("Line 0", "Line 3")
        for event in (mouse(MouseDown, 8), mouse(MouseMove, 15, 7), mouse(MouseMove, 21, 6)):
            at.app.screen._forward_event(event)
            await at.pilot.pause()
        await at.wait_until(lambda: at.log.scroll_y > 12)
        at.app.screen._forward_event(mouse(MouseUp, 21))
        await at.pilot.pause()
        await at.press("pageup")
        selected = at.app.screen.get_selected_text() or ""
        assert "Line 8\n" in selected
        assert "Line 599" not in selected
        assert at.composer.has_focus


async def type_at_once(at: Stage, keys: Sequence[str]) -> None:
    """Send keys as the parser does that come in one read."""
    for key in keys:
        at.app.post_message(Key(key, {"tab": "\t", "slash": "/"}.get(key, key)))
    await at.pilot.pause()


async def test_letters_behind_a_tab_of_the_same_read_are_keys_for_reading() -> None:
    async with open_stage(Reply("words")) as at:
        await at.say("hello there")
        await at.wait_for("completed")
        await type_at_once(at, ["x", "tab", "k", "y"])
        await at.wait_until(lambda: at.app.clipboard == "hello there")
        assert at.composer.text == "x"


@pytest.mark.parametrize(("keys", "text"), [(("tab", "d", "j"), "dj"), (("k", "e", "d", "!"), "hello thered!")])
async def test_letters_behind_a_key_that_goes_to_the_box_are_text(keys: Sequence[str], text: str) -> None:
    async with open_stage(Reply("words")) as at:
        await finished(at)
        await type_at_once(at, keys)
        await at.wait_until(lambda: at.composer.text == text)
        assert "words" in at.text


async def test_letters_that_come_to_the_line_before_those_held_back_stand_behind_them() -> None:
    async with open_stage(Reply("words")) as at:
        await finished(at)
        await at.press("slash")
        await at.wait_until(lambda: isinstance(at.app.focused, FindLine))
        line = at.screen.query_one(FindLine)
        await at.press("d")
        pass_on([Key("d", "d"), Key("e", "e"), Key("e", "e")], line)
        await at.press("s")
        await at.wait_until(lambda: line.value == "deeds")


async def test_letters_behind_a_key_that_could_not_leave_are_keys_for_reading() -> None:
    async with open_stage(Reply("words", asyncio.Event())) as at:
        await at.say("hello there")
        await at.wait_for("words")
        await at.press("tab")
        await type_at_once(at, ["e", "k", "y"])
        await at.wait_until(lambda: at.app.clipboard == "hello there")
        assert at.composer.text == ""
