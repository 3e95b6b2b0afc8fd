"""The journal: what happens in a conversation, on disk before it is seen or soon after. Knows no face and no backend.

The file is opened and written by a thread of its own, so that nothing here waits for the disk.
"""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from frieza_tui.crash_report import mistake_words, report_sentence
from frieza_tui.domain.errors import StoreError
from frieza_tui.domain.events import RunEvent
from frieza_tui.domain.run import RunOrigin
from frieza_tui.domain.thread import Thread
from frieza_tui.domain.turn import TurnEnded, Unsent
from frieza_tui.i18n import _

if TYPE_CHECKING:
    import sqlite3

    from frieza_tui.store.thread_writer import ThreadWriter, Written

log = logging.getLogger(__name__)

GATHER_S: Final = 0.1
"""How long what happens is gathered before it is written together."""
WRITTEN_WAIT_S: Final = 2.0
"""How long anybody waits for the disk; then the conversation goes on without it."""


@dataclass(frozen=True, slots=True)
class _Happened:
    event: RunEvent


@dataclass(frozen=True, slots=True)
class _Asked:
    """Somebody waits until all before it is written."""

    answer: Callable[[], None]
    is_last: bool = False


_Write: TypeAlias = "Callable[[ThreadWriter], None]"
_Item: TypeAlias = "_Happened | _Asked | _Write"


