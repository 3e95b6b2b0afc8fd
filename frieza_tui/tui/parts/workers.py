"""How the parts of a screen start what takes time: as workers of the screen, each in a group that has one at a time."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from textual.screen import Screen

Answer = TypeVar("Answer")


class Workers:
    """Starts workers of one screen. What breaks down in one is handled by the screen, and ends no program."""

    def __init__(self, screen: Screen[None]) -> None:
        """Take the screen; they are cancelled when it goes."""
        self._screen = screen

    def start(self, group: str, work: Callable[[], Awaitable[None]]) -> None:
        """Begin something; the one of the same group that still runs is cancelled."""
        self._screen.run_worker(work, group=group, exclusive=True, exit_on_error=False)

    async def ask(self, sheet: Screen[Answer]) -> Answer | None:
        """Show a sheet over the screen and wait for its end; in a worker only."""
        return await self._screen.app.push_screen_wait(sheet)

    def cancel(self, group: str) -> None:
        """Cancel what runs in a group. What has not taken its first step never will."""
        self._screen.workers.cancel_group(self._screen, group)
