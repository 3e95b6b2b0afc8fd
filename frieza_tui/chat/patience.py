"""Waiting for a server that asks for it, and asking again: bounded, told, and only where nothing can be doubled.

Knows no face; stopping the turn stops the wait.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

from frieza_tui.chat.open_turn import OpenTurn
from frieza_tui.domain.errors import BackendError, RateLimited, ServerFault
from frieza_tui.domain.turn import TurnDelayed

LONGEST_S: Final = 120.0
"""A longer wait is told, and left to the user."""
TRIES: Final = 5
"""How often a message is sent again before its turn has failed …"""
TOTAL_S: Final = 300.0
"""… and how long it waits for that altogether."""
FIRST_WAIT_S: Final = 5.0
"""After a rate limit whose reply names no wait; doubled with each try."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How a turn waits."""

    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    """Takes seconds."""

    async def run(self, attempt: Callable[[], Awaitable[None]], turn: OpenTurn) -> None:
        """Attempt until it succeeds, or until no wait helps. Raises: what the last attempt raised."""
        waited_s = 0.0
        for tries in count():
            try:
                await attempt()
            except BackendError as error:
                wait_s = _wait_s(error, tries)
                # Once a run has begun, a second request could make a second reply, unless the limit has ended that run.
                could_double = turn.has_run and turn.limit is None
                if wait_s is None or could_double or tries >= TRIES or waited_s + wait_s > TOTAL_S:
                    raise
                delayed = TurnDelayed(error.happened, isinstance(error, RateLimited), math.ceil(wait_s), is_news=True)
            else:
                return
            await self._count_down(turn, delayed, wait_s)
            waited_s += wait_s

    async def _count_down(self, turn: OpenTurn, delayed: TurnDelayed, wait_s: float) -> None:
        turn.delay(delayed)
        await self.sleep(wait_s - (delayed.left_s - 1))
        for left in range(delayed.left_s - 1, 0, -1):
            turn.delay(replace(delayed, left_s=left, is_news=False))
            await self.sleep(1.0)
        turn.delay(replace(delayed, left_s=0, is_news=False))


def _wait_s(error: BackendError, tries: int) -> float | None:
    """Return how long to wait before the request is sent again; None: it is not sent again."""
    match error:
        case RateLimited(is_lasting=False):
            wait_s = error.retry_after_s
            wait_s = FIRST_WAIT_S * 2**tries if wait_s is None else max(1.0, wait_s)
        case ServerFault(retry_after_s=float(named_s)):
            wait_s = max(1.0, named_s)
        case _:
            return None
    return wait_s if wait_s <= LONGEST_S else None
