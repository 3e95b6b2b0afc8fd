import asyncio
from pathlib import Path

import pytest

from frieza_tui.backends.scripted import Reply
from frieza_tui.tui.messages import LeaveAsked
from frieza_tui.tui.recall import RecallList
from tests.support.stage import open_stage


@pytest.mark.parametrize("keys", [["q", "enter"], ["ctrl+q"], ["ctrl+c", "ctrl+c"]])
async def test_every_way_out_deletes_and_brings_the_receipt(keys: list[str]) -> None:
    async with open_stage(Reply("ok")) as at:
        await at.say("hello")
        await at.wait_for("completed")
        await at.press(*keys)
        await at.wait_until(lambda: not at.app.is_running)
        assert at.backend.is_closed
        receipt = at.app.return_value or ()
        assert sorted(line.kind for line in receipt) == ["assistant", "thread"]
        assert all(line.is_deleted for line in receipt)


async def test_a_signal_leaves_in_the_same_way() -> None:
    async with open_stage(Reply("ok", asyncio.Event())) as at:
        await at.say("hello")
        await at.wait_for("ok")
        at.app.post_message(LeaveAsked())
        await at.wait_until(lambda: not at.app.is_running)
        assert all(line.is_deleted for line in at.app.return_value or ())
        assert len(at.backend.cancelled_runs) == 1


async def test_it_says_that_it_is_deleting() -> None:
    async with open_stage(Reply("ok")) as at:
        at.backend.delete_gate = asyncio.Event()
        await at.say("hello")
        await at.wait_for("completed")
        await at.press("f1", "ctrl+q")
        await at.wait_for("deleting…")
        await at.press("x", "ctrl+c", "ctrl+q")
        assert at.composer.text == ""
        at.backend.delete_gate.set()
        await at.wait_until(lambda: not at.app.is_running)


async def test_nothing_more_is_begun_while_it_is_deleting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    opened = tmp_path / "opened"
    for name in ("VISUAL", "PAGER"):
        monkeypatch.setenv(name, f"touch {opened}")
    async with open_stage(Reply("ok"), Reply("again")) as at:
        at.backend.delete_gate = asyncio.Event()
        await at.say("hello")
        await at.wait_for("completed")
        await at.press("tab", "ctrl+q")
        await at.wait_for("deleting…")
        await at.press("r", "d", "o", "ctrl+o", "f2", "ctrl+t", "ctrl+p", "ctrl+r")
        await at.wait_for("hello", "deleting…")
        assert (len(at.backend.requests), len(at.app.screen_stack), opened.exists()) == (1, 1, False)
        at.backend.delete_gate.set()
        await at.wait_until(lambda: not at.app.is_running)


async def test_a_deletion_that_hangs_holds_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("frieza_tui.chat.receipt.DELETE_S", 0.01)
    async with open_stage(Reply("ok")) as at:
        at.backend.delete_gate = asyncio.Event()
        await at.say("hello")
        await at.wait_for("completed")
        await at.press("ctrl+q")
        await at.wait_until(lambda: not at.app.is_running)
        assert [line.is_deleted for line in at.app.return_value or ()] == [False, False]


async def test_draft_and_queue_are_kept_among_the_earlier_inputs() -> None:
    recall = RecallList()
    async with open_stage(Reply("ok", asyncio.Event()), recall=recall) as at:
        await at.say("first")
        await at.say("second")
        await at.write("draft")
        await at.press("ctrl+q")
        await at.wait_until(lambda: not at.app.is_running)
    assert [recall.older(""), recall.older("draft"), recall.older("second")] == ["draft", "second", "first"]


async def test_ctrl_c_first_cancels_the_answer() -> None:
    async with open_stage(Reply("half", asyncio.Event())) as at:
        await at.say("hello")
        await at.wait_for("half")
        await at.press("ctrl+c")
        await at.wait_for("cancelled", "Ctrl+C again quits")
        assert at.app.is_running


async def test_ctrl_c_puts_a_draft_aside() -> None:
    async with open_stage() as at:
        await at.write("draft")
        await at.press("ctrl+c")
        await at.wait_for("Draft put aside")
        assert at.composer.text == ""
        await at.press("up")
        assert at.composer.text == "draft"


async def test_what_is_written_between_two_ctrl_c_makes_the_second_a_first() -> None:
    async with open_stage() as at:
        await at.write("draft")
        await at.press("ctrl+c", "up")
        await at.wait_until(lambda: at.composer.text == "draft")
        await at.pilot.pause()
        await at.press("ctrl+c")
        await at.wait_until(lambda: at.composer.text == "")
        assert at.app.is_running
        assert not at.screen._is_leaving


async def test_ctrl_c_copies_what_is_selected_and_does_nothing_else() -> None:
    async with open_stage() as at:
        await at.write("draft")
        await at.press("shift+home", "ctrl+c")
        await at.wait_for("Copied")
        assert at.app.clipboard == "draft"
        assert at.composer.text == "draft"
        assert at.composer.selected_text == ""


async def test_escape_does_not_lose_a_draft() -> None:
    async with open_stage() as at:
        await at.write("draft")
        await at.press("escape")
        assert at.composer.text == "draft"
