"""Looks at what goes on on a server, again and again, until it has brought nothing for too long. Knows no API."""

import asyncio
from typing import Final

_WAITS_S: Final = (0.05, 0.1, 0.2, 0.5, 1.0)
"""Between looks, the last one repeated."""


class Polling:
    """The looks at one run: ever more seldom, and often again after each that brought something."""

    def __init__(self) -> None:
        self.note_news()

    def note_news(self) -> None:
        """Begin anew: something came."""
        self._since_s = asyncio.get_running_loop().time()
        self._looks = 0

    @property
    def silent_s(self) -> float:
        """For how long nothing has come."""
        return asyncio.get_running_loop().time() - self._since_s

    async def wait(self) -> None:
        """Return when it is time for the next look."""
        await asyncio.sleep(_WAITS_S[min(self._looks, len(_WAITS_S) - 1)])
        self._looks += 1
