"""Where the server keeps its objects: one SQLite table of JSON documents. Knows neither runs nor HTTP."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from frieza_tui.domain.errors import FriezaError
from frieza_tui.i18n import _
from frieza_tui.server.objects import ThreadObject, Wire

_SCHEMA_VERSION = 1
_APPLICATION_ID = 0x46525A41  # "FRZA"
_SCHEMA = """
CREATE TABLE objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX objects_by_thread ON objects (thread_id, kind, seq);
"""

W = TypeVar("W", bound=Wire)


@dataclass(frozen=True, slots=True)
class Cut:
    """Which part of a list is asked for."""

    limit: int = 20
    is_ascending: bool = False
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Found(Generic[W]):
    """A part of a list, and whether there is more of it."""

    items: list[W]
    has_more: bool


def _todo() -> str:
    return _("Move it away, and start again.")


def _cannot_open(database: str, error: Exception) -> FriezaError:
    reason = error.strerror if isinstance(error, OSError) else error
    happened = _("{file} cannot be opened: {reason}.").format(file=database, reason=reason)
    is_held = getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    todo = _("Another server uses it: end that one.") if is_held else _("Check that its folder can be written to.")
    return FriezaError(happened, todo)


def _document(item: Wire) -> str:
    return msgspec.json.encode(item).decode()


class State:
    """Objects by id, and lists of them in the order of their creation."""

    def __init__(self, database: str) -> None:
        """Open or make the database; a file is made with mode 0600.

        Raises: FriezaError if the file is not this program's, or newer than this program.
        """
        try:
            if database != ":memory:":
                Path(database).touch(mode=0o600)
            self._db = sqlite3.connect(database, isolation_level=None, timeout=0.5)
        except (OSError, sqlite3.OperationalError) as error:
            raise _cannot_open(database, error) from error
        try:
            self._open(database)
        except BaseException:
            self._db.close()
            raise

    def _open(self, database: str) -> None:
        try:
            self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._bring_up(database)
        except sqlite3.OperationalError as error:
            raise _cannot_open(database, error) from error
        except sqlite3.DatabaseError as error:
            raise FriezaError(_("{file} is not a database.").format(file=database), _todo()) from error

    def _bring_up(self, database: str) -> None:
        version, application = (self._pragma(name) for name in ("user_version", "application_id"))
        if not self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            self._db.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version={_SCHEMA_VERSION}; COMMIT;")
            self._db.execute(f"PRAGMA application_id={_APPLICATION_ID}")
        elif application != _APPLICATION_ID or version != _SCHEMA_VERSION:
            happened = _("{file} is another program's database, or a newer frieza-tui's.")
            raise FriezaError(happened.format(file=database), _todo())
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")

    def _pragma(self, name: str) -> int:
        value: int = self._db.execute(f"PRAGMA {name}").fetchone()[0]
        return value

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def add(self, item: Wire, thread_id: str = "", run_id: str = "") -> None:
        """Keep a new object. What belongs to a thread that has been deleted is not kept."""
        self._db.execute(
            "INSERT INTO objects (id, kind, thread_id, run_id, body) SELECT ?1, ?2, ?3, ?4, ?5"
            " WHERE ?3 = '' OR EXISTS (SELECT 1 FROM objects WHERE id = ?3)",
            (item.id, item.NOUN, thread_id, run_id, _document(item)),
        )

    def save(self, item: Wire) -> None:
        """Replace an object; one that has been deleted stays deleted."""
        self._db.execute("UPDATE objects SET body = ? WHERE id = ?", (_document(item), item.id))

    def find(self, kind: type[W], object_id: str, thread_id: str = "", run_id: str = "") -> W | None:
        """Return an object of a kind, if it belongs to that thread and run."""
        row = self._db.execute(
            "SELECT body FROM objects WHERE id = ? AND kind = ? AND thread_id = ? AND (?4 = '' OR run_id = ?4)",
            (object_id, kind.NOUN, thread_id, run_id),
        ).fetchone()
        return None if row is None else msgspec.json.decode(row[0], type=kind)

    def all(self, kind: type[W], thread_id: str = "") -> list[W]:
        """Return every object of a kind in a thread, oldest first."""
        rows = self._db.execute(
            "SELECT body FROM objects WHERE kind = ? AND thread_id = ? ORDER BY seq", (kind.NOUN, thread_id)
        )
        return [msgspec.json.decode(row[0], type=kind) for row in rows]

    def unfinished(self, kind: type[W]) -> list[W]:
        """Return every message, step or run, of any thread, whose status is not final, oldest first."""
        rows = self._db.execute(
            "SELECT body FROM objects WHERE kind = ? AND json_extract(body, '$.status') IN"
            " ('queued', 'in_progress', 'requires_action', 'cancelling') ORDER BY seq",
            (kind.NOUN,),
        ).fetchall()
        return [msgspec.json.decode(row[0], type=kind) for row in rows]

    def page(self, kind: type[W], cut: Cut, thread_id: str = "", run_id: str = "") -> Found[W]:
        """Return one part of a list.

        Raises: KeyError with the id that `after` or `before` names and that is not in the list.
        """
        wanted: list[str | int] = [kind.NOUN, thread_id, run_id, run_id]
        where = "kind = ? AND thread_id = ? AND (? = '' OR run_id = ?)"
        for cursor, beyond in ((cut.after, cut.is_ascending), (cut.before, not cut.is_ascending)):
            if cursor:
                where += " AND seq > ?" if beyond else " AND seq < ?"
                wanted.append(self._seq(kind, cursor, thread_id))
        # What stands just before the cursor is asked for: read towards it from behind, then turn around.
        is_turned = bool(cut.before and not cut.after)
        order = "ASC" if cut.is_ascending != is_turned else "DESC"
        rows = self._db.execute(
            f"SELECT body FROM objects WHERE {where} ORDER BY seq {order} LIMIT ?", (*wanted, cut.limit + 1)
        ).fetchall()
        items = [msgspec.json.decode(row[0], type=kind) for row in rows[: cut.limit]]
        return Found(items[::-1] if is_turned else items, len(rows) > cut.limit)

    def _seq(self, kind: type[Wire], object_id: str, thread_id: str) -> int:
        row = self._db.execute(
            "SELECT seq FROM objects WHERE id = ? AND kind = ? AND thread_id = ?", (object_id, kind.NOUN, thread_id)
        ).fetchone()
        if row is None:
            raise KeyError(object_id)
        seq: int = row[0]
        return seq

    def delete(self, item: Wire) -> None:
        """Delete an object, and with a thread all that belongs to it."""
        self._db.execute("DELETE FROM objects WHERE id = ?", (item.id,))
        if isinstance(item, ThreadObject):
            self._db.execute("DELETE FROM objects WHERE thread_id = ?", (item.id,))
