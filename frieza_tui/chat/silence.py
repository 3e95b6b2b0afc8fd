"""Tells of a server from which nothing comes while a run goes on, and for how long. Knows no face.

It looks once a second, so that a delta costs nothing more for being watched for.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from frieza_tui.chat.open_turn import OpenTurn
from frieza_tui.domain.turn import TurnSilent

SILENT_S: Final = 10
"""From here on a silence is told; servers of ours send a comment twice in this time."""


@dataclass(frozen=True, slots=True)
class SilenceWatch:
    """How a run is watched."""

    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    """Takes seconds."""

    @asynccontextmanager
    async def over(self, turn: OpenTurn, signs_of_life: Callable[[], int]) -> AsyncGenerator[None]:
        """Watch a turn's run from its request on. signs_of_life: a number that grows with whatever comes."""
        watching = asyncio.create_task(self._watch(turn, signs_of_life))
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.wait([watching])

    async def _watch(self, turn: OpenTurn, signs_of_life: Callable[[], int]) -> None:
        silent_s, last = 0, (len(turn.told), signs_of_life())
        while True:
            await self.sleep(1.0)
            now = len(turn.told), signs_of_life()
            was_told, silent_s = silent_s >= SILENT_S, silent_s + 1 if now == last else 0
            last = now
            if was_told or silent_s >= SILENT_S:
                turn.be_silent(TurnSilent(silent_s))