class DiskJournal:
    """Implements chat.Journal on the file of the threads. Its methods run on the event loop of the face.

    What cannot be written is told once through `on_trouble`, and again with None when it works once more; at the next
    turn's beginning and end the whole thread is brought in step with the file, so nothing stays missing.
    """

    def __init__(
        self, file: Path | None = None, written: "Written | None" = None, *, keeps_threads: bool = True
    ) -> None:
        """Open nothing yet.

        file: None for the usual one. written: what of the conversation the file has already. keeps_threads: False for
        one that passes over the conversation and serves the ledger alone.
        """
        self._keeps_threads = keeps_threads
        self.on_trouble: Callable[[StoreError | None], None] = lambda _error: None
        self.on_recovery: list[Callable[[], None]] = []
        """Called on the event loop when what could not be written can be again."""
        self._file = file
        self._written = written
        self._db: sqlite3.Connection | None = None
        self._items: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._writing: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_troubled = False
        self._is_to_finish = False
        self._hurry = threading.Event()

    @property
    def _keeper(self) -> "Callable[[_Item], None]":
        return self.put if self._keeps_threads else lambda _item: None

    def begin_run(self, thread: Thread, assistant: str, origin: RunOrigin, known: Sequence[RunEvent] = ()) -> None:
        """Note the thread, whose last message is the user's, and that a run answers it now; so far it brought `known`.

        All of it is written together, so that what an earlier program kept of the run is not missing for a moment.
        """

        def write(writer: "ThreadWriter") -> None:
            writer.begin_run(thread, assistant, origin)
            if known:
                writer.add_events(known)

        self._keeper(write)

    def keep(self, thread: Thread, assistant: str) -> None:
        """Note the thread as it is now: another branch, something deleted or brought back."""
        self._keeper(lambda writer: writer.keep(thread, assistant))
        self._is_to_finish = True

    def go_on(self, thread: Thread) -> None:
        """Note that the conversation goes on with this thread, which was read from the file; or with a new one."""
        self._keeper(lambda writer: writer.go_on(thread))

    def take(self, event: RunEvent) -> None:
        """Note what happens in the run, as it came."""
        self._keeper(_Happened(event))

    def end_run(self, thread: Thread, assistant: str, origin: RunOrigin, ended: TurnEnded) -> None:
        """Note the thread as it is now, and how the run ended."""
        self._keeper(lambda writer: writer.end_run(thread, assistant, origin, ended))

    def keep_unsent(self, thread_id: str, unsent: Unsent) -> None:
        """Note what is written, or waits, and is not sent."""
        self._keeper(lambda writer: writer.keep_unsent(thread_id, unsent))

    async def lost_unsent(self) -> Unsent:
        """Return, and forget, what was written for no kept thread in a program that is no more."""
        from frieza_tui.store.database import has_file

        found: list[Unsent] = []
        if self._keeps_threads and await asyncio.to_thread(has_file, self._file):
            self.put(lambda writer: found.append(writer.take_lost_unsent()))
            await self.written()
        return found[0] if found else Unsent()

    async def begin_anew(self, thread: Thread, assistant: str) -> str:
        """Move the file aside, and keep this thread in a new one from now on; returns the old one's new path.

        Raises: StoreError.
        """
        from frieza_tui.store.moving_aside import move_aside

        moved = await asyncio.to_thread(move_aside, self._file)
        self._written = None
        self._keeper(lambda writer: writer.keep(thread, assistant))
        await self.written()
        return str(moved)

    async def written(self) -> None:
        """Wait until everything noted so far is on disk, or cannot be brought there; at most WRITTEN_WAIT_S."""
        if self._writing is not None:
            await self._ask(is_last=False)

    async def close(self) -> None:
        """Write what is left and close the file; at most WRITTEN_WAIT_S."""
        if self._writing is not None:
            if self._is_to_finish:
                self._keeper(lambda writer: writer.finish())
            await self._ask(is_last=True)
            self._writing = None

    async def _ask(self, *, is_last: bool) -> None:
        done = asyncio.Event()
        self._items.put(_Asked(lambda: self._tell(done.set), is_last))
        self._hurry.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), WRITTEN_WAIT_S)

    def put(self, item: _Item) -> None:
        """Write something at the end of what waits to be written."""
        if self._writing is None:
            self._loop = asyncio.get_running_loop()
            self._writing = threading.Thread(target=self._write, name="journal", daemon=True)
            self._writing.start()
        self._items.put(item)

    # -- in the thread -------------------------------------------------------------------------------------------

    def _write(self) -> None:
        is_over = False
        while not is_over:
            writes, asked = self._gather()
            if writes:
                self._commit(writes)
            is_over = any(one.is_last for one in asked)
            if is_over and self._db is not None:
                self._db.close()
                self._db = None
            for one in asked:
                one.answer()

    def _gather(self) -> tuple[list[_Write], list[_Asked]]:
        """Wait for something to write, and take what follows within GATHER_S or until somebody waits for it.

        Meanwhile the thread sleeps: woken for every delta it would take turns with the loop at each of them.
        """
        items = [self._items.get()]
        self._hurry.wait(GATHER_S)
        self._hurry.clear()
        with suppress(queue.Empty):
            while True:
                items.append(self._items.get_nowait())
        writes: list[_Write] = []
        for kind, group in groupby(items, key=type):
            if kind is _Happened:
                writes.append(_adding([one.event for one in group if isinstance(one, _Happened)]))
            elif kind is not _Asked:
                writes += [one for one in group if not isinstance(one, _Happened | _Asked)]
        return writes, [one for one in items if isinstance(one, _Asked)]

    def _commit(self, writes: list[_Write]) -> None:
        import sqlite3

        from frieza_tui.store.database import FILE_NAME, open_database, store_error
        from frieza_tui.store.thread_writer import ThreadWriter, Written, settle_dead_runs

        try:
            if self._db is None:
                self._db = open_database(self._file)
                settle_dead_runs(self._db)
            writer = ThreadWriter(self._db, self._written or Written())
            self._db.execute("BEGIN IMMEDIATE")
            for write in writes:
                write(writer)
            self._db.execute("COMMIT")
        except StoreError as error:
            self._fail(error)
        except (OSError, sqlite3.Error) as error:
            self._fail(store_error(error, self._file or Path(FILE_NAME)))
        except Exception as error:
            log.exception("the journal broke by an error of our own")
            self._fail(StoreError(f"{mistake_words(error)} {report_sentence(error)}", _("The conversation goes on.")))
        else:
            self._written = writer.written
            if self._is_troubled:
                self._is_troubled = False
                self._tell(self._recover)

    def _fail(self, error: StoreError) -> None:
        """Go on in memory; the file is opened anew the next time."""
        if self._written is not None:
            self._written = replace(self._written, run=None)
        if self._db is not None:
            self._db.close()  # rolls back
            self._db = None
        if not self._is_troubled:
            self._is_troubled = True
            log.warning("the thread is not kept: %s", error.happened)
            self._tell(lambda: self.on_trouble(error))

    def _recover(self) -> None:
        self.on_trouble(None)
        for call in self.on_recovery:
            call()

    def _tell(self, call: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop has ended meanwhile
            if self._loop is not None:
                self._loop.call_soon_threadsafe(call)


def _adding(events: list[RunEvent]) -> _Write:
    return lambda writer: writer.add_events(events)
