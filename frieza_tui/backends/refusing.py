"""The backend that asks no server anything: it stands where people have to agree first. Says why, and no more."""

from collections.abc import AsyncGenerator, Callable

from frieza_tui.backends.base import Deletion, Label, Preparation, RunRequest
from frieza_tui.domain.errors import BackendError
from frieza_tui.domain.events import RunEvent


class RefusingBackend:
    """Implements Backend by one error."""

    resume_run: None = None
    signs_of_life: int = 0
    expect: None = None
    models: None = None

    def __init__(self, label: Label, error: BackendError) -> None:
        """Take what the status bar says, and what is said to whoever asks."""
        self.on_preparation: Callable[[Preparation], None] = lambda _preparation: None
        self.unknown_events = 0
        self.label = label
        self.remote_objects: tuple[Deletion, ...] = ()
        self._error = error

    async def prepare(self) -> None:
        """Raise the error."""
        raise type(self._error)(self._error.happened, self._error.todo)

    async def stream_run(self, request: RunRequest) -> AsyncGenerator[RunEvent, None]:  # noqa: ARG002 - none is run
        """Raise the error."""
        await self.prepare()
        return
        yield

    async def cancel_run(self) -> None:
        """Nothing runs."""

    async def delete_remote(self) -> tuple[Deletion, ...]:
        """Nothing was made."""
        return ()

    async def close(self) -> None:
        """Nothing is open."""
