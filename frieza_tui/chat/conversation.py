"""One conversation: its thread, its turns, its queue. Knows no face and no SDK."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace

from frieza_tui.backends.base import Backend, Deletion, Label, Models, Preparation, RunRequest
from frieza_tui.chat.ahead import Ahead
from frieza_tui.chat.branches import Branches
from frieza_tui.chat.cut_run import CutRun, events_of_run
from frieza_tui.chat.journal import Journal, NoJournal
from frieza_tui.chat.message_queue import MessageQueue
from frieza_tui.chat.open_turn import OpenTurn
from frieza_tui.chat.past import Past
from frieza_tui.chat.patience import Patience
from frieza_tui.chat.preparer import Preparer
from frieza_tui.chat.receipt import delete_remote
from frieza_tui.chat.silence import SilenceWatch
from frieza_tui.chat.sweeping import Sweeping
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.errors import BackendError, FriezaError, StoreError
from frieza_tui.domain.run import RunOrigin
from frieza_tui.domain.thread import Thread, user_message
from frieza_tui.domain.turn import TurnEvent, Unsent
from frieza_tui.text.safe import make_safe, safe_line

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Outgoing:
    """A message on its way: what it takes to send it again, and to be as before if it never arrives."""

    text: str
    instead_of: str
    before: Thread


CANCEL_WAIT_S = 8.0
"""How long the next message waits for a cancelled run to be over on the server."""
CLOSE_CANCEL_S = 1.0
"""Of the five seconds that leaving may take: for a run that is still being cancelled; the rest is for the deletions."""


class Chat:
    """One conversation with one assistant over one backend.

    All methods run on the event loop of the face. At most one turn is open at a time.
    """

    _receipt: tuple[Deletion, ...] | None = None
    _server_cancel: asyncio.Task[None] | None = None
    _turn: OpenTurn | None = None
    silence = SilenceWatch()
    """How a server from which nothing comes is noticed."""

    def __init__(
        self,
        backend: Backend,
        assistant: Assistant,
        *,
        is_kept: bool = False,
        journal: Journal | None = None,
        past: Past | None = None,
        sweep: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        """Begin a conversation.

        is_kept: the remote objects are left on the server. journal: who keeps it; None: nobody. past: the
        kept thread that it goes on with; None: a new one. sweep: deletes what earlier programs left on servers, in the
        background once the backend is ready, or has failed to be.
        """
        self.assistant = assistant
        self.past = past or Past(Thread())
        """What came before, at the conversation's beginning."""
        self.queue = MessageQueue(self.past.queued)
        self.preparation = Preparation("connecting")
        self.on_preparation: Callable[[Preparation], object] = lambda _preparation: None
        """Called whenever the way to the first answer moves on."""
        self.trouble: StoreError | None = None
        """Why the conversation is not kept at the moment."""
        self.on_trouble: Callable[[StoreError | None], object] = lambda _error: None
        """Called when the conversation can no longer be kept; with None once all of it is kept again."""
        self.take_over: Callable[[Past], Past] = lambda past: past
        """Finds the run from which the rest of a kept thread's last reply may be had; may raise StoreError."""
        self.patience = Patience()
        """How a turn waits for a server that asks for it."""
        self._journal = journal or NoJournal()
        self._journal.on_trouble = self._note_trouble
        self._keep: Callable[[Thread], None] = lambda thread: self._journal.keep(thread, assistant.name)
        self.branches = Branches(self.past, self._keep)
        """The thread as it branches."""
        self._backend = backend
        self._backend.on_preparation = self._note_preparation
        self._preparer = Preparer(backend, lambda: self.preparation, self._note_preparation)
        self._is_kept = is_kept
        self._unsent: _Outgoing | None = None
        self._sweeping = Sweeping(sweep)
        self.ahead = Ahead(backend, lambda draft: None if self._turn or len(self.queue) else _request(self, draft))
        """What is being written, read ahead by a backend that can."""

    @property
    def thread(self) -> Thread:
        """The thread as it is now; its messages are what the assistant is given."""
        return self.branches.thread

    @property
    def label(self) -> Label:
        """Which API, where, which model; safe to show, though servers and files name models as they like."""
        label = self._backend.label
        server, model, why = (safe_line(words, 200) for words in (label.server, label.model, label.why))
        return replace(label, server=server, model=model, why=why)

    @property
    def models(self) -> Models | None:
        """Whom of the server's models to choose from; None where there is no choice."""
        return self._backend.models

    @property
    def is_busy(self) -> bool:
        """Whether a turn is open."""
        return self._turn is not None

    @property
    def can_retry(self) -> bool:
        """Whether there is a user's message that `retry` would run again."""
        return not self.is_busy and (self._unsent is not None or bool(self.thread.messages))

    @property
    def can_rejoin(self) -> bool:
        """Whether the last reply was cut off and the server may have the rest, which `retry` then fetches."""
        return not self.is_busy and self.branches.cut_run is not None

    @property
    def can_go_on(self) -> bool:
        """Whether the last reply is only a part, from which the assistant can be asked to go on."""
        last = self.thread.messages[-1] if self.thread.messages else None
        return not self.is_busy and last is not None and (last.role, last.status) == ("assistant", "incomplete")

    async def prepare(self) -> None:
        """Warm the backend up. Never raises: a failure shows in `preparation`, and again when a message is sent."""
        try:
            await self._preparer.prepare()
        except FriezaError as error:
            self._note_preparation(Preparation("failed", detail=str(error)))
        else:
            self._note_preparation(Preparation("ready"))
        self._sweeping.begin()

    def send(self, text: str, instead_of: str = "") -> AsyncGenerator[TurnEvent, None]:
        """Append the user's message, run the assistant, and yield what happens.

        instead_of: the id of a message of the user's beside which this one begins a new branch.
        Yields: run events, their texts safe to show, then exactly one TurnEnded. Closing the generator early stops
        the turn as `stop` does.
        """
        self._unsent = None
        before = self.thread
        self.branches.begin_turn(user_message(text), instead_of)
        return self._run_turn(_Outgoing(text, instead_of, before))

    def retry(self, message_id: str = "") -> AsyncGenerator[TurnEvent, None]:
        """Ask again: run a user's message once more, its earlier reply stays as a branch.

        message_id: of the message or of its reply; "" for the last one: of a reply that was cut off the rest is
        fetched, and a message that never arrived is sent.
        Yields as `send`; of a cut reply first what is known of it.
        """
        cut_run = self.branches.cut_run
        if cut_run is not None and not message_id:
            self.branches.take_cut_reply()
            return self._run_turn(None, cut_run)
        if self._unsent is not None and not message_id:
            return self.send(self._unsent.text, self._unsent.instead_of)
        self.branches.ask_again(self.branches.asked_by(message_id))
        return self._run_turn(None)

    def stop(self) -> bool:
        """End the open turn at once; the run is cancelled on the server behind it. False if no turn is open."""
        turn = self._turn
        if turn is None or not turn.cancel():
            return False
        self._server_cancel = asyncio.create_task(self._cancel_on_server(turn, self._server_cancel))
        return True

    def go_on_with(self, past: Past) -> bool:
        """Go on with another thread, a kept or a new one. False, and nothing changes, while a turn is open."""
        if self._turn is not None:
            return False
        self.past, self._unsent = past, None
        self.branches = Branches(past, self._keep)
        self.queue.replace(past.queued)
        self._journal.go_on(past.thread)
        self.ahead.tell()
        return True

    async def keep_anew(self) -> str:
        """Move the file aside that cannot be used, and keep the conversation in a new one; returns the old one's path.

        The path is safe to show. Raises: StoreError.
        """
        moved = await self._journal.begin_anew(self.thread, self.assistant.name)
        if self._turn is not None:
            told = tuple(self._turn.told)
            self._journal.begin_run(self.thread, self.assistant.name, _origin(self.label), told)
        return safe_line(moved, 400)

    async def lost_unsent(self) -> Unsent:
        """Return, once, what was written in a program that crashed before its first message; safe to show."""
        lost = await self._journal.lost_unsent()
        return Unsent(make_safe(lost.draft), tuple(map(make_safe, lost.queued)))

    def keep_unsent(self, draft: str) -> None:
        """Keep what is written and not sent, and what waits in the queue, over a crash; "" for nothing written."""
        self._journal.keep_unsent(self.thread.id, Unsent(draft, tuple(text for _number, text in self.queue)))

    async def close(self) -> tuple[Deletion, ...]:
        """Stop, delete what was made on the server (unless it is to be kept), and free the backend; at most 5 s.

        Returns: one Deletion for each remote object, the same ones however often it is called.
        """
        if self._receipt is None:
            self._receipt = ()
            self.stop()
            await self._sweeping.end()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._finish_server_cancel(), CLOSE_CANCEL_S)
            self._receipt = await delete_remote(self._backend, is_kept=self._is_kept)
            await self._backend.close()
            if self._turn is not None:
                self._close_turn(self._turn, None)
            await self._journal.close()
        return self._receipt

    async def _run_turn(
        self, unsent: _Outgoing | None, cut_run: CutRun | None = None
    ) -> AsyncGenerator[TurnEvent, None]:
        turn = self._turn = OpenTurn(time.monotonic, is_sent=unsent is None)
        known = cut_run.known if cut_run is not None else ()
        self._journal.begin_run(self.thread, self.assistant.name, _origin(self.label), known)
        if cut_run is not None:
            turn.know(known)
        turn.pump = asyncio.create_task(self._pump(turn, cut_run))
        try:
            async with aclosing(turn.events()) as events:
                async for event in events:
                    yield event
        finally:
            if turn.ended is None:
                self.stop()
            self._close_turn(turn, unsent)

    def _close_turn(self, turn: OpenTurn, unsent: _Outgoing | None) -> None:
        if turn is not self._turn:
            return
        self._turn = None
        if turn.ended is None:
            return
        reply = turn.reply()
        if reply is None and unsent is not None and not turn.ended.is_sent:
            self._unsent, self.branches.thread = unsent, unsent.before
        else:
            self.branches.end_turn(reply, turn.told, turn.ended, turn.cut_run)
        self._journal.end_run(self.thread, self.assistant.name, _origin(self.label), turn.ended)
        self.ahead.tell()

    async def _pump(self, turn: OpenTurn, cut_run: CutRun | None) -> None:
        """Read the backend's events into the turn; the one streaming loop of the program."""
        try:
            await self._finish_server_cancel()
            await self.patience.run(lambda: self._run(turn, cut_run), turn)
        except FriezaError as error:
            log.warning("a turn failed: %s", _facts_of(error))
            if self.preparation.stage != "ready":
                self._note_preparation(Preparation("failed", detail=str(error)))
            turn.fail(error, goes_on=self._backend.resume_run is not None)
        except Exception as error:
            log.exception("a turn ended by an error of our own")
            turn.crash(error)
        else:
            turn.run_out()

    async def _run(self, turn: OpenTurn, cut_run: CutRun | None) -> None:
        await self._preparer.prepare()
        self._note_preparation(Preparation("ready"))
        await self._journal.written()
        self._sweeping.begin()
        turn.ask()
        run_events, unknown_before = events_of_run(self._backend, _request(self), cut_run), self._backend.unknown_events
        watched = self.silence.over(turn, lambda: self._backend.signs_of_life)
        async with aclosing(run_events) as events, watched:
            async for event in events:
                if turn.ended is None:
                    self._journal.take(event)
                    turn.take(event)
        if unknown := self._backend.unknown_events - unknown_before:
            log.info("%d events of the stream were passed over, for nothing here knows them", unknown)
        if cut_run is None and (limit := turn.limit) is not None:
            raise limit

    async def _cancel_on_server(self, turn: OpenTurn, before: asyncio.Task[None] | None) -> None:
        if turn.pump is not None:
            turn.pump.cancel()
            await asyncio.wait([turn.pump])
        if before is not None:
            await asyncio.wait([before])  # a backend cancels one run at a time
        try:
            await asyncio.wait_for(self._backend.cancel_run(), CANCEL_WAIT_S)
        except (FriezaError, TimeoutError) as error:
            log.warning("the run could not be cancelled on the server: %s", type(error).__name__)

    async def _finish_server_cancel(self) -> None:
        if self._server_cancel is not None:
            await asyncio.wait([self._server_cancel])
            self._server_cancel = None

    def _note_trouble(self, error: StoreError | None) -> None:
        self.trouble = error
        self.on_trouble(error)

    def _note_preparation(self, preparation: Preparation) -> None:
        if preparation != self.preparation:
            self.preparation = preparation
            self.on_preparation(preparation)
            self.ahead.tell()


def _request(chat: Chat, draft: str = "") -> RunRequest:
    """Return the run that is asked for now, or would be if a draft were sent."""
    thread = chat.thread.with_message(user_message(draft)) if draft else chat.thread
    return RunRequest(chat.assistant, thread)


def _facts_of(error: FriezaError) -> str:
    """Return for the log what an error was, without its words, which may quote a message."""
    if not isinstance(error, BackendError):
        return type(error).__name__
    facts = error.facts
    return f"{type(error).__name__}, status {facts.status}, request {facts.request_id}, of {facts.provider}"


def _origin(label: Label) -> RunOrigin:
    return RunOrigin(label.api, label.server, label.model)
