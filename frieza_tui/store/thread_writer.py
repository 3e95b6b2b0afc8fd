"""Writes the thread of one conversation, its runs and its draft. Used by one thread, within its transactions."""

import os
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from frieza_tui.domain.events import RunChanged, RunEvent
from frieza_tui.domain.run import RunOrigin
from frieza_tui.domain.thread import Message, Thread, new_id
from frieza_tui.domain.turn import Rest, TurnEnded
from frieza_tui.i18n import _
from frieza_tui.store.codec import decode_events, encode_ended, encode_events, encode_message, storable
from frieza_tui.store.database import transaction
from frieza_tui.store.processes import is_alive
from frieza_tui.store.run_events import joined, reply_of, shortened
from frieza_tui.text.folding import fold
from frieza_tui.text.safe import safe_line

TITLE_CELLS = 60


@dataclass(frozen=True, slots=True)
class Written:
    """What of the conversation is in the file."""

    thread_id: str = ""
    """Under which id; another one than the conversation's own if some other program changed that thread."""
    message_ids: tuple[str, ...] = ()
    run: int | None = None
    """The run that is open, by its number."""
    own_id: str = ""
    """The conversation's own id of its thread."""


class ThreadWriter:
    """Brings the file in step with one conversation; `written` is to be put back where a transaction fails."""

    def __init__(self, db: sqlite3.Connection, written: Written) -> None:
        self.written = written
        self.db = db

    def begin_run(self, thread: Thread, assistant: str, origin: RunOrigin) -> None:
        """Keep the thread, whose last message is the user's, and open a run that answers it."""
        self._turn_to(thread)
        self._sync(thread, assistant)
        self._open_run(thread, origin)

    def keep(self, thread: Thread, assistant: str) -> None:
        """Keep the thread as it is."""
        self._turn_to(thread)
        self._sync(thread, assistant)

    def add_events(self, events: Sequence[RunEvent]) -> None:
        """Keep what happened in the open run; passed over if its beginning could not be kept."""
        if self.written.run is not None:
            self.db.execute(
                "INSERT INTO deltas (run, at, events) VALUES (?, ?, ?)",
                (self.written.run, time.time(), encode_events(joined(events))),
            )

    def end_run(self, thread: Thread, assistant: str, origin: RunOrigin, ended: TurnEnded) -> None:
        """Keep the thread with its reply, and how the run ended."""
        self._turn_to(thread)
        run = self.written.run
        self._sync(thread, assistant)
        if not thread.messages:
            return
        if run is None:
            self._open_run(thread, origin)
        settle_run(self.db, self.written.run or run, ended)
        self.db.execute(
            "UPDATE runs SET api = ?, server = ?, model = ? WHERE number = ?",
            (origin.api, origin.server, origin.model, self.written.run or run),
        )
        self.written = replace(self.written, run=None)

    def keep_draft(self, thread_id: str, text: str) -> None:
        """Keep what is written and not sent; an empty text forgets it."""
        key = self.written.thread_id if self.written.own_id == thread_id else thread_id
        if text:
            self.db.execute(
                "INSERT OR REPLACE INTO drafts VALUES (?, ?, ?, ?)", (key, storable(text), os.getpid(), time.time())
            )
        else:
            self.db.execute("DELETE FROM drafts WHERE thread_id = ?", (key,))

    def take_lost_draft(self) -> str:
        """Return, and forget, what a program that is no more had written for no kept thread; "" if nothing."""
        rows = self.db.execute(
            "SELECT thread_id, text, pid FROM drafts WHERE thread_id NOT IN (SELECT id FROM threads)"
            " ORDER BY updated_at DESC"
        )
        lost = next(((key, text) for key, text, pid in rows.fetchall() if not is_alive(pid)), None)
        if lost is None:
            return ""
        self.db.execute("DELETE FROM drafts WHERE thread_id = ?", lost[:1])
        return str(lost[1])

    def go_on(self, thread: Thread) -> None:
        """Note that the conversation is now this thread, which was read from the file."""
        self.written = Written(thread.id, tuple(message.id for message in thread.messages), own_id=thread.id)

    def _turn_to(self, thread: Thread) -> None:
        if self.written.own_id != thread.id:
            self.written = Written(thread.id, own_id=thread.id)

    def _open_run(self, thread: Thread, origin: RunOrigin) -> None:
        seq = max((at for at, one in enumerate(thread.messages) if one.role == "user"), default=0)
        run = self.db.execute(
            "INSERT OR REPLACE INTO runs (thread_id, seq, pid, api, server, model, started_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (self.written.thread_id, seq, os.getpid(), origin.api, origin.server, origin.model, time.time()),
        ).lastrowid
        self.written = replace(self.written, run=run)

    def _sync(self, thread: Thread, assistant: str) -> None:
        """Write the messages that the file has not, and take out those that the thread has no more."""
        key, known = self.written.thread_id, self.written.message_ids
        rows = self.db.execute("SELECT id FROM messages WHERE thread_id = ? ORDER BY seq", (key,))
        run = self.written.run
        if known != tuple(row[0] for row in rows):  # another program went on with the thread: ours becomes its own
            key, known, run = new_id("thread"), (), None
        if not thread.messages:
            self.db.execute("DELETE FROM threads WHERE id = ?", (key,))
            self.written = Written(key, own_id=thread.id)
            return
        ids = tuple(message.id for message in thread.messages)
        same = next((at for at, (old, new) in enumerate(zip(known, ids, strict=False)) if old != new), len(known))
        same = min(same, len(ids))
        write_thread(self.db, key, thread, assistant)
        self.db.execute("DELETE FROM messages WHERE thread_id = ? AND seq >= ?", (key, same))
        self.db.execute("DELETE FROM runs WHERE thread_id = ? AND seq >= ?", (key, len(ids)))
        for seq in range(same, len(ids)):
            write_message(self.db, key, seq, thread.messages[seq])
        self.written = Written(key, ids, run, thread.id)


