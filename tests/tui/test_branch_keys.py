import asyncio

from frieza_tui.backends.scripted import Reply
from frieza_tui.domain.errors import Unreachable
from tests.support.stage import Stage, open_stage

REFUSED = Unreachable("No connection.", "Start the server.")
LONG = [f"line {number}\n\n" for number in range(30)]


async def talk(at: Stage, *texts: str) -> None:
    """Hold a conversation and put the cursor on its last message."""
    for text in texts:
        await at.say(text)
        await at.wait_until(lambda: at.screen.parts.turns.last_ended is not None)
    await at.wait_for("completed")
    await at.press("tab", "G")
    assert at.log.has_focus


def given(at: Stage) -> list[str]:
    """What the assistant was given last."""
    return [message.text for message in at.backend.requests[-1].thread.messages]


async def test_e_edits_a_message_and_enter_sends_it_as_a_new_branch() -> None:
    async with open_stage(Reply("one"), Reply("two"), Reply("three")) as at:
        await talk(at, "first", "second")
        await at.press("k", "e")
        await at.wait_for("Editing", "Esc: leave")
        assert at.composer.text == "second"
        await at.write(" thoughts")
        await at.press("enter")
        await at.wait_for("あなた  2/2", "second thoughts", "three")
        assert given(at) == ["first", "one", "second thoughts"]
        assert "two" not in at.text
        assert "Editing" not in at.text


async def test_e_on_a_reply_edits_the_message_that_it_answers() -> None:
    async with open_stage(Reply("one")) as at:
        await talk(at, "first")
        await at.press("e")
        assert at.composer.text == "first"


async def test_escape_leaves_an_edit_and_so_does_an_empty_box() -> None:
    async with open_stage(Reply("one"), Reply("two")) as at:
        await talk(at, "first")
        await at.press("e", "escape")
        await at.wait_gone("Editing")
        assert at.composer.text == ""
        await at.press("tab", "e", *["backspace"] * 5)
        await at.wait_gone("Editing")
        await at.say("second")
        await at.wait_for("two")
        assert given(at) == ["first", "one", "second"]


async def test_an_edit_ends_where_its_message_is_deleted_and_keeps_its_words() -> None:
    async with open_stage(Reply("one"), Reply("two")) as at:
        await talk(at, "first")
        await at.press("e", "tab", "k", "d")
        await at.wait_gone("Editing")
        assert at.composer.text == "first"
        await at.press("tab", "enter")
        await at.wait_for("two")
        assert given(at) == ["first"]
        assert "2/2" not in at.text


async def test_comma_and_full_stop_go_between_branches_and_the_cursor_stays() -> None:
    async with open_stage(Reply("one"), Reply("two"), Reply("three")) as at:
        await talk(at, "first", "second")
        await at.press("g", "r")
        await at.wait_for("あなた", "2/2  completed", "three")
        await at.press("j")
        at_first = at.log.reading.index
        await at.press("comma")
        await at.wait_for("1/2  completed", "one", "second", "two")
        assert at.log.reading.index == at_first
        await at.press("full_stop")
        await at.wait_for("2/2", "three")
        assert "second" not in at.text
        await at.press("full_stop")
        await at.wait_for("No branch that way")
        await at.press("comma", "escape")
        await at.say("third")
        await at.wait_until(lambda: len(at.backend.requests) == 4)
        assert given(at) == ["first", "one", "second", "two", "third"]


async def test_a_switch_leaves_what_is_above_where_it_is() -> None:
    async with open_stage(Reply(*LONG), Reply("short"), Reply(*LONG, "end")) as at:
        await talk(at, "first", "second")
        await at.press("r")
        await at.wait_for("end", "ready")
        await at.press("g", "j", "j", "j")
        await at.wait_for("▌ フリーザ様  2/2")
        row = next(row for row, text in enumerate(at.text.splitlines()) if "2/2" in text)
        await at.press("comma")
        await at.wait_for("1/2", "short")
        await at.press("full_stop")
        await at.wait_until(lambda: "2/2" in at.text.splitlines()[row])
        assert not at.log.viewport.is_following


async def test_r_asks_for_any_reply_again_and_the_earlier_one_is_a_branch() -> None:
    async with open_stage(Reply("one"), Reply("two"), Reply("three")) as at:
        await talk(at, "first", "second")
        await at.press("k", "k", "r")
        await at.wait_for("2/2", "three")
        assert given(at) == ["first"]
        assert at.log.reading.index == 1


async def test_d_deletes_a_message_with_its_reply_and_u_brings_both_back() -> None:
    async with open_stage(Reply("one"), Reply("two"), Reply("three")) as at:
        await talk(at, "first", "second")
        await at.press("g", "d")
        await at.wait_for("Deleted with its answer")
        assert "▌ first" not in at.text
        assert "▎ first" not in at.text
        assert "one" not in at.text
        await at.press("u")
        await at.wait_for("It is back", "first", "one", "second", "two")
        await at.press("G", "k", "k", "d")
        await at.wait_for("Deleted; u brings it back.")
        await at.press("escape")
        await at.say("third")
        await at.wait_for("three")
        assert given(at) == ["first", "second", "two", "third"]
        await at.press("tab", "u")
        await at.wait_for("nothing to bring back")


async def test_everything_can_be_deleted_and_brought_back() -> None:
    async with open_stage(Reply("one")) as at:
        await talk(at, "first")
        await at.press("k", "d")
        await at.wait_gone(" first\n")
        await at.press("u")
        await at.wait_for(" first\n", "one")


async def test_nothing_branches_while_an_answer_comes() -> None:
    async with open_stage(Reply("one"), Reply("two", asyncio.Event())) as at:
        await talk(at, "first")
        await at.press("escape")
        await at.say("second")
        await at.wait_for("two")
        await at.press("tab", "g")
        for key in ("e", "r", "d", "u", "comma"):
            at.screen._waiting_line.hint = ""
            await at.press(key)
            assert "Cancel the answer first" in at.screen._waiting_line.hint
        assert at.composer.text == ""


async def test_an_edit_that_was_not_sent_leaves_the_path_and_is_still_being_edited() -> None:
    async with open_stage(Reply("one"), Reply("two"), Reply(before=[REFUSED]), Reply("three")) as at:
        await talk(at, "first", "second")
        await at.press("g", "e")
        await at.write("!")
        await at.press("enter")
        await at.wait_for("not sent", "No connection", "second", "two", "Editing")
        assert at.composer.text == "first!"
        await at.press("ctrl+r")
        await at.wait_for("あなた  2/2", "first!", "three")
        assert given(at) == ["first!"]
        assert "second" not in at.text
        assert at.composer.text == ""


async def test_a_reply_that_failed_when_asked_again_gives_way_to_the_earlier_one() -> None:
    async with open_stage(Reply("one"), Reply(before=[REFUSED])) as at:
        await talk(at, "first")
        await at.press("r")
        await at.wait_for("2/2  failed", "No connection")
        await at.press("comma")
        await at.wait_for("one", "completed")
        assert "failed" not in at.text
        assert "1/" not in at.text


async def test_d_on_a_reply_that_never_came_goes_back_to_the_earlier_one() -> None:
    async with open_stage(Reply("one"), Reply(before=[REFUSED])) as at:
        await talk(at, "first")
        await at.press("r")
        await at.wait_for("2/2  failed")
        await at.press("d")
        await at.wait_for("one", "completed")
