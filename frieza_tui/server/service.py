"""What the routes share: the state, the runs, the open streams. Knows HTTP only by its errors."""

import time
from typing import TypeVar

from frieza_tui.backends.base import Backend
from frieza_tui.server.errors import ApiError, not_found
from frieza_tui.server.event_stream import EventStream
from frieza_tui.server.objects import ModelObject, ThreadObject, Wire
from frieza_tui.server.options import ServerOptions
from frieza_tui.server.runs import Runs, mend
from frieza_tui.server.state import State

W = TypeVar("W", bound=Wire)


class Service:
    """One server: a backend, what it keeps, and what runs on it."""

    def __init__(self, backend: Backend, state: State, options: ServerOptions) -> None:
        """Take over a state, and end what an earlier server left unfinished in it."""
        self.backend = backend
        self.state = state
        self.runs = Runs(backend, state, options)
        self.options = options
        self._streams: set[EventStream] = set()
        self._started_at = int(time.time())
        mend(state)

    def require(self, kind: type[W], object_id: str, thread_id: str = "", run_id: str = "") -> W:
        """Return an object. Raises: ApiError 404 if it is not here."""
        found = self.state.find(kind, object_id, thread_id, run_id)
        if found is None:
            raise not_found(kind.NOUN, object_id)
        return found

    def require_idle_thread(self, thread_id: str) -> ThreadObject:
        """Return a thread to which messages may be added.

        Raises: ApiError 404 if it is not here, 400 while a run is active on it.
        """
        thread = self.require(ThreadObject, thread_id)
        if (live := self.runs.active(thread_id)) is not None:
            raise ApiError(400, f"Can't add messages to {thread_id} while a run {live.run.id} is active.")
        return thread

    def open_stream(self, *, speaks_v1: bool = False) -> EventStream:
        """Return a new stream. Raises: ApiError 429 if too many are open."""
        if len(self._streams) >= self.options.max_streams:
            message = f"{self.options.max_streams} streams are open; close one, or try again later."
            raise ApiError(429, message, kind="requests", code="rate_limit_exceeded")
        stream = EventStream(speaks_v1=speaks_v1)
        self._streams.add(stream)
        return stream

    def close_stream(self, stream: EventStream) -> None:
        """Forget a stream whose reader has gone or has read everything."""
        stream.close()
        self._streams.discard(stream)

    def models(self) -> list[ModelObject]:
        """Return the models that answer here: the backend's one, once it is known."""
        name = self.backend.label.model
        return [ModelObject(name, self._started_at)] if name else []

    async def stop(self) -> None:
        """End the runs, free the backend, close the state."""
        await self.runs.stop()
        await self.backend.close()
        self.state.close()
