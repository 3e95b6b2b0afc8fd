import asyncio

import pytest
from textual import events
from textual.keys import _character_to_key

from frieza_tui.backends.scripted import Reply
from frieza_tui.tui.recall import RecallList
from frieza_tui.tui.widgets.composer import Composer
from tests.support.stage import Stage, make_app, open_stage


def sent(at: Stage) -> list[str]:
    return [request.thread.messages[-1].text for request in at.backend.requests]


async def test_enter_sends_and_empties_the_box() -> None:
    async with open_stage(Reply("ok")) as at:
        await at.press(*"hi", "enter")
        await at.wait_until(lambda: sent(at) == ["hi"])
        assert at.composer.text == ""


@pytest.mark.parametrize("key", ["ctrl+j", "shift+enter"])
async def test_a_new_line_is_a_key_away(key: str) -> None:
    async with open_stage(Reply("ok")) as at:
        await at.press("a", key, "b", "enter")
        await at.wait_until(lambda: sent(at) == ["a\nb"])


async def test_a_backslash_before_enter_makes_a_new_line() -> None:
    async with open_stage(Reply("ok")) as at:
        await at.press("a", "backslash", "enter", "b", "enter")
        await at.wait_until(lambda: sent(at) == ["a\nb"])


async def test_blank_messages_are_not_sent() -> None:
    async with open_stage(Reply("ok")) as at:
        await at.press("space", "ctrl+j", "enter")
        await at.pilot.pause()
        assert sent(at) == []


async def test_a_word_and_its_enter_in_one_read_keep_the_word() -> None:
    async with open_stage(Reply("ok")) as at:
        for key, character in (("日", "日"), ("本", "本"), ("enter", "\r")):
            at.app.post_message(events.Key(key, character))
        await at.wait_until(lambda: sent(at) == ["日本"])


async def test_what_is_written_breaks_by_the_rules_of_japanese() -> None:
    async with open_stage(size=(24, 20)) as at:
        at.composer.insert("これを書いています。（ちょっと）")
        await at.wait_for("│ これを書いていま  ", "│ す。（ちょっと）  ")
        await at.press("backspace", "up", "end")
        assert at.composer.cursor_location == (0, 7)


async def test_a_tab_among_what_is_written_keeps_its_place() -> None:
    async with open_stage(size=(24, 20)) as at:
        at.composer.insert("a\tb これを書いています")
        await at.wait_for("│ a   b  ", "│ す  ")


async def test_editing_keys_keep_their_place_among_the_letters_of_one_read() -> None:
    async with open_stage() as at:
        for key in (*"abcd", "backspace", "backspace", "X", "ctrl+j", "y", "left", "Z"):
            at.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await at.wait_until(lambda: at.composer.text == "abX\nZy")


@pytest.mark.parametrize("burst", ["yes\rno\rdraft", "はい\rいいえ\rdraft"])
async def test_messages_in_one_read_stay_apart(burst: str) -> None:
    async with open_stage(Reply("ok"), Reply("ok")) as at:
        for character in burst:
            key = "enter" if character == "\r" else character
            at.composer.post_message(events.Key(key, character))
        await at.wait_until(lambda: len(sent(at)) == 2)
        assert sent(at) == burst.split("\r")[:2]
        assert at.composer.text == "draft"


async def test_a_word_that_arrives_right_after_its_enter_is_sent_with_it() -> None:
    async with open_stage(Reply("ok")) as at:
        for key, character in (("a", "a"), ("enter", "\r"), ("日", "日"), ("本", "本")):
            at.composer.post_message(events.Key(key, character))
        await at.wait_until(lambda: sent(at) == ["a日本"])


async def test_a_broken_mouse_report_never_becomes_text() -> None:
    async with open_stage() as at:
        await at.write("a")
        for character in "[<32;NaN;NaNMb^[<35;-3;NaNmc":
            at.app.post_message(events.Key(_character_to_key(character), character))
        await at.wait_until(lambda: at.composer.text == "abc")


async def test_the_box_grows_with_its_text_up_to_a_third_of_the_screen() -> None:
    async with open_stage(size=(60, 30)) as at:
        assert at.composer.outer_size.height == 3
        await at.press("a", "ctrl+j", "b")
        await at.wait_until(lambda: at.composer.outer_size.height == 4)
        await at.press(*["ctrl+j"] * 30)
        await at.wait_until(lambda: 8 <= at.composer.outer_size.height <= 10)
        await at.press("ctrl+c")
        await at.wait_until(lambda: at.composer.outer_size.height == 3)


async def test_a_thousand_pasted_lines_are_kept_whole_and_made_safe() -> None:
    lines = [f"line {number} \x1b[31m日本\x07" for number in range(1000)]
    async with open_stage(Reply("ok")) as at:
        at.app.post_message(events.Paste("\r\n".join(lines)))
        await at.wait_until(lambda: at.composer.document.line_count == 1000)
        assert at.composer.document.get_line(999) == "line 999 日本␇"
        await at.press("enter")
        await at.wait_until(lambda: len(sent(at)) == 1)
        assert sent(at)[0].count("\n") == 999


