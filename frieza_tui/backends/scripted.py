"""A backend that replies from a script: for tests, for --demo and for screenshots. Never the default; no network."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from frieza_tui.backends.base import Deletion, Expect, Label, Models, Preparation, RunRequest
from frieza_tui.backends.drafts import MessageDraft
from frieza_tui.domain.errors import ServerFault
from frieza_tui.domain.events import (
    AnnotationAdded,
    ImageAdded,
    MessageClosed,
    MessageOpened,
    RefusalDelta,
    RunChanged,
    RunEvent,
    StreamFault,
    TextDelta,
)
from frieza_tui.domain.run import Run, RunStatus, Usage
from frieza_tui.domain.thread import new_id


@dataclass(frozen=True, slots=True)
class Pause:
    """A wait within a reply."""

    seconds: float


SCRIPTED: Final = Label("scripted", "script", "script")
Piece: TypeAlias = str | asyncio.Event | Pause | RunEvent | Exception
Step: TypeAlias = Preparation | asyncio.Event | Pause | Exception

_CONTENT = (TextDelta, RefusalDelta, AnnotationAdded, ImageAdded)


class Reply:
    """One scripted run.

    Pieces, in order: a str is a text delta; an Event is a gate that the reply waits at; a Pause is a wait; an Exception
    is raised there; a RunEvent is yielded as it is (content events get the open message's id). A RunChanged in a final
    state or in requires_action, or a StreamFault, ends the run; without one it ends completed.
    """

    def __init__(self, *pieces: Piece, before: Sequence[asyncio.Event | Pause | Exception] = ()) -> None:
        self.pieces = pieces
        self.before = tuple(before)
        """What happens before the run exists: here an Exception means that the message never arrived."""


def final(status: RunStatus, **facts: object) -> RunChanged:
    """Return the event that ends a scripted run in a state; facts are fields of `Run`. The run's id is filled in."""
    return RunChanged(replace(Run("", status), **facts))  # type: ignore[arg-type]


@dataclass(slots=True)
class _Play:
    """One run of a reply: what is open, and whether it has ended."""

    run_id: str = field(default_factory=lambda: new_id("run"))
    draft: MessageDraft | None = None
    deltas: int = 0
    has_ended: bool = False


class ScriptedBackend:
    """Implements Backend from a list of replies, one for each run."""

    resume_run: None = None
    signs_of_life: int = 0

    def __init__(
        self,
        script: Sequence[Reply],
        *,
        delay_s: float = 0.0,
        is_endless: bool = False,
        preparation: Sequence[Step] = (Preparation("ready"),),
        label: Label = SCRIPTED,
    ) -> None:
        """Take the script.

        delay_s: seconds before each text delta. is_endless: begin again after the last reply; without it, a run past
        the end raises ServerFault. preparation: what `prepare` reports, waits for or raises, in order. label: what it
        calls itself.
        """
        self.on_preparation: Callable[[Preparation], None] = lambda _step: None
        self.unknown_events = 0
        self.requests: list[RunRequest] = []
        """Every run that was asked for, oldest first."""
        self.cancelled_runs: list[str] = []
        """Ids of the runs that `cancel_run` cancelled, oldest first."""
        self.cancel_gate: asyncio.Event | None = None
        """If set, `cancel_run` waits for it, as for a slow server."""
        self.cancel_error: Exception | None = None
        self.deletions: tuple[Deletion, ...] | None = None
        """If set, what `delete_remote` answers."""
        self.delete_gate: asyncio.Event | None = None
        self.models: Models | None = None
        self.expect: Expect | None = None
        """If set, told of what is being written."""
        self.is_closed = False
        self._script = tuple(script)
        self._delay_s = delay_s
        self._is_endless = is_endless
        self._preparation = tuple(preparation)
        self._label = label
        self._open_run: str | None = None
        self._remote_ids: dict[str, str] = {}

    @property
    def label(self) -> Label:
        """What the script calls itself."""
        return self._label

    @property
    def remote_objects(self) -> tuple[Deletion, ...]:
        """A made-up thread and assistant, from the first run on until they are deleted."""
        return tuple(Deletion(kind, remote_id, False) for kind, remote_id in self._remote_ids.items())

    async def prepare(self) -> None:
        """Go through the scripted preparation."""
        for step in self._preparation:
            if isinstance(step, Preparation):
                self.on_preparation(step)
            else:
                await _wait_or_raise(step)

    async def stream_run(self, request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        """Play the next reply."""
        self.requests.append(request)
        reply = self._next_reply()
        for obstacle in reply.before:
            await _wait_or_raise(obstacle)
        self._remote_ids = self._remote_ids or {"thread": new_id("thread"), "assistant": new_id("asst")}
        play = _Play()
        self._open_run = play.run_id
        yield self._run_changed(play, "queued")
        yield self._run_changed(play, "in_progress")
        for piece in reply.pieces:
            for event in await self._perform(play, piece):
                yield event
            if play.has_ended:
                break
        for event in self._end(play):
            yield event
        self._open_run = None

    async def cancel_run(self) -> None:
        """Note the run as cancelled, once its gate is open."""
        if self._open_run is None:
            return
        if self.cancel_gate is not None:
            await self.cancel_gate.wait()
        if self.cancel_error is not None:
            raise self.cancel_error
        self.cancelled_runs.append(self._open_run)
        self._open_run = None

    async def delete_remote(self) -> tuple[Deletion, ...]:
        """Say that the thread and the assistant are deleted, if a run ever made them."""
        if self.delete_gate is not None:
            await self.delete_gate.wait()
        receipt = tuple(replace(line, is_deleted=True) for line in self.remote_objects)
        self._remote_ids = {}
        return receipt if self.deletions is None else self.deletions

    async def close(self) -> None:
        """Note that it was closed."""
        self.is_closed = True

    def _next_reply(self) -> Reply:
        turn = len(self.requests) - 1
        if self._script and (self._is_endless or turn < len(self._script)):
            return self._script[turn % len(self._script)]
        raise ServerFault("The script has no reply left.", "Give ScriptedBackend one Reply for each run.")

    def _run_changed(self, play: _Play, status: RunStatus) -> RunChanged:
        return RunChanged(Run(play.run_id, status, model=self._label.model))

    async def _perform(self, play: _Play, piece: Piece) -> list[RunEvent]:
        if isinstance(piece, asyncio.Event | Pause | Exception):
            await _wait_or_raise(piece)
            return []
        if isinstance(piece, str):
            await asyncio.sleep(self._delay_s)
            return _content(play, TextDelta("", piece))
        if isinstance(piece, _CONTENT):
            return _content(play, piece)
        if isinstance(piece, RunChanged):
            return self._change_run(play, piece.run)
        play.has_ended = isinstance(piece, StreamFault)
        return [piece]

    def _change_run(self, play: _Play, run: Run) -> list[RunEvent]:
        changed = RunChanged(replace(run, id=play.run_id, model=run.model or self._label.model))
        if not run.has_stopped:
            return [changed]
        play.has_ended = True
        return [*_close(play, run.status, run.incomplete_reason), changed]

    def _end(self, play: _Play) -> list[RunEvent]:
        if play.has_ended:
            return []
        run = Run(play.run_id, "completed", usage=Usage(input_tokens=12, output_tokens=play.deltas))
        return self._change_run(play, run)


async def _wait_or_raise(piece: asyncio.Event | Pause | Exception) -> None:
    if isinstance(piece, Exception):
        raise piece
    await (piece.wait() if isinstance(piece, asyncio.Event) else asyncio.sleep(piece.seconds))


def _content(play: _Play, event: TextDelta | RefusalDelta | AnnotationAdded | ImageAdded) -> list[RunEvent]:
    opening: list[RunEvent] = []
    if play.draft is None:
        play.draft = MessageDraft(new_id("msg"))
        opening = [MessageOpened(play.draft.message_id)]
    if isinstance(event, TextDelta | RefusalDelta) and not event.text:
        return opening
    event = replace(event, message_id=play.draft.message_id)
    play.draft.add(event)
    play.deltas += 1
    return [*opening, event]


def _close(play: _Play, status: RunStatus, reason: str | None) -> list[RunEvent]:
    draft, play.draft = play.draft, None
    if draft is None:
        return []
    if status in ("completed", "requires_action"):
        return [MessageClosed(draft.message("completed"))]
    return [MessageClosed(draft.message("incomplete"), reason or f"run_{status}")]
