"""What a conversation tells whoever keeps it. Knows no file; without a keeper nothing is kept."""

from collections.abc import Callable, Sequence
from typing import Protocol

from frieza_tui.domain.errors import StoreError
from frieza_tui.domain.events import RunEvent
from frieza_tui.domain.run import RunOrigin
from frieza_tui.domain.thread import Thread
from frieza_tui.domain.turn import TurnEnded, Unsent


class Journal(Protocol):
    """Keeps one conversation. No call but the two awaited ones may wait for anything."""

    on_trouble: Callable[[StoreError | None], None]
    """Called on the event loop when the conversation can no longer be kept; with None once all of it is kept again."""

    def begin_run(self, thread: Thread, assistant: str, origin: RunOrigin, known: Sequence[RunEvent] = ()) -> None:
        """The thread's last message is the user's, and a run answers it now, of which so much is known already."""
        ...

    def keep(self, thread: Thread, assistant: str) -> None:
        """The thread is now so, and no run has to do with it: another branch, something deleted or brought back."""
        ...

    def go_on(self, thread: Thread) -> None:
        """The conversation goes on with this thread, which is kept already; or with a new one."""
        ...

    def take(self, event: RunEvent) -> None:
        """Something happened in the run; its texts are as they came."""
        ...

    def end_run(self, thread: Thread, assistant: str, origin: RunOrigin, ended: TurnEnded) -> None:
        """The run is over, and the thread is now so."""
        ...

    def keep_unsent(self, thread_id: str, unsent: Unsent) -> None:
        """This is written, or waits, and is not sent."""
        ...

    async def lost_unsent(self) -> Unsent:
        """Return, once, what was written for no kept thread before a crash, as it came. Never raises."""
        ...

    async def begin_anew(self, thread: Thread, assistant: str) -> str:
        """Move a file aside that cannot be used, and keep this thread in a new one from now on; returns its new path.

        Raises: StoreError.
        """
        ...

    async def written(self) -> None:
        """Return when everything told so far is safe, or after a bounded time. Never raises."""
        ...

    async def close(self) -> None:
        """Return when everything is safe and nothing is held open, or after a bounded time. Never raises."""
        ...


class NoJournal:
    """Keeps nothing."""

    def __init__(self) -> None:
        self.on_trouble: Callable[[StoreError | None], None] = lambda _error: None

    def begin_run(self, thread: Thread, assistant: str, origin: RunOrigin, known: Sequence[RunEvent] = ()) -> None:
        """Pass over it."""

    def keep(self, thread: Thread, assistant: str) -> None:
        """Pass over it."""

    def go_on(self, thread: Thread) -> None:
        """Pass over it."""

    def take(self, event: RunEvent) -> None:
        """Pass over it."""

    def end_run(self, thread: Thread, assistant: str, origin: RunOrigin, ended: TurnEnded) -> None:
        """Pass over it."""

    def keep_unsent(self, thread_id: str, unsent: Unsent) -> None:
        """Pass over it."""

    async def lost_unsent(self) -> Unsent:
        """Return nothing."""
        return Unsent()

    async def begin_anew(self, thread: Thread, assistant: str) -> str:  # noqa: ARG002 - as the protocol has them
        """Return nothing, for nothing is kept."""
        return ""

    async def written(self) -> None:
        """Return at once."""

    async def close(self) -> None:
        """Return at once."""
