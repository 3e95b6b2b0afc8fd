"""Follows one response to its true end: by its stream, by resuming it, and where that fails by asking the server."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from frieza_tui.backends.loose_json import Json
from frieza_tui.backends.openai_client import OpenAIClient, Request, drain, path_of
from frieza_tui.backends.polling import Polling
from frieza_tui.backends.responses.accumulator import ResponseAccumulator
from frieza_tui.backends.run_reasons import with_reason
from frieza_tui.backends.sdk_errors import bad_reply, stream_cut
from frieza_tui.domain.errors import BackendError, BadReply, NotHere, Refused, StreamCut, TimedOut, Unreachable
from frieza_tui.domain.events import ConnectionLost, RunEvent, StreamFault

log = logging.getLogger(__name__)

ALIVE: Final = ("queued", "in_progress")
_BEFORE_FIRST: Final = -1
"""A sequence number after which a resumed stream brings everything."""
OPENING_S: Final = 2.0
"""For a response to tell its id, so that it can be cancelled."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a response that lost its stream may bring nothing."""

    settle_s: float
    """While nobody knows whether it still lives."""
    alive_s: float
    """While the server says that it does; some models think for minutes."""


class ResponseFollower:
    """One response, from the request that starts it to a state that it does not leave."""

    def __init__(
        self, client: OpenAIClient, patience: Patience, *, outlives_stream: bool, dropped_messages: int = 0
    ) -> None:
        """Take the client.

        outlives_stream: it is asked for in the background, so that it must be cancelled even if its stream is closed
        before its id is known. dropped_messages: the oldest ones, left out of the request.
        """
        self.accumulator = ResponseAccumulator(dropped_messages)
        self._client = client
        self._patience = patience
        self._is_alive = False
        self._outlives_stream = outlives_stream
        self._stream: AsyncGenerator[tuple[str, object], None] | None = None
        self._first: asyncio.Task[tuple[str, object] | None] | None = None
        self._fault: StreamFault | None = None

    @property
    def response_id(self) -> str:
        """The response's id, "" while it is not known."""
        return self.accumulator.run.id if self.accumulator.run else ""

    @property
    def is_in_background(self) -> bool:
        """Whether the response goes on without this connection; some servers say so of what they do not keep."""
        response = self.accumulator.response
        return response.get("background") is True and response.get("store") is not False

    @property
    def is_over(self) -> bool:
        """Whether nothing of the response goes on anywhere."""
        return self.accumulator.has_ended

    async def events(self, request: Request) -> AsyncGenerator[RunEvent, None]:
        """Start the response and yield its events; the last is a RunChanged that ends it, or a StreamFault.

        Raises: BackendError if it did not start, or if its end can neither be read nor looked up.
        """
        cause: BackendError = stream_cut(self._client.server)
        self._stream = self._client.stream(request)
        try:
            async with aclosing(self._opened(self._stream)) as events:
                async for event in events:
                    yield event
            if not self.accumulator.response and self._fault is None:
                cause = bad_reply(self._client.server)
        except (StreamCut, TimedOut, BadReply) as error:
            cause = error
        if not self.accumulator.has_ended:
            if self._fault is None and self.response_id:
                yield ConnectionLost()
            async for event in self._settle(cause):
                yield event

    async def rejoined(self, response_id: str) -> AsyncGenerator[RunEvent, None]:
        """Yield what a response has brought that was started before, and what it still brings; ends as `events` does.

        Raises: BackendError; NotHere if the server no longer has it.
        """
        response = await self._client.call(self._client.request("GET", path_of("responses", response_id)))
        for event in self.accumulator.take_response({**response, "id": response_id}):
            yield event
        if not self.accumulator.has_ended:
            self.accumulator.last_number = _BEFORE_FIRST
            async for event in self._settle(stream_cut(self._client.server)):
                yield event

    @property
    def _limit_s(self) -> float:
        return self._patience.alive_s if self._is_alive else self._patience.settle_s

    @property
    def _path(self) -> str:
        return path_of("responses", self.response_id)

    async def learn_id(self, wait_s: float = OPENING_S) -> str:
        """Return the response's id, waiting a little for a stream that was closed before it said it."""
        first, stream = self._first, self._stream
        if first is not None and stream is not None:
            self._first = None
            try:
                await asyncio.wait([first], timeout=wait_s)
                if first.done() and not first.cancelled() and first.exception() is None:
                    event = first.result()
                    if event is not None:
                        self.accumulator.take(*event)
            finally:
                first.cancel()
                await asyncio.wait([first])
                await stream.aclose()
        return self.response_id

    # -- the stream ----------------------------------------------------------------------------------------------

    async def _opened(self, stream: AsyncGenerator[tuple[str, object], None]) -> AsyncGenerator[RunEvent, None]:
        """Yield the events of the first stream; closed before its first one came, it is left open for `learn_id`."""
        self._first = asyncio.ensure_future(anext(stream, None))
        try:
            event = await asyncio.shield(self._first)
        except asyncio.CancelledError:
            if not self._outlives_stream:
                await self.learn_id(wait_s=0)
            raise
        self._first = None
        async with aclosing(stream):
            if event is None:
                return
            for one in self._take(*event):
                yield one
            async with aclosing(self._read(stream)) as events:
                async for one in events:
                    yield one

    async def _read(self, stream: AsyncGenerator[tuple[str, object], None]) -> AsyncGenerator[RunEvent, None]:
        if self.accumulator.has_ended or self._fault is not None:
            return
        async for name, data in stream:
            for event in self._take(name, data):
                yield event
            if self.accumulator.has_ended or self._fault is not None:
                await drain(stream)
                return

    def _take(self, name: str, data: object) -> list[RunEvent]:
        events = self.accumulator.take(name, data)
        if events and isinstance(events[-1], StreamFault):
            self._fault = events[-1]
            return []
        return events

    # -- after the stream ----------------------------------------------------------------------------------------

    async def _settle(self, cause: BackendError) -> AsyncGenerator[RunEvent, None]:
        """Go on with what the server has beyond the stream, until the response's end is known or nothing comes."""
        fault, self._fault = self._fault, None
        polling = Polling()
        while self.response_id and polling.silent_s <= self._limit_s:
            try:
                async with aclosing(self._more(can_resume=fault is None)) as events:
                    async for event in events:
                        polling.note_news()
                        yield with_reason(event, fault)
            except (StreamCut, TimedOut, Unreachable) as error:
                if not self.is_in_background:
                    raise cause from error
            except BackendError:
                break
            if self.accumulator.has_ended:
                return
            if fault is not None:
                break
            await polling.wait()
        if fault is None:
            raise cause
        yield fault

    async def _more(self, *, can_resume: bool) -> AsyncGenerator[RunEvent, None]:
        """Yield what a resumed stream brings, then what the response itself has beyond that."""
        if can_resume and self.is_in_background and self.accumulator.last_number is not None:
            try:
                async with aclosing(self._resumed()) as events:
                    async for event in events:
                        yield event
            except (NotHere, Refused, BadReply, StreamCut, TimedOut) as error:
                log.info("a response could not be resumed to its end: %s", type(error).__name__)
        if self.accumulator.has_ended:
            return
        response = await self.look_up()
        self._is_alive = self.is_in_background and response.get("status") in ALIVE
        for event in self.accumulator.take_response(response):
            yield event

    async def _resumed(self) -> AsyncGenerator[RunEvent, None]:
        self.accumulator.resume()
        number = self.accumulator.last_number
        path = f"{self._path}?stream=true" + (f"&starting_after={number}" if number != _BEFORE_FIRST else "")
        stream = self._client.stream(self._client.request("GET", path))
        async with aclosing(stream), aclosing(self._read(stream)) as events:
            async for event in events:
                yield event

    async def look_up(self) -> Json:
        """Return the response as the server has it. Raises: BackendError."""
        response = await self._client.call(self._client.request("GET", self._path))
        if response.get("id") != self.response_id:
            raise bad_reply(self._client.server)
        return response

    async def cancel(self) -> None:
        """Cancel the response on the server, and wait until it has ended there. Raises: BackendError."""
        try:
            response: Json = await self._client.call(self._client.request("POST", f"{self._path}/cancel"))
        except (NotHere, Refused):
            return  # it has ended by itself, or is none that could be cancelled
        polling = Polling()
        while response.get("status") in ALIVE:
            await polling.wait()
            response = await self.look_up()
        self.accumulator.take_response(response)