def write_thread(db: sqlite3.Connection, key: str, thread: Thread, assistant: str) -> None:
    """Write a thread's row; a title that a user gave stays."""
    now = time.time()
    title = title_of(thread)
    db.execute(
        "INSERT INTO threads (id, title, assistant, created_at, updated_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET updated_at = excluded.updated_at,"
        " title = iif(is_renamed, title, excluded.title)",
        (key, title, storable(assistant), thread.messages[0].created_at, now),
    )


def title_of(thread: Thread) -> str:
    """Return a title made from the first words that were said; safe to show."""
    first = next((message.text for message in thread.messages if message.text.strip()), "")
    return safe_line(" ".join(first[:1000].split()), TITLE_CELLS)


def write_message(db: sqlite3.Connection, key: str, seq: int, message: Message) -> None:
    """Write a message in its place of a thread."""
    db.execute(
        "INSERT INTO messages (thread_id, seq, id, role, body, folded) VALUES (?, ?, ?, ?, ?, ?)",
        (key, seq, message.id, message.role, encode_message(message), fold(storable(message.text))),
    )


def settle_run(db: sqlite3.Connection, run: int | None, ended: TurnEnded) -> None:
    """Close a run; of its events only those stay that its message does not tell."""
    events = events_of_run(db, run)
    if ended.rest != "on_server":  # else they tell which run it was
        events = shortened(events)
    db.execute(
        "UPDATE runs SET ended = ?, events = ? WHERE number = ?",
        (encode_ended(ended), encode_events(events) if events else None, run),
    )
    db.execute("DELETE FROM deltas WHERE run = ?", (run,))


def events_of_run(db: sqlite3.Connection, run: int | None) -> list[RunEvent]:
    """Return what was kept of a run that is open."""
    rows = db.execute("SELECT events FROM deltas WHERE run = ? ORDER BY number", (run,))
    return joined(event for row in rows for event in decode_events(row[0]))


def cut_ending(started_at: float, last_at: float | None, rest: Rest = "lost") -> TurnEnded:
    """Return the end of a run whose program ended before it."""
    total_s = max(0.0, (last_at or started_at) - started_at)
    return TurnEnded(
        "incomplete",
        _("Cut off here: the program ended before the answer did."),
        _("Ask again."),
        total_s=total_s,
        rest=rest,
    )


def settle_dead_runs(db: sqlite3.Connection) -> int:
    """Close the runs of programs that are no more: what had come of their replies becomes messages. Returns how many.

    Call it outside of a transaction. A run whose program lives is left alone.
    """
    rows = db.execute("SELECT number, pid FROM runs WHERE ended IS NULL").fetchall()
    dead = [run for run, pid in rows if not is_alive(pid)]
    if dead:
        with transaction(db):
            for run in dead:
                _settle_dead(db, run)
    return len(dead)


def _settle_dead(db: sqlite3.Connection, run: int) -> None:
    row = db.execute(
        "SELECT thread_id, seq, started_at, (SELECT max(at) FROM deltas WHERE run = number), ended"
        " FROM runs WHERE number = ?",
        (run,),
    ).fetchone()
    if row is None or row[4] is not None:  # another program was faster
        return
    key, seq, started_at, last_at = row[:4]
    events = events_of_run(db, run)
    reply = reply_of(events, is_whole=False)
    (last,) = db.execute("SELECT max(seq) FROM messages WHERE thread_id = ?", (key,)).fetchone()
    if reply is not None and last == seq:
        write_message(db, key, seq + 1, reply)
    is_open = any(isinstance(event, RunChanged) and event.run.id for event in events)
    settle_run(db, run, cut_ending(started_at, last_at, "on_server" if is_open else "lost"))
