"""The adapter whose place another may take while a conversation goes on. Knows no API and no settings."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

from frieza_tui.backends.base import Backend, Deletion, Expect, Label, Models, Preparation, ResumeRun, RunRequest
from frieza_tui.domain.events import RunEvent

log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class _Place:
    """A backend, and whether one of its streams is being read."""

    backend: Backend
    streams: int = 0
    is_quiet: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when another has taken the place."""


class SwitchingBackend:
    """Implements Backend on the one that answers now; those before it are deleted and closed as they go."""

    def __init__(self, first: Backend, *, is_kept: bool = False) -> None:
        """Take the backend that answers until another is given. is_kept: nothing is deleted when one goes."""
        self._is_kept = is_kept
        self._kept: tuple[Deletion, ...] = ()
        self.on_preparation: Callable[[Preparation], None] = lambda _preparation: None
        self.unknown_events = 0
        self._place = self._take(first)
        self._last_read = self._place
        self._leaving: dict[_Place, asyncio.Task[None]] = {}
        self._deleted: tuple[Deletion, ...] = ()

    @property
    def label(self) -> Label:
        """Of the one that answers now."""
        return self._place.backend.label

    @property
    def signs_of_life(self) -> int:
        """Of the one whose stream was read last."""
        return self._last_read.backend.signs_of_life

    @property
    def expect(self) -> Expect | None:
        """Of the one that answers now."""
        return self._place.backend.expect

    @property
    def models(self) -> Models | None:
        """Of the one that answers now."""
        return self._place.backend.models

    @property
    def remote_objects(self) -> tuple[Deletion, ...]:
        """What all of them made and have not deleted."""
        places = (*self._leaving, self._place)
        return self._kept + tuple(one for place in places for one in place.backend.remote_objects)

    def switch(self, backend: Backend) -> None:
        """Let another backend answer from the next run on. `prepare` then goes on with it, wherever it waits."""
        before, self._place = self._place, self._take(backend)
        before.backend.on_preparation = lambda _preparation: None
        before.left.set()
        task = asyncio.create_task(self._retire(before))
        self._leaving[before] = task
        task.add_done_callback(lambda _task: self._leaving.pop(before))
        self.on_preparation(Preparation("connecting"))

    async def prepare(self) -> None:
        """Prepare the one that answers now; if another takes its place meanwhile, that one. Raises: as they do."""
        while True:
            place = self._place
            preparing = asyncio.create_task(place.backend.prepare())
            leaving = asyncio.create_task(place.left.wait())
            try:
                await asyncio.wait({preparing, leaving}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                leaving.cancel()
                if not preparing.done():
                    preparing.cancel()
            if place is self._place:
                await preparing
                return
            await asyncio.wait({preparing})
            if not preparing.cancelled() and preparing.exception() is not None:
                log.info("a backend that was switched from could not be prepared")

    async def stream_run(self, request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        """Yield the events of the one that answers now, to the run's end. Raises: as it does."""
        async with aclosing(self._read(self._place, self._place.backend.stream_run(request))) as events:
            async for event in events:
                yield event

    @property
    def resume_run(self) -> ResumeRun | None:
        """Follows an earlier run with the one that answers now; None where that cannot."""
        place, resume = self._place, self._place.backend.resume_run
        return None if resume is None else lambda request, remote: self._read(place, resume(request, remote))

    async def _read(self, place: _Place, run_events: AsyncGenerator[RunEvent, None]) -> AsyncGenerator[RunEvent, None]:
        self._last_read = place
        unknown_before = place.backend.unknown_events
        place.streams += 1
        place.is_quiet.clear()
        try:
            async with aclosing(run_events):
                async for event in run_events:
                    yield event
        finally:
            self.unknown_events += place.backend.unknown_events - unknown_before
            place.streams -= 1
            if not place.streams:
                place.is_quiet.set()

    async def cancel_run(self) -> None:
        """Cancel the run whose stream was closed last. Raises: BackendError."""
        await self._last_read.backend.cancel_run()

    async def delete_remote(self) -> tuple[Deletion, ...]:
        """Delete what all of them made; what was deleted at a switch is among what is returned."""
        if self._leaving:
            await asyncio.wait(list(self._leaving.values()))
        here = await self._place.backend.delete_remote()
        return self._deleted + here

    async def close(self) -> None:
        """Close all of them."""
        if self._leaving:
            for task in self._leaving.values():
                task.cancel()
            await asyncio.wait(list(self._leaving.values()))
        await self._place.backend.close()

    def _take(self, backend: Backend) -> _Place:
        place = _Place(backend)
        place.is_quiet.set()
        backend.on_preparation = lambda preparation: self.on_preparation(preparation)
        return place

    async def _retire(self, place: _Place) -> None:
        """Delete what a backend made, once its last stream has ended, and close it."""
        try:
            await place.is_quiet.wait()
            if self._is_kept:
                self._kept += place.backend.remote_objects
            else:
                self._deleted += await place.backend.delete_remote()
        finally:
            await place.backend.close()
