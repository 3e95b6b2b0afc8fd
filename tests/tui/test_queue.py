import asyncio

from frieza_tui.backends.scripted import Reply
from frieza_tui.chat import Past
from frieza_tui.domain.errors import Unreachable
from frieza_tui.domain.thread import Thread, user_message
from frieza_tui.tui.recall import RecallList
from tests.support.stage import open_stage


async def test_what_is_sent_meanwhile_waits_visibly_and_goes_out_in_order() -> None:
    gates = [asyncio.Event(), asyncio.Event()]
    async with open_stage(Reply("one", gates[0]), Reply("two", gates[1]), Reply("three")) as at:
        await at.say("first")
        await at.say("second")
        await at.say("third")
        await at.wait_for("queued  second", "queued  third")
        gates[0].set()
        await at.wait_for("two", "queued  third")
        assert "queued  second" not in at.text
        gates[1].set()
        await at.wait_for("three")
        assert [request.thread.messages[-1].text for request in at.backend.requests] == ["first", "second", "third"]


async def test_up_in_the_empty_box_takes_the_last_one_back() -> None:
    async with open_stage(Reply("one", asyncio.Event())) as at:
        await at.say("first")
        await at.say("second")
        await at.say("third")
        await at.wait_for("↑ take back")
        await at.press("up")
        assert at.composer.text == "third"
        await at.wait_gone("queued  third")
        assert "queued  second" in at.text


async def test_what_waits_is_taken_back_once_and_is_no_earlier_input() -> None:
    recall = RecallList()
    gate = asyncio.Event()
    async with open_stage(Reply("one", gate), Reply("two"), recall=recall) as at:
        await at.say("first")
        await at.say("second")
        await at.say("third")
        await at.wait_for("queued  third")
        await at.press("up")
        assert at.composer.text == "third"
        await at.press("up")
        assert at.composer.text == "first"
        await at.press("down")
        assert at.composer.text == "third"
        gate.set()
        await at.wait_for("two", "completed")
    assert [recall.older(""), recall.older("second"), recall.older("first")] == ["second", "first", None]


async def test_a_click_takes_that_one_back() -> None:
    async with open_stage(Reply("one", asyncio.Event())) as at:
        await at.say("first")
        await at.say("second")
        await at.say("third")
        await at.wait_for("queued  third")
        await at.pilot.click("QueueView", offset=(5, 0))
        await at.wait_gone("queued  second")
        assert at.composer.text == "second"
        assert at.composer.has_focus


async def test_after_a_cancel_the_next_one_goes_out() -> None:
    async with open_stage(Reply("one", asyncio.Event()), Reply("two")) as at:
        await at.say("first")
        await at.say("second")
        await at.wait_for("queued  second")
        await at.press("escape")
        await at.wait_for("two", "completed")


async def test_after_a_failure_the_queue_is_held_until_the_next_message() -> None:
    gate = asyncio.Event()
    refused = Unreachable("No connection.", "Start the server.")
    async with open_stage(Reply(before=[gate, refused]), Reply("two"), Reply("three")) as at:
        await at.say("first")
        await at.say("second")
        gate.set()
        await at.wait_for("held  second", "not sent")
        await at.press("ctrl+r")
        await at.wait_for("two", "three")
        assert [request.thread.messages[-1].text for request in at.backend.requests[1:]] == ["first", "second"]


async def test_enter_in_the_empty_box_sends_what_is_held() -> None:
    gate = asyncio.Event()
    refused = Unreachable("No connection.", "Start the server.")
    async with open_stage(Reply(before=[gate, refused]), Reply("two")) as at:
        await at.say("first")
        await at.say("second")
        gate.set()
        await at.wait_for("held  second", "Enter sends them · Ctrl+R asks again first")
        at.composer.clear()
        await at.press("enter")
        await at.wait_for("two", "completed")
        assert [request.thread.messages[-1].text for request in at.backend.requests] == ["first", "second"]


async def test_what_waited_when_the_program_crashed_is_held_until_enter() -> None:
    past = Past(Thread().with_message(user_message("before")), queued=("first", "second"))
    async with open_stage(Reply("one"), Reply("two"), past=past) as at:
        await at.wait_for("held  first", "held  second", "From last time")
        await at.press("up")
        assert at.composer.text == "second"
        await at.wait_gone("held  second")
        at.composer.clear()
        await at.press("enter")
        await at.wait_for("one", "completed")
        assert len(at.backend.requests) == 1


async def test_the_queue_shows_three_and_counts_the_rest() -> None:
    async with open_stage(Reply("one", asyncio.Event())) as at:
        await at.say("first")
        for number in range(5):
            await at.say(f"m{number}")
        await at.wait_for("queued  m2", "queued  m4", "+2 earlier")
        assert "queued  m1" not in at.text
