import asyncio

from frieza_tui.backends.scripted import Reply
from frieza_tui.chat import SilenceWatch
from frieza_tui.chat.silence import SILENT_S
from tests.support.seconds import Seconds
from tests.support.stage import Stage, open_stage


def watch(at: Stage) -> Seconds:
    seconds = Seconds()
    at.screen._chat.silence = SilenceWatch(seconds.sleep)
    return seconds


async def test_a_silence_in_a_reply_is_counted_until_more_comes() -> None:
    gate = asyncio.Event()
    async with open_stage(Reply("こん", gate, "にちは")) as at:
        seconds = watch(at)
        await at.say("hello")
        await at.wait_for("こん", "answering")
        seconds.pass_(SILENT_S + 1)
        await at.wait_for("Nothing has come for 1", "; Esc cancels.", "  silent for 1")  # 10 or 11
        seconds.pass_(SILENT_S)
        await at.wait_for("Nothing has come for 2", "; Esc cancels.", "  silent for 2")
        gate.set()
        await at.wait_for("こんにちは", "completed", "  ready")
        assert "silent" not in at.text


async def test_escape_stops_a_silent_reply_in_a_narrow_window_too() -> None:
    async with open_stage(Reply("こん", asyncio.Event()), size=(40, 12)) as at:
        seconds = watch(at)
        await at.say("hello")
        await at.wait_for("こん")
        seconds.pass_(SILENT_S + 1)
        await at.wait_for("Nothing has come for 1", "cancels.", "silent for 1")
        await at.press("escape")
        await at.wait_for("cancelled", "ready")
        assert "silent" not in at.text
