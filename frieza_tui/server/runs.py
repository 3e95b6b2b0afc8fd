"""The runs that live: tasks of the server, which go on whether or not anybody listens. Knows no HTTP."""

import asyncio
import logging
import traceback
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from functools import partial

from frieza_tui.backends.base import Backend, RunRequest
from frieza_tui.domain.errors import FriezaError
from frieza_tui.domain.run import RunError, ToolCall
from frieza_tui.i18n import _
from frieza_tui.server import convert
from frieza_tui.server.errors import ApiError
from frieza_tui.server.event_stream import EventStream
from frieza_tui.server.objects import IncompleteDetails, MessageObject, RunObject, StepObject
from frieza_tui.server.options import ServerOptions
from frieza_tui.server.recorder import Recorder
from frieza_tui.server.run_writer import Final, RunWriter
from frieza_tui.server.state import State

_CANCEL_S = 15.0
_STOP_S = 1.0
_EVENTS_PER_TURN = 32
_log = logging.getLogger(__name__)


class LiveRun:
    """One run: the task that reads the backend, and what it writes."""

    def __init__(self, writer: RunWriter, recorder: Recorder, backend: Backend, turn: asyncio.Lock) -> None:
        self.writer = writer
        self.on_end: Callable[[], None] = lambda: None
        """Called once the run has ended and no task works on it. Set by the owner."""
        self._recorder = recorder
        self._backend = backend
        self._turn = turn
        self.reader: asyncio.Task[None] | None = None
        """The task that reads the backend."""
        self._stopping: Final | None = None
        self._stop_error: RunError | None = None

    @property
    def run(self) -> RunObject:
        """The run as it stands."""
        return self.writer.run

    def listen(self, stream: EventStream) -> None:
        """Send what is written from now on to a stream."""
        self._recorder.stream = stream

    def start(self, request: RunRequest, grace_s: float) -> None:
        """Begin to read the backend, or go on after tool outputs; runs take turns on the backend."""
        self.reader = asyncio.create_task(self._read(request, grace_s))
        self.reader.add_done_callback(self._end)

    def stop(self, status: Final, error: RunError | None = None) -> None:
        """End the run in a state; where a backend works on it, once that has confirmed. The first call counts."""
        if self._stopping is not None:
            return
        self._stopping, self._stop_error = status, error
        if self.reader is None or self.reader.done():
            self.writer.finish(status, error=error)
            self.on_end()
        else:
            self.reader.cancel()

    def abandon(self) -> None:
        """End the run now, whatever the backend still does."""
        if self.reader is not None:
            self.reader.cancel()
        self.writer.finish(self._stopping or "cancelled", error=self._stop_error)

    async def _read(self, request: RunRequest, grace_s: float) -> None:
        async with self._turn:
            try:
                async with aclosing(self._backend.stream_run(request)) as events:
                    count = 0
                    async for event in events:
                        self.writer.apply(event)
                        count += 1
                        await self._give_way(count, grace_s)
            except asyncio.CancelledError:
                await self._cancel_on_backend()
                raise

    async def _give_way(self, count: int, grace_s: float) -> None:
        """Let others work between events; wait a little for this run's own reader."""
        stream = self._recorder.stream
        if stream is not None and stream.is_full:
            await stream.make_room(grace_s)
        elif count % _EVENTS_PER_TURN == 0:
            await asyncio.sleep(0)

    async def _cancel_on_backend(self) -> None:
        try:
            async with asyncio.timeout(_CANCEL_S):
                await self._backend.cancel_run()
        except (FriezaError, TimeoutError) as error:
            _log.warning("the backend did not confirm a cancel: %s", type(error).__name__)

    def _end(self, reader: asyncio.Task[None]) -> None:
        if reader is not self.reader:
            return  # tool outputs came while the backend was still tidying up
        if reader.cancelled():
            self.writer.finish(self._stopping or "cancelled", error=self._stop_error)
        elif (error := reader.exception()) is not None:
            self.writer.finish("failed", error=self._reason(error))
        elif not self.writer.is_waiting:
            self.writer.finish("failed", error=RunError("server_error", _("The backend ended before the run did.")))
        if self.writer.has_ended:
            self.on_end()

    def _reason(self, error: BaseException) -> RunError:
        if isinstance(error, FriezaError):
            return convert.run_error(error)
        # Frames only: an unknown error's own words may hold message text.
        frames = "".join(traceback.format_tb(error.__traceback__))
        _log.error("a run failed with %s:\n%s", type(error).__name__, frames)
        happened = _("The server failed ({kind}); its log says where.").format(kind=type(error).__name__)
        return RunError("server_error", happened)


