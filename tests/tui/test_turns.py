import asyncio

import pytest

from frieza_tui.backends.base import Preparation
from frieza_tui.backends.scripted import Reply, final
from frieza_tui.chat import Chat
from frieza_tui.domain.errors import StreamCut, Unreachable
from frieza_tui.domain.events import ConnectionLost, MessageOpened
from frieza_tui.domain.run import RunError
from tests.support.stage import NAME, open_stage

REFUSED = Unreachable("No connection to http://127.0.0.1:9.", "Start the server.")


async def test_a_reply_grows_in_the_bubble_under_the_users_own() -> None:
    gate = asyncio.Event()
    async with open_stage(Reply("おっほっほ", gate, "。私はフリーザ")) as at:
        await at.say("hello")
        await at.wait_for("あなた", "hello", NAME, "in progress", "おっほっほ")
        gate.set()
        await at.wait_for("おっほっほ。私はフリーザ", "completed")


async def test_the_greeting_goes_with_the_first_message() -> None:
    async with open_stage(Reply("ok")) as at:
        await at.wait_for("is listening")
        await at.say("hello")
        await at.wait_gone("is listening")


async def test_a_message_sent_before_the_backend_is_ready_waits_in_its_words() -> None:
    gates = [asyncio.Event() for _ in range(3)]
    steps = (
        Preparation("starting_server"),
        gates[0],
        Preparation("joining_model", 0.34),
        gates[1],
        Preparation("loading_model"),
        gates[2],
    )
    async with open_stage(Reply("done"), preparation=steps) as at:
        await at.say("hello")
        await at.wait_for(NAME + "  queued · starting the server")
        gates[0].set()
        await at.wait_for(NAME + "  joining the model 34%")
        gates[1].set()
        await at.wait_for(NAME + "  loading the model")
        gates[2].set()
        await at.wait_for("done", "completed")


async def test_escape_keeps_what_came_and_marks_it_as_cut() -> None:
    async with open_stage(Reply("half of", asyncio.Event(), "never"), Reply("next answer")) as at:
        await at.say("hello")
        await at.wait_for("half of")
        await at.press("escape")
        await at.wait_for("half of", "cancelled", "Cut here")
        await at.say("again")
        await at.wait_for("next answer")
        assert "never" not in at.text
        await at.wait_until(lambda: len(at.backend.cancelled_runs) == 1)


async def test_escape_while_the_backend_prepares_gives_the_screen_back() -> None:
    async with open_stage(Reply("late"), preparation=(Preparation("loading_model"), asyncio.Event())) as at:
        await at.say("hello")
        await at.wait_for(NAME + "  loading the model")
        await at.press("escape")
        await at.wait_for("cancelled")
        assert not at.screen.parts.turns.is_open


async def test_a_message_that_was_not_sent_comes_back_to_the_empty_box() -> None:
    async with open_stage(Reply(before=[REFUSED]), Reply("here I am")) as at:
        await at.say("hello")
        await at.wait_for("failed", "No connection to", "Start the server.", "not sent")
        assert at.composer.text == "hello"
        await at.press("enter")
        await at.wait_for("here I am")
        assert at.text.count("hello") == 1
        assert "not sent" not in at.text


async def test_a_message_that_was_not_sent_never_overwrites_a_draft() -> None:
    gate = asyncio.Event()
    async with open_stage(Reply(before=[gate, REFUSED])) as at:
        await at.say("hello")
        await at.write("draft")
        gate.set()
        await at.wait_for("failed", "brings it back")
        assert at.composer.text == "draft"
        await at.press("ctrl+c", "up", "up")
        assert at.composer.text == "hello"


async def test_ctrl_r_asks_again_in_place_of_the_failed_reply() -> None:
    broken = final("failed", error=RunError("server_error", "Sorry."))
    async with open_stage(Reply("half", broken), Reply("whole")) as at:
        await at.say("hello")
        await at.wait_for("failed", "Sorry.", "Ctrl+R")
        await at.press("ctrl+r")
        await at.wait_for("whole", "completed")
        assert "Sorry." not in at.text
        assert at.text.count("hello") == 1


async def test_ctrl_r_sends_an_unsent_message_and_empties_the_box() -> None:
    async with open_stage(Reply(before=[REFUSED]), Reply("here I am")) as at:
        await at.say("hello")
        await at.wait_for("not sent")
        await at.press("ctrl+r")
        await at.wait_for("here I am")
        assert at.composer.text == ""
        assert at.text.count("hello") == 1


async def test_ctrl_r_leaves_a_whole_answer_alone() -> None:
    async with open_stage(Reply("whole"), Reply("another")) as at:
        await at.say("hello")
        await at.wait_for("completed")
        await at.press("ctrl+r")
        await at.pilot.pause()
        assert len(at.backend.requests) == 1


async def test_an_incomplete_answer_says_why() -> None:
    async with open_stage(Reply("cut", final("incomplete", incomplete_reason="max_completion_tokens"))) as at:
        await at.say("hello")
        await at.wait_for("cut", "incomplete", "largest allowed length")


async def test_an_empty_answer_says_so() -> None:
    async with open_stage(Reply()) as at:
        await at.say("hello")
        await at.wait_for("The answer is empty.")


async def test_control_sequences_and_markup_of_a_reply_are_text() -> None:
    async with open_stage(Reply("\x1b[31mred\x1b]52;c;aGk=\x07 [b]bold[/] [/x]")) as at:
        await at.say("hello")
        await at.wait_for("red", "[b]bold[/] [/x]")
        assert "\x1b" not in at.text


async def test_a_worker_that_breaks_unlocks_the_box(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_stage(Reply("fine")) as at:
        with monkeypatch.context() as patch:
            patch.delattr(Chat, "send")
            await at.say("hello")
            await at.wait_for("failed", "made a mistake (AttributeError)")
        await at.say("again")
        await at.wait_for("fine", "completed")


async def test_a_reply_says_while_its_rest_is_fetched_and_that_it_was() -> None:
    gate = asyncio.Event()
    async with open_stage(Reply("before ", ConnectionLost(), MessageOpened("again"), gate, "after")) as at:
        await at.say("hello")
        await at.wait_for("before", "cut off: fetching the rest")
        gate.set()
        await at.wait_for("before after", "completed", "fetched after a cut")


async def test_a_cut_reply_is_gone_on_with_by_one_key() -> None:
    cut = StreamCut("The connection ended in the middle of the reply.", "Ask again.")
    async with open_stage(Reply("one, two", cut), Reply("three")) as at:
        await at.say("count")
        await at.wait_for("one, two", "Ctrl+G goes on from here")
        await at.press("ctrl+g")
        await at.wait_for("one, two", "Go on exactly where you stopped.", "three", "completed")
    assert [message.text for message in at.backend.requests[1].thread.messages][:2] == ["count", "one, two"]
