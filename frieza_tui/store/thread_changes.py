"""Changes to kept threads that no conversation makes: names, deletions, imports. Used within a transaction."""

import sqlite3
import time
from dataclasses import dataclass

from frieza_tui.domain.branches import nodes_of
from frieza_tui.domain.thread import Thread, new_id
from frieza_tui.store.codec import encode_ended, encode_events, storable
from frieza_tui.store.records import RunRecord, event_list
from frieza_tui.store.thread_writer import TITLE_CELLS, title_of, write_message
from frieza_tui.text.safe import safe_line


@dataclass(frozen=True, slots=True)
class NewThread:
    """A thread that comes from a file."""

    thread: Thread
    title: str = ""
    """Empty: made from the first words."""
    assistant: str = ""
    created_at: float = 0.0
    """Seconds since the epoch, as the next; 0: now."""
    updated_at: float = 0.0
    runs: tuple[RunRecord, ...] = ()


def rename_thread(db: sqlite3.Connection, thread_id: str, title: str) -> None:
    """Give a thread a title that stays; an empty one lets it be made from the first words again."""
    shown = safe_line(" ".join(title.split()), TITLE_CELLS * 2)
    db.execute(
        "UPDATE threads SET title = iif(?1 = '', title, ?1), is_renamed = (?1 <> '') WHERE id = ?2", (shown, thread_id)
    )


def delete_thread(db: sqlite3.Connection, thread_id: str) -> None:
    """Delete a thread with all that belongs to it."""
    db.execute("DELETE FROM threads WHERE id = ?", (thread_id,))
    db.execute("DELETE FROM drafts WHERE thread_id = ?", (thread_id,))


def add_thread(db: sqlite3.Connection, new: NewThread) -> str | None:
    """Keep a thread from a file; returns its id, or None if it is here already.

    One that has gone on here since, or there, gets an id of its own: both stay.
    """
    thread_id, nodes = new.thread.id, nodes_of(new.thread)
    rows = db.execute("SELECT id FROM messages WHERE thread_id = ? ORDER BY seq", (thread_id,)).fetchall()
    if rows:
        if [row[0] for row in rows] == [node.message.id for node in nodes]:
            return None
        thread_id = new_id("thread")
    now = time.time()
    title = safe_line(new.title, TITLE_CELLS * 2)
    db.execute(
        "INSERT INTO threads (id, title, is_renamed, assistant, created_at, updated_at, head)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            thread_id,
            title or title_of(new.thread),
            bool(title),
            storable(new.assistant),
            new.created_at or now,
            new.updated_at or new.created_at or now,
            new.thread.head_id,
        ),
    )
    for seq, node in enumerate(nodes):
        write_message(db, thread_id, seq, node)
    replies = {(node.parent_id, node.message.id) for node in nodes if node.message.role == "assistant"}
    for run in new.runs:
        if 0 <= run.seq < len(nodes):
            asked = nodes[run.seq].message.id
            _add_run(db, thread_id, run, asked, run.reply if (asked, run.reply) in replies else "")
    return thread_id


def _add_run(db: sqlite3.Connection, thread_id: str, run: RunRecord, asked: str, reply: str) -> None:
    events = event_list(run.events)
    db.execute(
        "INSERT INTO runs (thread_id, asked, reply, pid, api, server, model, started_at, ended, events)"
        " VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?)",
        (
            thread_id,
            asked,
            reply,
            storable(run.api),
            storable(run.server),
            storable(run.model),
            run.started_at,
            encode_ended(run.ended),
            encode_events(events) if events else None,
        ),
    )
