"""The journal: what happens in a conversation, on disk before it is seen or soon after. Knows no face and no backend.

The file is opened and written by a thread of its own, so that nothing here waits for the disk.
"""

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from frieza_tui.crash_report import mistake_words, report_sentence
from frieza_tui.domain.errors import PartNotKept, StoreError
from frieza_tui.domain.events import RunEvent
from frieza_tui.domain.run import RunOrigin
from frieza_tui.domain.thread import Thread
from frieza_tui.domain.turn import TurnEnded, Unsent
from frieza_tui.i18n import _
from frieza_tui.store.run_events import joined

if TYPE_CHECKING:
    import sqlite3

    from frieza_tui.store.thread_writer import ThreadWriter, Written

log = logging.getLogger(__name__)

GATHER_S: Final = 0.1
"""How long what happens is gathered before it is written together."""
RETRY_S: Final = 3.0
"""How long what could not be written waits for the next try, unless somebody waits for it."""
WRITTEN_WAIT_S: Final = 10.0
"""How long a message waits for the disk, longer than another program is waited for; then it goes out without that."""
HURRIED_WAIT_S: Final = 2.0
"""The same at the end, of whose five seconds it is a part, and where the disk is known to take nothing."""


@dataclass(frozen=True, slots=True)
class _Happened:
    event: RunEvent


@dataclass(frozen=True, slots=True)
class _Asked:
    """Somebody waits until all before it is written."""

    answer: Callable[[], None]
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class _Events:
    """A write of what happened in the open run."""

    events: list[RunEvent]

    def __call__(self, writer: "ThreadWriter") -> None:
        writer.add_events(self.events)


@dataclass(frozen=True, slots=True)
class _Whole:
    """A write that brings all of the thread that the file has not."""

    write: "Callable[[ThreadWriter], None]"

    def __call__(self, writer: "ThreadWriter") -> None:
        self.write(writer)


_Write: TypeAlias = "Callable[[ThreadWriter], None]"
_Item: TypeAlias = "_Happened | _Asked | _Write"


