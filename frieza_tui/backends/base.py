"""What a backend is: run events out of one API, whichever it is."""

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol, TypeAlias

from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.events import RunEvent
from frieza_tui.domain.run import ToolCall
from frieza_tui.domain.thread import Thread
from frieza_tui.i18n import _

Stage: TypeAlias = Literal[
    "starting_server", "fetching_key", "connecting", "joining_model", "loading_model", "ready", "failed"
]
_SHOWN_ID: Final = 128
"""Characters; more are cut. OpenAI's ids have 53."""
CANCEL_S: Final = 5.0
"""How long a cancelled run may take to end on its server."""
ABANDON_S: Final = 1.0
"""For asking that a run be cancelled whose end nobody waits for."""
DELETE_S: Final = 3.0
"""For all deletions together; below what `chat` grants for them."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """How far a backend is on its way to answering."""

    stage: Stage
    fraction: float | None = None
    """Of the stage, 0 to 1; None where it cannot be known."""
    detail: str = ""
    """In "failed": what happened and what to do."""


@dataclass(frozen=True, slots=True)
class Label:
    """What the status bar says about a backend."""

    api: str
    """The API in a word or two: "Assistants", "Responses", "Chat Completions", "scripted"; "" while it is not known."""
    server: str
    """Where: a host, or "embedded"."""
    model: str
    why: str = ""
    """If the API was chosen by the program: why this one, in a few words."""
    is_reached: bool = True
    """Whether the server has answered anything since the program began."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """What became of one remote object at the end; one line of the receipt."""

    kind: str
    """The API's word: "thread", "assistant", "conversation", "response"."""
    id: str
    is_deleted: bool
    reason: str = ""
    """If it was not deleted: why, and what to do; if it was, maybe by what."""
    is_lasting: bool = False
    """It was not deleted, and no other try would change that."""

    @property
    def short_id(self) -> str:
        """The id as it is shown: gateways write whole addresses into theirs, 400 characters and more."""
        return self.id if len(self.id) <= _SHOWN_ID else f"{self.id[: _SHOWN_ID // 3]}…"


@dataclass(frozen=True, slots=True)
class Sampling:
    """Sampling parameters; None is not sent."""

    temperature: float | None = None
    top_p: float | None = None
    max_output_tokens: int | None = None

    def fields(self, limit_name: str) -> dict[str, float]:
        """Return what is sent, by its names in the API. limit_name: that of the most tokens to write."""
        wanted = {"temperature": self.temperature, "top_p": self.top_p, limit_name: self.max_output_tokens}
        return {name: value for name, value in wanted.items() if value is not None}


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One run: who answers which thread. The thread's last message is the user's."""

    assistant: Assistant
    thread: Thread
    sampling: Sampling = field(default_factory=Sampling)
    tool_outputs: tuple[ToolCall, ...] = ()
    """Not empty: the thread's last run goes on; these are the calls that it required, each with its output."""


@dataclass(frozen=True, slots=True)
class RemoteRun:
    """A run that was begun before, maybe by a program that is no more."""

    id: str
    thread_id: str = ""
    """The server's; empty where the API has none."""
    objects: tuple[Deletion, ...] = ()
    """What that program made for it on the server; whoever follows the run deletes them."""


ResumeRun: TypeAlias = Callable[[RunRequest, RemoteRun], AsyncGenerator[RunEvent, None]]
"""Yields, as `stream_run` does but starting nothing, what a run has brought since its beginning and still brings.

Raises: BackendError; NotHere or Refused if the server has no such run any more.
"""


Expect: TypeAlias = Callable[[RunRequest], None]
"""Takes the run that is likely to be asked for next, to read ahead for it; the newest one counts. Never waits."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One model, as its server lists it."""

    id: str
    context_tokens: int | None = None
    """The window; None where the server does not tell."""
    shutdown_date: str = ""
    """As the server writes it; "" if none is set."""


class Models(Protocol):
    """The models that a server has, and the choice of one."""

    async def list(self) -> Sequence[ModelFacts]:
        """Return the server's models in its order; it is asked once. Raises: BackendError."""
        ...

    def use(self, name: str) -> None:
        """Let the next run be that model's; the thread goes on. Whether the server has it is not looked at."""
        ...


class Ledger(Protocol):
    """Where a backend writes down what it makes on a server, so that nothing is left there after a crash."""

    def add(self, kind: str, remote_id: str) -> None:
        """The server has named the id of something new; `written` is awaited before it is used."""
        ...

    def strike(self, remote_id: str) -> None:
        """The server confirmed that it is gone."""
        ...

    async def written(self) -> None:
        """Return when all of it is safe, or after a bounded time. Never raises."""
        ...

    def what_now(self) -> str:
        """Return a sentence on what becomes of something that could not be deleted."""
        ...


class NoLedger:
    """Writes nothing down: for servers whose objects die with them, and for what is to be kept there."""

    def add(self, kind: str, remote_id: str) -> None:
        """Pass over it."""

    def strike(self, remote_id: str) -> None:
        """Pass over it."""

    async def written(self) -> None:
        """Return at once."""

    def what_now(self) -> str:
        """Return what people can do, for nobody else will."""
        return _("Delete it on the server, or leave it to expire.")


class Backend(Protocol):
    """One API on one server. All methods run on the event loop of the face that owns it.

    A backend that keeps state on its server (assistant, thread, conversation) makes it on the first run, keeps it
    in step with `request.thread` (rebuilding it where the two diverge) and deletes it in `delete_remote`.
    """

    on_preparation: Callable[[Preparation], None]
    """Called on the event loop whenever the way to the first answer moves on. Set by the owner; default: nothing."""
    unknown_events: int
    """Stream events passed over because nothing here knows them."""

    @property
    def signs_of_life(self) -> int:
        """Grows with whatever comes from the server, be it a comment that says nothing."""
        ...

    @property
    def resume_run(self) -> ResumeRun | None:
        """Follows a run that goes on without its stream; None where runs end with it."""
        ...

    @property
    def expect(self) -> Expect | None:
        """Reads ahead what is being written; None where that would leave this computer, or is of no use."""
        ...

    @property
    def models(self) -> Models | None:
        """Whom to choose from; None where there is no choice."""
        ...

    @property
    def label(self) -> Label:
        """What the status bar says; may change as the backend learns more."""
        ...

    @property
    def remote_objects(self) -> tuple[Deletion, ...]:
        """What this backend made on its server and has not deleted.

        Each as not deleted and without a reason; as deleted if it goes with the server, which is the program's own.
        """
        ...

    async def prepare(self) -> None:
        """Load what is heavy (SDK, server, model), reporting through `on_preparation`. May be called again.

        Raises: BackendError, ModelError.
        """
        ...

    def stream_run(self, request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        """Yield the events of one run, in the order that `domain.events` states.

        Closing the generator (or cancelling its task) closes the request at once; the run itself is then cancelled
        by `cancel_run`. Raises: BackendError, ModelError; no SDK exception leaves a backend.
        """
        ...

    async def cancel_run(self) -> None:
        """Cancel on the server the run whose stream was closed last; returns when the server confirms. No-op if none.

        Raises: BackendError.
        """
        ...

    async def delete_remote(self) -> tuple[Deletion, ...]:
        """Delete every remote object that this backend made, at the same time. Never raises."""
        ...

    async def close(self) -> None:
        """Free connections and child processes. Never raises."""
        ...