class Runs:
    """Every run that has not ended, by thread."""

    def __init__(self, backend: Backend, state: State, options: ServerOptions) -> None:
        self._backend = backend
        self._state = state
        self._options = options
        self._turn = asyncio.Lock()
        self._by_thread: dict[str, LiveRun] = {}

    def active(self, thread_id: str) -> LiveRun | None:
        """Return the thread's run that has not ended."""
        live = self._by_thread.get(thread_id)
        return None if live is None or live.writer.has_ended else live

    def require_idle(self, thread_id: str) -> None:
        """Raise ApiError 400 if the thread has a run that has not ended."""
        if (active := self.active(thread_id)) is not None:
            raise ApiError(400, f"Thread {thread_id} already has an active run {active.run.id}.")

    def create(self, run: RunObject, request: RunRequest, stream: EventStream | None) -> None:
        """Keep a new run on an idle thread, tell of it, and begin it."""
        recorder = Recorder(self._state, run.thread_id, run.id)
        recorder.stream = stream
        live = LiveRun(
            RunWriter(run, recorder, tells_reading=self._options.tells_reading), recorder, self._backend, self._turn
        )
        timer = asyncio.get_running_loop().call_later(self._options.run_lifetime_s, live.stop, "expired")
        live.on_end = partial(self._let_go, live, timer)
        live.writer.create()
        self._by_thread[run.thread_id] = live
        live.start(request, self._options.reader_grace_s)

    def require_waiting(self, run: RunObject, call_ids: set[str]) -> LiveRun:
        """Return the run that waits for the outputs of just these calls. Raises: ApiError 400."""
        live = self.active(run.thread_id)
        if live is None or live.run.id != run.id or not live.writer.is_waiting:
            raise ApiError(400, f"Runs in status '{run.status}' do not accept tool outputs.")
        wanted = {call.id for call in live.writer.required}
        if wanted != call_ids:
            raise ApiError(400, f"Expected tool outputs for call_ids {sorted(wanted)}, got {sorted(call_ids)}.")
        return live

    def submit(self, run: RunObject, outputs: dict[str, str], request: RunRequest, stream: EventStream | None) -> None:
        """Go on with a run that waits for these outputs, given by call id. Raises: ApiError 400."""
        live = self.require_waiting(run, set(outputs))
        called = live.writer.required
        if stream is not None:
            live.listen(stream)
        live.writer.resume(outputs)
        calls = tuple(convert.grown(call, ToolCall(call.kind, outputs=(outputs[call.id],))) for call in called)
        live.start(replace(request, tool_outputs=calls), self._options.reader_grace_s)

    def cancel(self, run: RunObject) -> RunObject:
        """Begin to cancel a run; return it as it stands.

        Raises: ApiError 400 if it has ended or is being cancelled.
        """
        live = self.active(run.thread_id)
        if live is None or live.run.id != run.id or live.run.status == "cancelling":
            raise ApiError(400, f"Cannot cancel run with status '{run.status}'.")
        live.writer.cancelling()
        live.stop("cancelled")
        return live.run

    def drop(self, thread_id: str) -> None:
        """Stop what works on a thread that has been deleted."""
        if (live := self.active(thread_id)) is not None:
            live.stop("cancelled")

    async def stop(self) -> None:
        """End every run, because the server ends; a backend gets a second to confirm."""
        lives = list(self._by_thread.values())
        for live in lives:
            live.stop("failed", RunError("server_error", _("The server was stopped.")))
        readers = {live.reader for live in lives if live.reader is not None}
        if readers:
            await asyncio.wait(readers, timeout=_STOP_S)
        for live in lives:
            live.abandon()

    def _let_go(self, live: LiveRun, timer: asyncio.TimerHandle) -> None:
        timer.cancel()
        if self._by_thread.get(live.run.thread_id) is live:
            del self._by_thread[live.run.thread_id]


def mend(state: State) -> None:
    """End what an earlier server left unfinished when it was killed."""
    error = RunError("server_error", _("The server stopped before the run had ended."))
    for message in state.unfinished(MessageObject):
        message.status, message.incomplete_at = "incomplete", convert.now()
        message.incomplete_details = IncompleteDetails("run_failed")
        state.save(message)
    for step in state.unfinished(StepObject):
        step.status, step.failed_at, step.last_error = "failed", convert.now(), convert.step_error(error)
        state.save(step)
    for run in state.unfinished(RunObject):
        RunWriter(run, Recorder(state, run.thread_id, run.id)).finish("failed", error=error)
