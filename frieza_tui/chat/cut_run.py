"""A run whose stream was cut, and what it brings beyond what is known of it. Knows no face and no backend."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from frieza_tui.backends.base import Backend, RemoteRun, RunRequest
from frieza_tui.domain.errors import NotHere, Refused
from frieza_tui.domain.events import (
    AnnotationAdded,
    ConnectionLost,
    ImageAdded,
    ReasoningDelta,
    RefusalDelta,
    RunChanged,
    RunEvent,
    StepDelta,
    TextDelta,
)
from frieza_tui.domain.run import Run
from frieza_tui.i18n import _


@dataclass(frozen=True, slots=True)
class CutRun:
    """A run that may have gone on without anybody listening."""

    remote: RemoteRun
    known: tuple[RunEvent, ...]
    """What it brought until it was cut, as it came."""


def open_run_of(events: Iterable[RunEvent]) -> Run | None:
    """Return the last known state of the run that the events tell of; None if they tell of none, or of its end."""
    run: Run | None = None
    for event in events:
        if isinstance(event, RunChanged):
            thread_id = event.run.thread_id or (run.thread_id if run else "")
            run = replace(event.run, thread_id=thread_id)
    return run if run is not None and run.id and not run.has_stopped else None


def events_of_run(backend: Backend, request: RunRequest, cut_run: CutRun | None) -> AsyncGenerator[RunEvent, None]:
    """Run the assistant, or yield what a run that was cut brings beyond what is known of it.

    Raises: BackendError; NotHere if the rest is not to be had here.
    """
    return backend.stream_run(request) if cut_run is None else _rest_of(cut_run, backend, request)


async def _rest_of(cut_run: CutRun, backend: Backend, request: RunRequest) -> AsyncGenerator[RunEvent, None]:
    resume, remote, beyond = backend.resume_run, cut_run.remote, Beyond(cut_run.known)
    if resume is None:
        raise nothing_more()
    yield ConnectionLost()
    try:
        async with aclosing(resume(request, remote)) as events:
            async for event in events:
                new = beyond.of(event)
                if new is not None:
                    yield new
    except (NotHere, Refused) as error:
        raise nothing_more() from error


def nothing_more() -> NotHere:
    """Return the error for a reply whose rest is not to be had."""
    return NotHere(_("Cut off here: the server has nothing more of the reply."), _("Ask again."))


class Beyond:
    """Of a run that is told from its beginning again, lets through what is beyond the events that are known."""

    def __init__(self, known: Sequence[RunEvent]) -> None:
        self._lengths: dict[object, int] = {}
        self._marks: list[RunEvent] = []
        for event in known:
            match event:
                case TextDelta() | RefusalDelta() | ReasoningDelta():
                    self._add(_key(event), event.text)
                case StepDelta(step_id, index, call):
                    self._add(("input", step_id, index), call.input)
                    self._add(("output", step_id, index), "".join(call.outputs))
                case AnnotationAdded() | ImageAdded():
                    self._marks.append(event)
                case _:
                    pass

    def of(self, event: RunEvent) -> RunEvent | None:
        """Return the event without what is known of its text; None if nothing is left of it."""
        match event:
            case TextDelta() | RefusalDelta() | ReasoningDelta():
                text = self._cut(_key(event), event.text)
                return replace(event, text=text) if text else None
            case StepDelta():
                return self._step(event)
            case AnnotationAdded() | ImageAdded():
                return None if event in self._marks else event
            case _:
                return event

    def _step(self, event: StepDelta) -> StepDelta | None:
        where, call = (event.step_id, event.index), event.call
        if ("input", *where) not in self._lengths:
            return event
        text = self._cut(("input", *where), call.input)
        cut = (self._cut(("output", *where), output) for output in call.outputs)
        outputs = tuple(output for output in cut if output)
        return replace(event, call=replace(call, input=text, outputs=outputs)) if text or outputs else None

    def _add(self, key: object, text: str) -> None:
        self._lengths[key] = self._lengths.get(key, 0) + len(text)

    def _cut(self, key: object, text: str) -> str:
        known = self._lengths.get(key, 0)
        self._lengths[key] = max(0, known - len(text))
        return text[known:]


def _key(event: TextDelta | RefusalDelta | ReasoningDelta) -> object:
    if isinstance(event, ReasoningDelta):
        return "reasoning"
    return type(event), event.message_id, event.part
