"""Writes the thread of one conversation, its runs and its draft. Used by one thread, within its transactions."""

import logging
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from msgspec import DecodeError

from frieza_tui.domain.branches import arrived, common_start, nodes_of
from frieza_tui.domain.events import RunChanged, RunEvent
from frieza_tui.domain.run import RunOrigin
from frieza_tui.domain.thread import Message, Node, Thread, new_id
from frieza_tui.domain.turn import Rest, TurnEnded, Unsent
from frieza_tui.i18n import _
from frieza_tui.store.codec import (
    decode_events,
    decode_message,
    decode_texts,
    encode_ended,
    encode_events,
    encode_message,
    encode_texts,
    storable,
)
from frieza_tui.store.database import transaction
from frieza_tui.store.processes import Process, this_process
from frieza_tui.store.run_events import joined, reply_of, shortened
from frieza_tui.store.running import is_running
from frieza_tui.text.folding import fold
from frieza_tui.text.safe import safe_line

log = logging.getLogger(__name__)

TITLE_CELLS = 60


@dataclass(frozen=True, slots=True)
class Written:
    """What of the conversation is in the file."""

    thread_id: str = ""
    """Under which id; another one than the conversation's own if some other program changed that thread."""
    thread: Thread = field(default_factory=lambda: Thread(""))
    """As the conversation has it, with its own id."""
    run: int | None = None
    """The run that is open, by its number."""
    has_deleted: bool = False
    """Whether messages were taken out of the file whose runs are still known."""


class ThreadWriter:
    """Brings the file in step with one conversation; `written` is to be put back where a transaction fails."""

    def __init__(self, db: sqlite3.Connection, written: Written) -> None:
        self.written = written
        self.db = db

    def begin_run(self, thread: Thread, assistant: str, origin: RunOrigin) -> None:
        """Keep the thread, whose last message is the user's, and open a run that answers it."""
        self._turn_to(thread)
        self._sync(thread, assistant)
        self.finish()
        self._open_run(thread, origin)

    def keep(self, thread: Thread, assistant: str) -> None:
        """Keep the thread as it is now. What is known of runs stays until the next one: this may be undone."""
        self._turn_to(thread)
        if thread.messages or arrived(self.written.thread)[0]:
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
        self._sync(thread, assistant)
        if ended.is_sent and thread.messages:
            if self.written.run is None:
                self._open_run(thread, origin)
            settle_run(self.db, self.written.run, ended, _reply_id(thread))
            self.db.execute(
                "UPDATE runs SET api = ?, server = ?, model = ? WHERE number = ?",
                (origin.api, origin.server, origin.model, self.written.run),
            )
        self.finish()
        self.written = replace(self.written, run=None)

    def keep_unsent(self, thread_id: str, unsent: Unsent) -> None:
        """Keep what is written, or waits, and is not sent; nothing forgets what there was."""
        key = self.written.thread_id if self.written.thread.id == thread_id else thread_id
        if unsent == Unsent():
            self.db.execute("DELETE FROM drafts WHERE thread_id = ?", (key,))
            return
        self.db.execute(
            "INSERT OR REPLACE INTO drafts (thread_id, text, updated_at, queued, pid, born) VALUES (?, ?, ?, ?, ?, ?)",
            (key, storable(unsent.draft), time.time(), encode_texts(unsent.queued), *this_process()),
        )

    def take_lost_unsent(self) -> Unsent:
        """Return, and forget, what a program that is no more had written for no kept thread."""
        rows = self.db.execute(
            "SELECT thread_id, text, queued, pid, born FROM drafts WHERE thread_id NOT IN (SELECT id FROM threads)"
            " ORDER BY updated_at DESC"
        )
        lost = next((row for row in rows.fetchall() if not is_running(self.db, Process(*row[3:]))), None)
        if lost is None:
            return Unsent()
        self.db.execute("DELETE FROM drafts WHERE thread_id = ?", lost[:1])
        return Unsent(lost[1], decode_texts(lost[2]))

    def go_on(self, thread: Thread) -> None:
        """Note that the conversation is now this thread, which was read from the file."""
        drop_orphan_runs(self.db, self.written.thread_id)
        self.written = Written(thread.id, thread)

    def finish(self) -> None:
        """Forget what is still known of runs whose messages were deleted: that is no longer undone."""
        if self.written.has_deleted:  # else there are none, and looking takes longer with every turn
            drop_orphan_runs(self.db, self.written.thread_id)
            self.written = replace(self.written, has_deleted=False)

    def _turn_to(self, thread: Thread) -> None:
        if self.written.thread.id != thread.id:
            self.written = Written(thread.id, Thread(thread.id))

    def _open_run(self, thread: Thread, origin: RunOrigin) -> None:
        key, asked = self.written.thread_id, _asked_id(thread)
        self.db.execute("DELETE FROM runs WHERE thread_id = ? AND asked = ? AND reply = ''", (key, asked))
        run = self.db.execute(
            "INSERT INTO runs (thread_id, asked, api, server, model, started_at, pid, born)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (key, asked, origin.api, origin.server, origin.model, time.time(), *this_process()),
        ).lastrowid
        self.written = replace(self.written, run=run)

    def _sync(self, thread: Thread, assistant: str) -> None:
        """Write the messages that the file has not, and take out those that the thread has no more."""
        key, known = self.written.thread_id, self.written.thread
        run, has_deleted = self.written.run, self.written.has_deleted
        if _last_of(self.db, key) != arrived(known):
            # Another program went on with the thread: ours becomes its own.
            key, known, run, has_deleted = new_id("thread"), Thread(thread.id), None, False
        if not thread.messages and not thread.nodes:
            self.db.execute("DELETE FROM threads WHERE id = ?", (key,))
            self.written = Written(key, Thread(thread.id))
            return
        same = common_start(known, thread)
        write_thread(self.db, key, thread, assistant)
        taken_out = self.db.execute("DELETE FROM messages WHERE thread_id = ? AND seq >= ?", (key, same)).rowcount
        for seq, node in enumerate(nodes_of(thread, same), same):
            write_message(self.db, key, seq, node)
        self.written = Written(key, thread, run, has_deleted or taken_out > 0)


