import asyncio
from itertools import count
from types import SimpleNamespace

import pytest
from textual import events
from textual.app import App

from frieza_tui.backends.scripted import Reply
from tests.support.stage import open_stage


@pytest.mark.parametrize(
    ("has_bell", "looks_away", "step_s", "is_cancelled", "rings"),
    [
        (True, True, 3.0, False, 1),
        (False, True, 3.0, False, 0),
        (True, False, 3.0, False, 0),
        (True, True, 0.1, False, 0),
        (True, True, 3.0, True, 0),
    ],
    ids=["wished", "not-wished", "looking", "short", "cancelled"],
)
async def test_the_bell_rings_for_a_long_answer_that_nobody_saw_end(
    monkeypatch: pytest.MonkeyPatch, has_bell: bool, looks_away: bool, step_s: float, is_cancelled: bool, rings: int
) -> None:
    rung: list[App[object]] = []
    monkeypatch.setattr(App, "bell", lambda app: rung.append(app))
    ticks = count(0.0, step_s)
    monkeypatch.setattr("frieza_tui.chat.conversation.time", SimpleNamespace(monotonic=lambda: next(ticks)))
    gate = asyncio.Event()
    async with open_stage(Reply("one", gate)) as at:
        at.app._has_bell = has_bell
        await at.say("hello")
        await at.wait_for("one")
        if is_cancelled:
            await at.press("escape")
        if looks_away:
            at.app.post_message(events.AppBlur())
            await at.wait_until(lambda: not at.app.app_focus)
        gate.set()
        await at.wait_for("cancelled" if is_cancelled else "completed")
        await at.pilot.pause()
    assert len(rung) == rings
