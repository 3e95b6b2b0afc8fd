import asyncio

import pytest

from frieza_tui.backends.base import Preparation, Stage
from frieza_tui.backends.scripted import ScriptedBackend
from frieza_tui.chat.preparer import Preparer


class Waiting(ScriptedBackend):
    """Is never prepared."""

    async def prepare(self) -> None:
        await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("stage", "told"),
    [
        ("connecting", ["script had not answered when that was cancelled."]),
        ("fetching_key", ["The keyring had not given the key when that was cancelled."]),
        ("loading_model", []),
    ],
)
async def test_the_last_who_is_cancelled_tells_what_nobody_waits_for_any_more(stage: Stage, told: list[str]) -> None:
    tellings: list[Preparation] = []
    preparer = Preparer(Waiting([]), lambda: Preparation(stage), tellings.append)
    waiting = [asyncio.create_task(preparer.prepare()) for _who in range(2)]
    await asyncio.sleep(0)
    for task in waiting:
        assert not tellings
        task.cancel()
        await asyncio.wait([task])
    assert [(one.stage, one.detail) for one in tellings] == [("failed", words) for words in told]
