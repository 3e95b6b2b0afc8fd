"""The kept threads, as lists and commands use them: one call, one short transaction. Knows no face."""

import sqlite3
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from frieza_tui.store import thread_reader
from frieza_tui.store.database import place_of, store_error, transaction
from frieza_tui.store.ledger import RemoteObject, adopt_objects, read_objects, strike_objects
from frieza_tui.store.processes import Process
from frieza_tui.store.reading_copy import readable_database
from frieza_tui.store.records import ThreadRecord
from frieza_tui.store.running import is_running
from frieza_tui.store.thread_changes import NewThread, add_thread, delete_thread, rename_thread
from frieza_tui.store.thread_reader import Hit, KeptThread, ThreadSummary
from frieza_tui.store.thread_writer import settle_dead_runs

REJOIN_S: Final = 600.0
"""How long after its beginning a reply that was cut off may be fetched by opening its thread.

OpenAI keeps what runs in the background for about as long (source: guide "Background mode").
"""
KEEPING_APIS: Final = frozenset({"Assistants", "Responses"})
"""Names of the APIs, as labels have them, whose servers have a run that nobody listens to."""


class Threads:
    """All kept threads. To be used by the thread that opened it."""

    def __init__(self, db: sqlite3.Connection) -> None:
        """Take the open file; replies that a crash cut become messages here, or are read as they are on a full disk."""
        self._db = db
        with suppress(sqlite3.OperationalError):
            settle_dead_runs(db)

    def recent(self, words: str = "") -> list[ThreadSummary]:
        """Return the threads, those used last first; with words only those where title, date or text has them."""
        return thread_reader.list_threads(self._db, words)

    def search(self, words: str) -> list[Hit]:
        """Return the messages that hold these words as they stand; width, case and kana make no difference."""
        return thread_reader.search(self._db, words)

    def first_hits(self, words: str) -> list[Hit]:
        """Return the first of these messages in each thread."""
        return thread_reader.first_hits(self._db, words)

    def find(self, name: str) -> str:
        """Return the id of a thread: "last", an id or its beginning. Raises: StoreError."""
        return thread_reader.find_thread(self._db, name)

    def load(self, thread_id: str, by_message: str = "") -> KeptThread:
        """Return a thread with what there is to show of its turns, its path by way of a message. Raises: StoreError."""
        return thread_reader.load_thread(self._db, thread_id, by_message)

    def load_record(self, thread_id: str) -> ThreadRecord:
        """Return everything that is kept of a thread, as it came. Raises: StoreError."""
        return thread_reader.load_record(self._db, thread_id)

    def rename(self, thread_id: str, title: str) -> None:
        """Give a thread a title that stays; "" lets it be made from the first words again."""
        with transaction(self._db):
            rename_thread(self._db, thread_id, title)

    def delete(self, thread_id: str) -> None:
        """Delete a thread with all that belongs to it; its pages are overwritten."""
        with transaction(self._db):
            delete_thread(self._db, thread_id)
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def add(self, new: NewThread) -> str | None:
        """Keep a thread from a file; returns its id, or None if it is here already."""
        with transaction(self._db):
            return add_thread(self._db, new)

    def left_over(self, *, spares_cut: bool = False) -> list[RemoteObject]:
        """Return the remote objects of programs that are no more, oldest first.

        spares_cut: without those of a program that was cut off in a reply within the last REJOIN_S.
        """
        spared: set[Process] = set()
        if spares_cut:
            query = "SELECT pid, born FROM runs WHERE json_extract(ended, '$.rest') = 'on_server' AND started_at > ?"
            spared = {Process(*row) for row in self._db.execute(query, (time.time() - REJOIN_S,))}
        there = [one for one in read_objects(self._db) if one.maker not in spared]
        dead = {maker for maker in {one.maker for one in there} if not is_running(self._db, maker)}
        return [one for one in there if one.maker in dead]

    def was_kept(self, thread_id: str, asked: str, server: str, ids: Sequence[str]) -> bool:
        """Tell whether a run that answered a message was on a server that keeps it, and is in nobody's ledger.

        Then its program was to leave everything there. server: its name. ids: of the run and its thread there.
        """
        query = "SELECT api, server FROM runs WHERE thread_id = ? AND asked = ? ORDER BY number DESC LIMIT 1"
        api, name = self._db.execute(query, (thread_id, asked)).fetchone() or ("", "")
        is_noted = any(one.id in ids for one in read_objects(self._db))
        return api in KEEPING_APIS and name == server and not is_noted

    def adopt(self, place: tuple[str, str], ids: Sequence[str]) -> list[RemoteObject]:
        """Take over what the program that made one of these ids left on a server; nothing if that program lives.

        place: the server's base URL and its key's mark.
        """
        with transaction(self._db):
            return adopt_objects(self._db, place, ids)

    def strike(self, base_url: str, ids: Sequence[str]) -> None:
        """Strike remote objects off that a server confirmed to be gone."""
        with transaction(self._db):
            strike_objects(self._db, base_url, ids)


@contextmanager
def open_threads(file: Path | None = None) -> Generator[Threads]:
    """Open the file (None: the usual one) for a while; on a disk that takes nothing it can be read, and only that.

    Raises: StoreError, also for what fails meanwhile.
    """
    with readable_database(file) as db:
        try:
            yield Threads(db)
        except sqlite3.Error as error:
            raise store_error(error, place_of(file)) from error
