"""Prepares a backend for all who wait for it, and tells when the last of them has gone. Knows no conversation."""

import asyncio
from collections.abc import Callable

from frieza_tui.backends.base import Backend, Preparation
from frieza_tui.i18n import _


class Preparer:
    """Who waits for a backend to be prepared."""

    def __init__(self, backend: Backend, now: Callable[[], Preparation], tell: Callable[[Preparation], None]) -> None:
        """Take the backend, what says how far it is, and what is told that nobody connects any more."""
        self._backend = backend
        self._now = now
        self._tell = tell
        self._waiting = 0

    async def prepare(self) -> None:
        """Prepare the backend. Raises: as that does."""
        self._waiting += 1
        server = self._backend.label.server
        try:
            await self._backend.prepare()
        except asyncio.CancelledError:
            is_same = self._backend.label.server == server  # for one that has taken its place others will wait
            if self._waiting == 1 and is_same and (detail := self._what_is_left()):
                self._tell(Preparation("failed", detail=detail))
            raise
        finally:
            self._waiting -= 1

    def _what_is_left(self) -> str:
        """Return what nobody waits for any more."""
        match self._now().stage:
            case "connecting":
                words = _("{server} had not answered when that was cancelled.")
                return words.format(server=self._backend.label.server)
            case "fetching_key":
                return _("The keyring had not given the key when that was cancelled.")
            case _:
                return ""
