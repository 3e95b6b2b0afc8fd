"""An open turn: gathers a run's events, makes their texts safe, and ends exactly once. Knows no backend and no face."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import replace
from typing import Final

from frieza_tui.backends.base import RemoteRun
from frieza_tui.backends.run_reasons import advice_for, limit_of
from frieza_tui.chat.cut_run import CutRun, open_run_of
from frieza_tui.chat.stopwatch import Stopwatch
from frieza_tui.crash_report import mistake_words, report_sentence
from frieza_tui.domain.errors import (
    AuthFailed,
    FriezaError,
    NotHere,
    RateLimited,
    Refused,
    ServerFault,
    TimedOut,
    Unreachable,
)
from frieza_tui.domain.events import (
    ConnectionLost,
    MessageClosed,
    MessageOpened,
    RunChanged,
    RunEvent,
    StepChanged,
    StreamFault,
    TextDelta,
    ThreadCreated,
    ThreadLost,
)
from frieza_tui.domain.growing_reply import GrowingReply
from frieza_tui.domain.run import Run
from frieza_tui.domain.thread import Message
from frieza_tui.domain.turn import Rest, Trouble, TurnDelayed, TurnEnded, TurnEvent, TurnSilent
from frieza_tui.i18n import _
from frieza_tui.text.safe import safe_line
from frieza_tui.text.safe_events import SafeEvents
from frieza_tui.text.sentences import as_sentence

_LONGEST_ID: Final = 4000
"""Characters; gateways put what they want to know again into an id."""


class OpenTurn:
    """What is known of a turn while it runs; one reader takes its events."""

    def __init__(self, clock: Callable[[], float], *, is_sent: bool = False) -> None:
        """Begin; is_sent: the user's message has been in the thread since an earlier turn."""
        self.pump: asyncio.Task[None] | None = None
        """The task that reads the backend; set by the owner."""
        self.ended: TurnEnded | None = None
        self.cut_run: CutRun | None = None
        """If the turn has failed and the server may have the rest of the reply: its run."""
        self.told: list[RunEvent] = []
        """All that came, as it came."""
        self._stopwatch = Stopwatch(clock)
        self._was_sent = is_sent
        self._run: Run | None = None
        self._fault: StreamFault | None = None
        self._reply = GrowingReply()
        self._safe = SafeEvents()
        self._waiting: list[TurnEvent] = []
        self._arrived = asyncio.Event()

    @property
    def has_run(self) -> bool:
        """Whether anything was heard of a run."""
        return self._run is not None or self._fault is not None

    @property
    def limit(self) -> RateLimited | None:
        """The rate limit that ended the run before it brought anything: another one doubles nothing. Else None."""
        error = self._run.error if self._run is not None and self._run.status == "failed" else None
        if error is None and self._fault is not None:
            error = self._fault.error
        return None if error is None or any(map(_brings_something, self.told)) else limit_of(error)

    async def events(self) -> AsyncGenerator[TurnEvent, None]:
        """Yield the turn's events as they come; the last one is its TurnEnded."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            batch, self._waiting = self._waiting, []
            for event in batch:
                yield event
                if isinstance(event, TurnEnded):
                    return

    def ask(self) -> None:
        """The request for the run goes out now; a run that brought nothing is forgotten."""
        if self.limit is not None:
            self._was_sent = self._was_sent or self._run is not None
            self._run = self._fault = None
        self._stopwatch.ask()

    def take(self, event: RunEvent) -> None:
        """Take in the next event of the run; texts that wait unread are joined."""
        if self.ended is not None:
            return
        match event:
            case RunChanged(run):
                self._run = run
            case StreamFault():
                self._fault = event
            case _:
                self._stopwatch.note(event)
        self._reply.take(event)
        self.told.append(event)
        for safe_event in self._safe.make(event):
            self._put(safe_event)

    def delay(self, delayed: TurnDelayed) -> None:
        """Tell of a wait."""
        if self.ended is None:
            self._put(replace(delayed, happened=safe_line(delayed.happened, 600)))

    def be_silent(self, silent: TurnSilent) -> None:
        """Tell for how long nothing has come."""
        if self.ended is None:
            self._put(silent)

    def know(self, events: Iterable[RunEvent]) -> None:
        """Take in what is known already of a run that is told again; its speed cannot be measured any more."""
        for event in events:
            self.take(event)
        self._stopwatch.forget()

    def run_out(self) -> None:
        """The backend has nothing more to say: end the turn as the run's last state tells."""
        self._end(_ending(self._run, self._fault))

    def fail(self, error: FriezaError, *, goes_on: bool = False) -> None:
        """End the turn by an error that users are told about. goes_on: its run may go on without its stream."""
        run = open_run_of(self.told)
        if self.ended is None and run is not None and goes_on and not isinstance(error, NotHere | Refused):
            self.cut_run = CutRun(RemoteRun(run.id, run.thread_id), tuple(self.told))
        rest: Rest = "on_server" if self.cut_run is not None else "lost" if self._reply.has_begun else ""
        ended = TurnEnded("failed", _with_request_id(error), error.todo, is_sent=self._run is not None)
        self._end(replace(ended, trouble=_trouble(error), rest=rest))

    def crash(self, error: Exception) -> None:
        """End the turn by an error of our own."""
        happened = f"{mistake_words(error)} {report_sentence(error)}"
        self._end(TurnEnded("failed", happened, _("Send again."), self._run is not None))

    def cancel(self) -> bool:
        """End the turn by the user's wish. False if it has ended already."""
        if self.ended is not None:
            return False
        self._end(TurnEnded("cancelled"))
        return True

    def reply(self) -> Message | None:
        """The assistant's message as far as it came, its text as it came; None if there is none."""
        is_whole = self.ended is not None and self.ended.outcome == "done"
        message = self._reply.message(is_whole=is_whole)
        # Else no file may hold it; but whole, for the server knows it by that.
        return None if message is None else replace(message, id=safe_line(message.id, _LONGEST_ID))

    def _put(self, event: TurnEvent) -> None:
        last = self._waiting[-1] if self._waiting else None
        if (
            isinstance(event, TextDelta)
            and isinstance(last, TextDelta)
            and (last.message_id, last.part) == (event.message_id, event.part)
        ):
            self._waiting[-1] = replace(last, text=last.text + event.text)
        else:
            self._waiting.append(event)
        self._arrived.set()

    def _end(self, ending: TurnEnded) -> None:
        if self.ended is not None:
            return
        for event in self._safe.close():
            self._put(event)
        usage = self._run.usage if self._run else None
        self._stopwatch.stop()
        self.ended = replace(
            ending,
            is_sent=ending.is_sent or self._was_sent,
            happened=safe_line(ending.happened, 600),
            todo=safe_line(ending.todo, 600),
            usage=usage,
            first_token_s=self._stopwatch.first_token_s,
            tokens_per_s=self._stopwatch.tokens_per_s(usage),
            total_s=self._stopwatch.total_s,
        )
        self._put(self.ended)