class DiskJournal:
    """Implements chat.Journal on the file of the threads. Its methods run on the event loop of the face.

    What cannot be written is told once through `on_trouble`, and waits here in its order, also of threads that were
    left meanwhile; once all of it is written, that is told with None.
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
        """Called on the event loop when all that could not be written has been; the file may be another one."""
        self._file = file
        self._written = written
        self._db: sqlite3.Connection | None = None
        self._items: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._writing: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._behind: list[_Write] = []
        """What is not written yet, oldest first."""
        self._is_troubled = False
        self._lost: StoreError | None = None
        """What the file cannot hold and was left out, if the whole thread was not written since."""
        self._tries_at_s = 0.0
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

        self._keeper(_Whole(write))

    def keep(self, thread: Thread, assistant: str) -> None:
        """Note the thread as it is now: another branch, something deleted or brought back."""
        self._keeper(_Whole(lambda writer: writer.keep(thread, assistant)))
        self._is_to_finish = True

    def go_on(self, thread: Thread) -> None:
        """Note that the conversation goes on with this thread, which was read from the file; or with a new one."""
        self._keeper(lambda writer: writer.go_on(thread))

    def take(self, event: RunEvent) -> None:
        """Note what happens in the run, as it came."""
        self._keeper(_Happened(event))

    def end_run(self, thread: Thread, assistant: str, origin: RunOrigin, ended: TurnEnded) -> None:
        """Note the thread as it is now, and how the run ended."""
        self._keeper(_Whole(lambda writer: writer.end_run(thread, assistant, origin, ended)))

    def keep_unsent(self, thread_id: str, unsent: Unsent) -> None:
        """Note what is written, or waits, and is not sent."""
        self._keeper(lambda writer: writer.keep_unsent(thread_id, unsent))

    async def lost_unsent(self) -> Unsent:
        """Return, and forget, what was written for no kept thread in a program that is no more."""
        from frieza_tui.store.database import has_file

        found: list[Unsent] = []
        is_waited_for = True

        def take(writer: "ThreadWriter") -> None:
            if is_waited_for:  # else it stays for the next start
                found.append(writer.take_lost_unsent())

        if self._keeps_threads and await asyncio.to_thread(has_file, self._file):
            self.put(take)
            try:
                await self.written()
            finally:
                is_waited_for = False
        return found[0] if found else Unsent()

    async def begin_anew(self, thread: Thread, assistant: str) -> str:
        """Move the file aside, and keep this thread in a new one from now on; returns the old one's new path.

        Raises: StoreError.
        """
        from frieza_tui.store.moving_aside import move_aside

        moved = await asyncio.to_thread(move_aside, self._file)
        self._written = None
        self._keeper(_Whole(lambda writer: writer.keep(thread, assistant)))
        await self.written()
        return str(moved)

    async def written(self) -> None:
        """Wait until everything noted so far is on disk, or cannot be brought there; a bounded time."""
        if self._writing is not None:
            await self._ask(is_last=False)

    async def close(self) -> None:
        """Write what is left and close the file; at most HURRIED_WAIT_S."""
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
            is_hurried = is_last or self._is_troubled
            await asyncio.wait_for(done.wait(), HURRIED_WAIT_S if is_hurried else WRITTEN_WAIT_S)

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
            self._behind += writes
            if self._behind and (asked or time.monotonic() >= self._tries_at_s):
                self._commit()
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
        items: list[_Item] = []
        with suppress(queue.Empty):
            items.append(self._items.get(timeout=RETRY_S if self._is_troubled else None))
            self._hurry.wait(GATHER_S)
            self._hurry.clear()
            while True:
                items.append(self._items.get_nowait())
        writes: list[_Write] = []
        for kind, group in groupby(items, key=type):
            if kind is _Happened:
                writes.append(_Events([one.event for one in group if isinstance(one, _Happened)]))
            elif kind is not _Asked:
                writes += [one for one in group if not isinstance(one, _Happened | _Asked)]
        return writes, [one for one in items if isinstance(one, _Asked)]

    def _commit(self) -> None:
        """Write all that is not written yet and can ever be, or nothing."""
        import sqlite3

        from frieza_tui.store.database import place_of, store_error

        try:
            lost = self._write_behind()
        except StoreError as error:
            self._fail(error)
        except (OSError, sqlite3.Error) as error:
            self._fail(store_error(error, place_of(self._file)))
        except Exception as error:
            log.exception("the journal broke by an error of our own")
            happened = f"{mistake_words(error)} {report_sentence(error)}"
            self._fail(StoreError(happened, _("The conversation goes on.")), is_hopeless=True)
        else:
            self._settle(lost)

    def _settle(self, lost: "list[tuple[_Write, Exception]]") -> None:
        """Tell what the file can never hold; and that all is kept again, once the whole thread has been brought."""
        is_whole = any(isinstance(write, _Whole) for write in self._behind)
        was_troubled, self._is_troubled = self._is_troubled, False
        self._behind = []
        self._tries_at_s = 0.0
        known = self._lost
        if lost:
            self._lost = known or _not_held(*lost[0])
        elif is_whole:
            self._lost = None
        if self._lost is not None:
            if known is None or was_troubled:
                self._tell(partial(self.on_trouble, self._lost))
        elif known is not None or was_troubled:
            self._tell(self._recover)

    def _write_behind(self) -> "list[tuple[_Write, Exception]]":
        from frieza_tui.store.database import open_database
        from frieza_tui.store.salvage import write_all
        from frieza_tui.store.thread_writer import ThreadWriter, Written, has_run, settle_dead_runs

        if self._db is None:
            self._db = open_database(self._file)
            settle_dead_runs(self._db)
            if self._written is not None and not has_run(self._db, self._written):
                self._written = replace(self._written, run=None)
        writer = ThreadWriter(self._db, self._written or Written())
        lost = write_all(writer, self._behind)
        self._written = writer.written
        return lost

    def _fail(self, error: StoreError, *, is_hopeless: bool = False) -> None:
        """Go on in memory; the file is opened anew the next time.

        is_hopeless: no other try would end otherwise; the next turn's beginning or end brings the whole thread.
        """
        self._behind = [] if is_hopeless else _put_together(self._behind)
        if is_hopeless and self._written is not None:
            self._written = replace(self._written, run=None)
        if self._db is not None:
            self._db.close()  # rolls back
            self._db = None
        self._tries_at_s = time.monotonic() + RETRY_S
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


def _not_held(write: object, error: Exception) -> StoreError:
    match write:
        case _Whole():
            what = _("the newest messages of this thread")
        case _Events():
            what = _("a piece of the reply as it came")
        case _:
            what = _("what is not sent, or a note of what is on a server")
    happened = _("The file of the threads cannot hold {what} ({kind}).").format(what=what, kind=type(error).__name__)
    return PartNotKept(happened, _("Everything else is kept."))


def _put_together(writes: list[_Write]) -> list[_Write]:
    """Return the writes with events that follow one another joined: they may wait for long."""
    found: list[_Write] = []
    for write in writes:
        last = found[-1] if found else None
        if isinstance(write, _Events) and isinstance(last, _Events):
            found[-1] = _Events(joined([*last.events, *write.events]))
        else:
            found.append(write)
    return found
