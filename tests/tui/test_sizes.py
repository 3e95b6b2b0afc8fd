import asyncio
from functools import partial

import pytest

from frieza_tui.backends.base import Label
from frieza_tui.backends.scripted import Reply
from tests.support.stage import NAME, Stage, open_stage


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (240, 70)])
async def test_everything_needed_is_on_screens_of_any_size(size: tuple[int, int]) -> None:
    async with open_stage(Reply("おっほっほ"), size=size) as at:
        await at.say("hello")
        await at.wait_for(NAME, "hello", "おっほっほ", "ready", "F1 help")
        assert at.composer.region.bottom < size[1]


async def test_a_window_too_small_says_so_and_loses_nothing() -> None:
    async with open_stage(Reply("one", asyncio.Event()), size=(80, 24)) as at:
        await at.say("hello")
        await at.write("draft")
        await at.pilot.resize_terminal(20, 5)
        await at.wait_for("Window too small", "draft")
        await at.write("!")
        await at.pilot.resize_terminal(80, 24)
        await at.wait_for("draft!", "hello", "one")
        assert "Window too small" not in at.text


async def test_a_narrow_status_bar_shortens_and_keeps_model_and_state_longest() -> None:
    async with open_stage(size=(80, 24), label=Label("Responses", "api.openai.com", "gpt-5.5")) as at:
        await at.wait_for("Responses · api.openai.com · gpt-5.5  ", "  ready")
        await at.pilot.resize_terminal(40, 24)
        await at.wait_until(lambda: at.text.split()[:4] == ["Responses", "api…com", "gpt-5.5", "ready"])
        await at.pilot.resize_terminal(36, 24)
        await at.wait_until(
            lambda: at.text.split()[:6] == ["Responses", "ready", "api.openai.com", "·", "gpt-5.5", "フリーザ様"]
        )
        await at.pilot.resize_terminal(25, 10)
        await at.wait_until(lambda: at.text.splitlines()[0].split() == ["gpt-5.5", "ready"])


def has_size(at: Stage, size: tuple[int, int]) -> bool:
    return tuple(at.screen.size) == size


@pytest.mark.parametrize("sizes", [[(80, 30)], [(40, 12)], [(20, 5), (100, 30)], [(80, 12), (80, 24)]])
async def test_a_new_size_keeps_following_the_end(sizes: list[tuple[int, int]]) -> None:
    async with open_stage(Reply(*[f"row {n}\n\n" for n in range(60)], asyncio.Event()), size=(80, 20)) as at:
        await at.say("hello")
        await at.wait_for("row 59")
        for size in sizes:
            await at.pilot.resize_terminal(*size)
            await at.wait_until(partial(has_size, at, size))
        await at.wait_for("row 59")
        assert at.log.viewport.is_following
