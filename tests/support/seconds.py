"""A clock whose seconds pass when a test says so."""

import asyncio


class Seconds:
    """In place of `asyncio.sleep`: each call is over when a second has passed."""

    def __init__(self) -> None:
        self._ticks = asyncio.Semaphore(0)
        self._waiting = asyncio.Event()

    async def sleep(self, _seconds: float) -> None:
        self._waiting.set()
        await self._ticks.acquire()

    def pass_(self, count: int = 1) -> None:
        """Let seconds pass."""
        for _tick in range(count):
            self._ticks.release()

    async def pass_one_by_one(self, count: int) -> None:
        """Let seconds pass, and return when each has been looked at."""
        for _tick in range(count):
            await asyncio.wait_for(self._waiting.wait(), 20)
            self._waiting.clear()
            self._ticks.release()
        await asyncio.wait_for(self._waiting.wait(), 20)