def has_run(db: sqlite3.Connection, written: Written) -> bool:
    """Tell whether the run that is open is in the file, which may be another one than before."""
    query = "SELECT 1 FROM runs WHERE number = ? AND thread_id = ? AND pid = ? AND born = ? AND ended IS NULL"
    return db.execute(query, (written.run, written.thread_id, *this_process())).fetchone() is not None


def _last_of(db: sqlite3.Connection, key: str) -> tuple[int, str | None]:
    """Return the number of a thread's messages and the last one's id: no change of it leaves both as they were."""
    query = "SELECT seq + 1, id FROM messages WHERE thread_id = ? ORDER BY seq DESC LIMIT 1"
    return db.execute(query, (key,)).fetchone() or (0, None)


def _asked_id(thread: Thread) -> str:
    asked = next((one for one in reversed(thread.messages) if one.role == "user"), thread.messages[0])
    return asked.id


def _reply_id(thread: Thread) -> str:
    return thread.head_id if thread.messages[-1].role == "assistant" else ""


def drop_orphan_runs(db: sqlite3.Connection, key: str) -> None:
    """Forget the runs of a thread whose messages are gone."""
    ids = "(SELECT id FROM messages WHERE thread_id = :thread)"  # made once, not for each run
    db.execute(
        f"DELETE FROM runs WHERE thread_id = :thread AND (asked NOT IN {ids} OR (reply <> '' AND reply NOT IN {ids}))",
        {"thread": key},
    )


def write_thread(db: sqlite3.Connection, key: str, thread: Thread, assistant: str) -> None:
    """Write a thread's row; a title that a user gave stays."""
    now = time.time()
    title = title_of(thread)
    first = thread.nodes[0].message if thread.nodes else thread.messages[0]
    db.execute(
        "INSERT INTO threads (id, title, assistant, created_at, updated_at, head) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET updated_at = excluded.updated_at, head = excluded.head,"
        " title = iif(is_renamed, title, excluded.title)",
        (key, title, storable(assistant), first.created_at, now, thread.head_id),
    )


