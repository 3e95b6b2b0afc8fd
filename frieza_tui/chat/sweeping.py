"""The deletion of what earlier programs left on servers, once, beside the conversation. Knows no file and no face."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from frieza_tui.domain.errors import FriezaError

log = logging.getLogger(__name__)

END_S: Final = 0.5
"""Of the five seconds that leaving may take, for what is gone to be struck off."""


class Sweeping:
    """Begins at most once, whether the conversation's own server can be reached or not."""

    def __init__(self, sweep: Callable[[], Awaitable[object]] | None) -> None:
        """Take what sweeps; None: nothing is to be."""
        self._sweep = sweep
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Begin, if that was not done yet."""
        if self._sweep is not None and self._task is None:
            self._task = asyncio.create_task(self._run(self._sweep))

    async def end(self) -> None:
        """Leave the rest, or all of it, to a later program."""
        self._sweep = None
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=END_S)

    @staticmethod
    async def _run(sweep: Callable[[], Awaitable[object]]) -> None:
        try:
            await sweep()
        except FriezaError as error:
            log.warning("what earlier programs left behind could not be deleted: %s", error.happened)
