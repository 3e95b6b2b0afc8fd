"""The ledger of remote objects: what this program made on servers and has not surely deleted. Holds no keys."""

import hashlib
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from frieza_tui.i18n import _
from frieza_tui.store.journal import DiskJournal
from frieza_tui.store.processes import Process, this_process
from frieza_tui.store.running import is_running

if TYPE_CHECKING:
    from frieza_tui.store.thread_writer import ThreadWriter


@dataclass(frozen=True, slots=True)
class LedgerServer:
    """Where objects are, and how to know their key again."""

    base_url: str
    key_source: str
    """What set the key, as `settings.Loaded.sources` names it. Empty: there is none."""
    key_mark: str
    """Of `mark_of`."""


@dataclass(frozen=True, slots=True)
class RemoteObject:
    """One line of the ledger."""

    server: LedgerServer
    kind: str
    """The API's word: "thread", "assistant", "conversation", "response"."""
    id: str
    maker: Process
    """The program that made it."""
    made_at: float


class DiskLedger:
    """Implements backends.base.Ledger on the file of the threads."""

    def __init__(self, journal: DiskJournal, server: LedgerServer) -> None:
        self._journal = journal
        self._server = server
        self._made: dict[str, RemoteObject] = {}
        journal.on_recovery.append(self._write_again)

    def add(self, kind: str, remote_id: str) -> None:
        """Write an object down."""
        made = RemoteObject(self._server, kind, remote_id, this_process(), time.time())
        self._made[remote_id] = made
        self._journal.put(partial(_add, made))

    def _write_again(self) -> None:
        """Write down what is there now: while the file could not be written, it was passed over."""
        for made in self._made.values():
            self._journal.put(partial(_add, made))

    def strike(self, remote_id: str) -> None:
        """Strike an object off: the server confirmed that it is gone."""
        base_url = self._server.base_url
        self._made.pop(remote_id, None)
        self._journal.put(lambda writer: strike_objects(writer.db, base_url, [remote_id]))

    async def written(self) -> None:
        """Wait until all of it is on disk, or cannot be brought there; a bounded time."""
        await self._journal.written()

    def what_now(self) -> str:
        """Return what becomes of something that could not be deleted."""
        return _("The next start deletes it, or: frieza-tui clean.")


def _add(made: RemoteObject, writer: "ThreadWriter") -> None:
    add_object(writer.db, made)


def mark_of(base_url: str, api_key: str) -> str:
    """Return what tells a key from others without telling the key: 32 bits of a hash. Empty without a key."""
    return hashlib.sha256(f"frieza-tui {base_url} {api_key}".encode()).hexdigest()[:8] if api_key else ""


def add_object(db: sqlite3.Connection, made: RemoteObject) -> None:
    """Write an object down."""
    server = made.server
    db.execute(
        "INSERT OR REPLACE INTO remote_objects (base_url, id, kind, key_source, key_mark, made_at, pid, born)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (server.base_url, made.id, made.kind, server.key_source, server.key_mark, made.made_at, *made.maker),
    )


def strike_objects(db: sqlite3.Connection, base_url: str, ids: Sequence[str]) -> None:
    """Strike objects of one server off."""
    db.executemany("DELETE FROM remote_objects WHERE base_url = ? AND id = ?", [(base_url, one) for one in ids])


def adopt_objects(db: sqlite3.Connection, place: tuple[str, str], ids: Sequence[str]) -> list[RemoteObject]:
    """Make the objects of the program that made one of these ids this program's own, if that one is no more.

    Call it within a transaction. place: the server's base URL and the key's mark.
    Returns: the objects, none of them if the program lives or another took them over.
    """
    there = [one for one in read_objects(db) if (one.server.base_url, one.server.key_mark) == place]
    dead = {one.maker for one in there if one.id in ids and not is_running(db, one.maker)}
    adopted = [one for one in there if one.maker in dead]
    db.executemany(
        "UPDATE remote_objects SET pid = ?, born = ? WHERE base_url = ? AND id = ?",
        [(*this_process(), one.server.base_url, one.id) for one in adopted],
    )
    return adopted


def read_objects(db: sqlite3.Connection) -> list[RemoteObject]:
    """Return all that the ledger holds, oldest first."""
    rows = db.execute(
        "SELECT base_url, key_source, key_mark, kind, id, made_at, pid, born FROM remote_objects ORDER BY made_at, id"
    )
    return [
        RemoteObject(LedgerServer(*row[:3]), kind=row[3], id=row[4], made_at=row[5], maker=Process(*row[6:]))
        for row in rows
    ]