async def test_an_assistants_name_is_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.support.stage.NAME", "Bob [/b] [red]x")
    async with open_stage() as at:
        await at.wait_for("Message Bob [/b] [red]x")


async def test_a_long_paste_can_be_undone_and_done_again() -> None:
    async with open_stage() as at:
        pasted = "\n".join(f"line {number}" for number in range(40))
        at.composer.post_message(events.Paste(pasted))
        await at.wait_until(lambda: at.composer.text == pasted)
        await at.press("ctrl+z")
        await at.wait_until(lambda: at.composer.text == "")
        await at.press("ctrl+y")
        await at.wait_until(lambda: at.composer.text == pasted)


async def test_a_paste_replaces_the_selection() -> None:
    async with open_stage() as at:
        at.composer.insert("one two")
        await at.press("shift+left", "shift+left", "shift+left")
        at.app.post_message(events.Paste("2"))
        await at.wait_until(lambda: at.composer.text == "one 2")


async def test_up_on_the_first_row_recalls_and_down_comes_back_to_the_draft() -> None:
    recall = RecallList()
    recall.add("older")
    recall.add("two\nrows")
    async with open_stage(recall=recall) as at:
        await at.write("draft")
        await at.press("up")
        assert at.composer.text == "two\nrows"
        await at.press("up")
        assert at.composer.text == "two\nrows"
        await at.press("up")
        assert at.composer.text == "older"
        await at.press("up", "down")
        assert at.composer.text == "two\nrows"
        await at.press("down")
        assert at.composer.text == "draft"


async def test_up_inside_a_wrapped_draft_moves_the_caret() -> None:
    recall = RecallList()
    recall.add("older")
    async with open_stage(recall=recall, size=(40, 20)) as at:
        at.composer.insert("word " * 12)
        await at.pilot.pause()
        await at.press("up")
        assert at.composer.text == "word " * 12
        await at.press("up")
        assert at.composer.text == "older"


async def test_what_was_sent_can_be_recalled_and_q_cannot() -> None:
    recall = RecallList()
    async with open_stage(Reply("ok"), recall=recall) as at:
        await at.say("hello")
        await at.wait_for("completed")
        await at.press("up")
        assert at.composer.text == "hello"
        at.composer.clear()
        await at.press("q", "enter")
        await at.wait_until(lambda: not at.app.is_running)
    recall.stop()
    assert recall.older("") == "hello"
    assert recall.older("hello") is None


async def test_typing_during_a_stream_keeps_caret_draft_and_focus() -> None:
    gate = asyncio.Event()
    async with open_stage(Reply("one ", gate, *["word "] * 300)) as at:
        await at.say("hello")
        await at.wait_for("one")
        await at.write("draft")
        await at.press("left", "left")
        gate.set()
        await at.wait_for("  ready")
        assert at.composer.text == "draft"
        assert at.composer.cursor_location == (0, 3)
        assert at.composer.has_focus


async def test_the_real_cursor_follows_the_caret_when_the_box_moves() -> None:
    async with open_stage(Reply("one", asyncio.Event())) as at:
        await at.say("first")
        await at.press("日")
        await at.wait_until(lambda: at.app.cursor_position == at.composer.cursor_screen_offset)
        x, y = at.app.cursor_position
        assert at.text.splitlines()[y][: x - 1].strip().startswith("│")
        await at.press("enter", "a", "ctrl+j", "b")
        await at.wait_for("queued  日")
        await at.wait_until(lambda: at.app.cursor_position == at.composer.cursor_screen_offset)
        assert at.text.splitlines()[at.app.cursor_position.y].split()[1] == "b"


async def test_a_click_on_the_log_leaves_the_focus_in_the_box() -> None:
    async with open_stage(Reply("some words to click")) as at:
        await at.say("hello")
        await at.wait_for("completed")
        await at.pilot.click("#log", offset=(6, 6))
        assert at.composer.has_focus
        await at.write("x")
        assert at.composer.text == "x"


async def test_what_is_typed_while_nothing_has_the_focus_goes_to_the_box() -> None:
    async with open_stage() as at:
        at.screen.set_focus(None)
        await at.press("日", "b", "left")
        at.screen.set_focus(None)
        at.app.post_message(events.Paste("pasted"))
        await at.wait_until(lambda: at.composer.text == "日pastedb")
        assert at.composer.has_focus


async def test_what_is_typed_before_the_first_picture_is_kept() -> None:
    app, backend = make_app([Reply("ok")])
    for key in ("早", "い", "ctrl+j", "x"):
        app.post_message(events.Key(key, key if len(key) == 1 else None))
    async with app.run_test() as pilot:
        at = Stage(app, backend, pilot)
        await at.wait_until(lambda: sent(at) == ["早い"])
        assert at.composer.text == "x"


async def test_tab_goes_to_the_conversation_and_escape_comes_back() -> None:
    async with open_stage(Reply("words")) as at:
        await at.say("hello")
        await at.wait_for("completed")
        await at.press("tab")
        assert at.log.has_focus
        await at.wait_for("Esc write")
        await at.press("escape")
        assert isinstance(at.app.focused, Composer)