def title_of(thread: Thread) -> str:
    """Return a title made from the first words that were said; safe to show."""
    first = next((message.text for message in thread.messages if message.text.strip()), "")
    return safe_line(" ".join(first[:1000].split()), TITLE_CELLS)


def write_message(db: sqlite3.Connection, key: str, seq: int, node: Node) -> None:
    """Write a message in its place of a thread."""
    message = node.message
    db.execute(
        "INSERT INTO messages (thread_id, seq, id, role, body, folded, parent) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            key,
            seq,
            message.id,
            message.role,
            encode_message(message),
            fold(storable(message.text)),
            node.parent_id,
        ),
    )


def settle_run(db: sqlite3.Connection, run: int | None, ended: TurnEnded, reply_id: str) -> None:
    """Close a run; of its events only those stay that its message does not tell.

    reply_id: of that message; "" if none came.
    """
    events = events_of_run(db, run)
    if ended.rest != "on_server":  # else they tell which run it was
        events = shortened(events)
    db.execute(
        "UPDATE runs SET ended = ?, events = ?, reply = ? WHERE number = ?",
        (encode_ended(ended), encode_events(events) if events else None, reply_id, run),
    )
    db.execute("DELETE FROM deltas WHERE run = ?", (run,))


def events_of_run(db: sqlite3.Connection, run: int | None) -> list[RunEvent]:
    """Return what was kept of a run that is open."""
    rows = db.execute("SELECT events FROM deltas WHERE run = ? ORDER BY number", (run,))
    return joined(event for row in rows for event in _readable(row[0]))


def _readable(events: str) -> list[RunEvent]:
    """Return the run events of their JSON; none where it is damaged, for the others are there all the same."""
    try:
        return decode_events(events)
    except DecodeError:
        log.warning("a piece of a reply could not be read")
        return []


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
    rows = db.execute("SELECT number, pid, born FROM runs WHERE ended IS NULL").fetchall()
    dead = [run for run, *maker in rows if not is_running(db, Process(*maker))]
    if dead:
        with transaction(db):
            for run in dead:
                _settle_dead(db, run)
    return len(dead)


def _settle_dead(db: sqlite3.Connection, run: int) -> None:
    row = db.execute(
        "SELECT thread_id, asked, started_at, (SELECT max(at) FROM deltas WHERE run = number), ended"
        " FROM runs WHERE number = ?",
        (run,),
    ).fetchone()
    if row is None or row[4] is not None:  # another program was faster
        return
    key, asked, started_at, last_at = row[:4]
    events = events_of_run(db, run)
    reply = reply_of(events, is_whole=False)
    if reply is not None and not _is_kept(db, key, asked, reply):
        reply = _with_own_id(db, key, reply)
        (last,) = db.execute("SELECT max(seq) FROM messages WHERE thread_id = ?", (key,)).fetchone()
        write_message(db, key, last + 1, Node(reply, asked))
        db.execute("UPDATE threads SET head = ? WHERE id = ? AND head = ?", (reply.id, key, asked))
    is_open = any(isinstance(event, RunChanged) and event.run.id for event in events)
    ended = cut_ending(started_at, last_at, "on_server" if is_open else "lost")
    settle_run(db, run, ended, reply.id if reply else "")


def _is_kept(db: sqlite3.Connection, key: str, asked: str, reply: Message) -> bool:
    """Tell whether another program, which went on with the thread meanwhile, has written this reply down."""
    where = "thread_id = ? AND id = ? AND parent = ?"
    row = db.execute(f"SELECT body FROM messages WHERE {where}", (key, reply.id, asked)).fetchone()
    return row is not None and reply.text.startswith(decode_message(row[0]).text)


def _with_own_id(db: sqlite3.Connection, key: str, message: Message) -> Message:
    """Return the message with an id that no other of the thread has."""
    is_taken = db.execute("SELECT 1 FROM messages WHERE thread_id = ? AND id = ?", (key, message.id)).fetchone()
    return replace(message, id=new_id("msg")) if is_taken else message
