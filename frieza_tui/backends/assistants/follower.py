"""Follows one run to its true end: by its stream, and where that does not tell, by asking the server."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Final

from frieza_tui.backends.assistants.accumulator import RunAccumulator
from frieza_tui.backends.assistants.wire import run_of
from frieza_tui.backends.loose_json import Json, json_objects, text_of
from frieza_tui.backends.openai_client import OpenAIClient, drain
from frieza_tui.backends.polling import Polling
from frieza_tui.backends.run_reasons import with_reason
from frieza_tui.backends.sdk_errors import stream_cut, timed_out
from frieza_tui.domain.errors import BackendError, BadReply, StreamCut, TimedOut
from frieza_tui.domain.events import ConnectionLost, RunChanged, RunEvent, StreamFault
from frieza_tui.domain.run import ENDED, Run

if TYPE_CHECKING:
    from frieza_tui.backends.openai_client import Request

_FAULT_SETTLE_S: Final = 5.0
_LOOK_S: Final = 20.0
"""For one look, the SDK's own waits before it tries again included."""


class RunFollower:
    """One run, from the request that starts it to a state that it does not leave."""

    def __init__(
        self, client: OpenAIClient, thread_id: str, settle_s: float, earlier_runs: frozenset[str] = frozenset()
    ) -> None:
        """Take the thread.

        settle_s: how long a run that lost its stream may show no progress before it is given up. earlier_runs: ids of
        the thread's other runs, so that this one is found though its stream never said its id.
        """
        self.thread_id = thread_id
        self.accumulator = RunAccumulator()
        self.is_over = False
        """The server said that the run has ended, or that there is none."""
        self._client = client
        self._settle_s = settle_s
        self._earlier_runs = earlier_runs

    @property
    def run_id(self) -> str:
        """The run's id, "" while it is not known."""
        return self.accumulator.run.id if self.accumulator.run else ""

    async def events(self, request: "Request") -> AsyncGenerator[RunEvent, None]:
        """Start the run and yield its events; the last is a RunChanged that ends it, or a StreamFault.

        Raises: BackendError if the run did not start, or if its end can neither be read nor looked up.
        """
        cause: BackendError = stream_cut(self._client.server)
        fault: StreamFault | None = None
        try:
            async with aclosing(self._client.stream(request)) as stream:
                async for name, data in stream:
                    for event in self.accumulator.take(name, data):
                        if isinstance(event, StreamFault):
                            fault = event
                        elif self._is_last(event):
                            async for last in self._ending(event):
                                yield last
                            await drain(stream)
                            return
                        else:
                            yield event
        except (StreamCut, TimedOut, BadReply) as error:
            cause = error
        if fault is None and self.accumulator.run is not None:
            yield ConnectionLost()
        async for event in self._settle(cause, fault):
            yield event

    async def rejoined(self, run_id: str) -> AsyncGenerator[RunEvent, None]:
        """Yield what a run has brought that was started before, and what it still brings; it ends as `events` does.

        Raises: BackendError; NotHere if the server has no such run.
        """
        self.accumulator.run = Run(run_id, "queued", thread_id=self.thread_id)
        try:
            news = await self._look_for_news()
        except TimeoutError:
            raise timed_out(self._client.server) from None
        for event in news or ():
            yield event
        if not self.accumulator.has_ended:
            async for event in self._settle(stream_cut(self._client.server), None):
                yield event

    async def look_up(self) -> Run | None:
        """Return the run as the server has it; None if it has none.

        Raises: BackendError.
        """
        api = self._client.reads.beta.threads.runs.with_streaming_response
        if self.run_id:
            return run_of(await self._client.call(lambda: api.retrieve(self.run_id, thread_id=self.thread_id)))
        listed = await self._client.call(lambda: api.list(self.thread_id, limit=1, order="desc"))
        runs = [run_of(data) for data in json_objects(listed.get("data"))]
        return next((run for run in runs if run.id not in self._earlier_runs), None)

    def note(self, run: Run) -> list[RunEvent]:
        """Take in a state of the run that was looked up."""
        self.is_over = run.status in ENDED
        return self.accumulator.change_run(run)

    def _is_last(self, event: RunEvent) -> bool:
        return isinstance(event, RunChanged) and self.accumulator.has_ended

    async def _ending(self, event: RunEvent) -> AsyncGenerator[RunEvent, None]:
        """Yield the last event, and before it the messages of a run whose stream had none."""
        run = self.accumulator.run
        self.is_over = run is not None and run.status in ENDED
        if run is not None and run.status in ("completed", "incomplete") and not self.accumulator.written_ids:
            for missing in self.accumulator.catch_up(await self._messages(), is_over=True):
                yield missing
        yield event

    async def _settle(self, cause: BackendError, fault: StreamFault | None) -> AsyncGenerator[RunEvent, None]:
        """Ask the server until the run's end is known; what it has beyond the stream is yielded."""
        patience_s = self._settle_s if fault is None else min(self._settle_s, _FAULT_SETTLE_S)
        polling = Polling()
        try:
            while (news := await self._look_for_news()) is not None and polling.silent_s <= patience_s:
                for event in news:
                    yield with_reason(event, fault)
                if self.accumulator.has_ended:
                    return
                if news:
                    polling.note_news()
                await polling.wait()
        except (BackendError, TimeoutError) as error:
            if fault is None:
                raise cause from error
        if fault is None:
            raise cause
        yield fault

    async def _look_for_news(self) -> list[RunEvent] | None:
        """Return what the server has of the run beyond what is known; None if it has no such run."""
        async with asyncio.timeout(_LOOK_S):
            run = await self.look_up()
            if run is None:
                return None
            news = self.accumulator.catch_up(await self._messages(run.id), is_over=run.status in ENDED)
        if self.accumulator.run is None or self.accumulator.run.status != run.status:
            news += self.note(run)
        return news

    async def _messages(self, run_id: str = "") -> list[Json]:
        """Return the run's messages as the server lists them, oldest first."""
        run_id = run_id or self.run_id
        api = self._client.reads.beta.threads.messages.with_streaming_response
        listed = await self._client.call(lambda: api.list(self.thread_id, run_id=run_id, order="asc", limit=100))
        found = json_objects(listed.get("data"))
        # A server that does not know the run_id filter lists the whole thread.
        return [message for message in found if text_of(message.get("run_id")) in ("", run_id)]