_EMPTY = (ThreadCreated, ThreadLost, RunChanged, MessageOpened, StreamFault, ConnectionLost)


def _brings_something(event: RunEvent) -> bool:
    match event:
        case MessageClosed(message):
            return bool(message.parts)
        case StepChanged(step):
            return bool(step.tool_calls)
        case _:
            return not isinstance(event, _EMPTY)


def _with_request_id(error: FriezaError) -> str:
    """Return what happened; of a failure on the server's side with what its people find it by."""
    if not isinstance(error, ServerFault) or not error.facts.request_id:
        return error.happened
    number = _("Its request id is {id}.").format(id=safe_line(error.facts.request_id, 80))
    return f"{error.happened} {number}"


def _trouble(error: FriezaError) -> Trouble:
    match error:
        case Unreachable() | TimedOut():
            return "connection"
        case AuthFailed():
            return "key"
        case RateLimited():
            return "limit"
        case _:
            return ""


def _ending(run: Run | None, fault: StreamFault | None) -> TurnEnded:
    """Tell how a turn ended from the last that was heard of its run."""
    if run is not None:
        match run.status:
            case "completed":
                return TurnEnded("done")
            case "incomplete":
                return TurnEnded("incomplete", _incomplete_sentence(run.incomplete_reason))
            case "cancelled" | "cancelling":
                return TurnEnded("cancelled", _("The run was cancelled on the server."))
            case "requires_action":
                return _unanswered_call(run)
            case "expired":
                return TurnEnded("failed", _("The run took too long and expired on the server."), _("Ask again."))
            case "failed":
                return _failed(run)
            case _:
                pass
    if fault is not None:
        happened = _("The server reported an error: {message}").format(
            message=as_sentence(fault.error.message or fault.error.code)
        )
        limit = limit_of(fault.error)
        todo = limit.todo if limit else advice_for(fault.error)
        return TurnEnded("failed", happened, todo, is_sent=run is not None, trouble="limit" if limit else "")
    return TurnEnded(
        "failed", _("The stream ended before the run did."), _("Ask again to go on."), is_sent=run is not None
    )


def _failed(run: Run) -> TurnEnded:
    error = run.error
    if error is None:
        return TurnEnded("failed", _("The run failed on the server, which did not say why."), _("Ask again."))
    if (limit := limit_of(error)) is not None:
        return TurnEnded("failed", limit.happened, limit.todo, trouble="limit")
    happened = _("The run failed on the server: {message}").format(message=as_sentence(error.message or error.code))
    return TurnEnded("failed", happened, advice_for(error))


def _unanswered_call(run: Run) -> TurnEnded:
    names = ", ".join(call.name for call in run.required_calls) or "?"
    return TurnEnded(
        "failed",
        _("The assistant asked for a function that nothing here can carry out: {names}.").format(names=names),
        _("Ask for something else, or use an assistant without functions."),
    )


def _incomplete_sentence(reason: str | None) -> str:
    match reason:
        case "max_completion_tokens" | "max_tokens" | "max_output_tokens" | "length":
            return _("The reply reached its largest allowed length.")
        case "max_prompt_tokens":
            return _("The conversation is longer than the model can read.")
        case "content_filter":
            return _("A content filter stopped the reply.")
        case None:
            return _("The reply is not whole; the server did not say why.")
        case _:
            return _("The reply is not whole: {reason}.").format(reason=reason)
