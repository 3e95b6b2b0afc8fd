"""Reads kept threads: lists, one whole, search. Writes nothing."""

import sqlite3
from dataclasses import dataclass

from frieza_tui.domain.errors import StoreError
from frieza_tui.domain.thread import Message, Thread
from frieza_tui.domain.turn import PastTurn
from frieza_tui.i18n import _
from frieza_tui.store.codec import decode_ended, decode_events, decode_message, decode_records, message_record
from frieza_tui.store.records import FORMAT, RunRecord, ThreadRecord
from frieza_tui.store.run_events import events_of, reply_of
from frieza_tui.store.thread_writer import Written, cut_ending, events_of_run
from frieza_tui.text.folding import find_folded, fold
from frieza_tui.text.safe import make_safe, safe_line

EXCERPT_BEFORE, EXCERPT_AFTER = 30, 60
"""Characters of a message that are shown around a hit."""
_INDEXED = 3
"""Shorter words than that have no entry in a trigram index."""
_SUMMARY = (
    "SELECT threads.id, title, assistant, created_at, updated_at,"
    " (SELECT count(*) FROM messages AS one WHERE one.thread_id = threads.id)"
)


@dataclass(frozen=True, slots=True)
class ThreadSummary:
    """One line of a list of threads; its texts are safe to show."""

    id: str
    title: str
    assistant: str
    created_at: float
    """Seconds since the epoch, as the next."""
    updated_at: float
    messages: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A message in which words were found; its texts are safe to show."""

    thread: ThreadSummary
    message_id: str
    role: str
    before: str
    found: str
    after: str


@dataclass(frozen=True, slots=True)
class KeptThread:
    """A thread as it is on disk, its texts as they came."""

    summary: ThreadSummary
    thread: Thread
    turns: tuple[PastTurn, ...]
    draft: str
    written: Written
    """For the journal that goes on with it."""


@dataclass(frozen=True, slots=True)
class _RunRow:
    seq: int
    turn: PastTurn
    is_open: bool


def list_threads(db: sqlite3.Connection, words: str = "", limit: int = 1000) -> list[ThreadSummary]:
    """Return the threads that were used last, the newest first; with words only those where title or text has them."""
    if not words.strip():
        rows = db.execute(f"{_SUMMARY} FROM threads ORDER BY updated_at DESC, id LIMIT ?", (limit,))
        return [_summary(row) for row in rows]
    where, value = _holding(words)
    rows = db.execute(f"SELECT DISTINCT thread_id FROM messages WHERE {where}", (value,))
    in_text, in_title = {thread_id for (thread_id,) in rows}, fold(words.strip())
    return [one for one in list_threads(db, limit=limit) if one.id in in_text or in_title in fold(one.title)]


def _holding(words: str) -> tuple[str, str]:
    """Return a condition on messages, and its one value."""
    wanted = fold(words.strip())
    if len(wanted) < _INDEXED:
        return "instr(messages.folded, ?) > 0", wanted
    return "messages.number IN (SELECT rowid FROM words WHERE words MATCH ?)", '"' + wanted.replace('"', '""') + '"'


def search(db: sqlite3.Connection, words: str, limit: int = 200) -> list[Hit]:
    """Return the messages that hold these words as they stand, in the newest threads first.

    Width, case and kana make no difference. Words of one or two letters are looked for without an index.
    """
    if not words.strip():
        return []
    where, value = _holding(words)
    rows = db.execute(
        f"{_SUMMARY}, messages.body FROM threads JOIN messages ON messages.thread_id = threads.id"
        f" WHERE {where} ORDER BY threads.updated_at DESC, threads.id, messages.seq LIMIT ?",
        (value, limit),
    )
    return [_hit(_summary(row[:6]), decode_message(row[6]), words.strip()) for row in rows]


def find_thread(db: sqlite3.Connection, name: str) -> str:
    """Return the id of a thread: "last" for the one used last, an id, or the beginning of one that fits no other.

    Raises: StoreError if there is none, or more than one.
    """
    if name == "last":
        rows = db.execute("SELECT id FROM threads ORDER BY updated_at DESC LIMIT 1").fetchall()
        if not rows:
            raise StoreError(_("No thread is kept yet."), _("Start without --resume."))
        return str(rows[0][0])
    bare = name.removeprefix("thread_")
    rows = db.execute("SELECT id FROM threads WHERE substr(id, 8, ?) = ? LIMIT 2", (len(bare), bare)).fetchall()
    if len(rows) == 1 and bare:
        return str(rows[0][0])
    shown = safe_line(name, 60)
    happened = _("More than one thread begins with {name}.") if rows else _("There is no thread {name}.")
    raise StoreError(happened.format(name=shown), _("frieza-tui threads list shows them."))


def load_thread(db: sqlite3.Connection, thread_id: str) -> KeptThread:
    """Return a thread with what there is to show of its turns. Raises: StoreError if there is none of that id."""
    row = db.execute(f"{_SUMMARY} FROM threads WHERE id = ?", (thread_id,)).fetchone()
    if row is None:
        raise StoreError(_("There is no thread {name}.").format(name=safe_line(thread_id, 60)))
    rows = db.execute("SELECT body FROM messages WHERE thread_id = ? ORDER BY seq", (thread_id,))
    messages = [decode_message(body) for (body,) in rows]
    written = Written(thread_id, tuple(message.id for message in messages), own_id=thread_id)
    turns: list[PastTurn] = []
    runs = {run.seq: run for run in _runs(db, thread_id)}
    for seq, message in enumerate(messages):
        if message.role == "user":
            turns.append(_turn_of(message, messages[seq + 1 : seq + 2], runs.get(seq)))
        elif seq == 0 or messages[seq - 1].role != "user":
            turns.append(PastTurn(None, tuple(events_of(message))))
    last = runs.get(len(messages) - 1)
    if last is not None and last.is_open:
        reply = reply_of(last.turn.events, is_whole=False)
        messages += [reply] if reply is not None else []
    (draft,) = db.execute("SELECT max(text) FROM drafts WHERE thread_id = ?", (thread_id,)).fetchone()
    return KeptThread(_summary(row), Thread(thread_id, tuple(messages)), tuple(turns), draft or "", written)


def load_record(db: sqlite3.Connection, thread_id: str) -> ThreadRecord:
    """Return everything that is kept of a thread, as it came. Raises: StoreError if there is none of that id."""
    kept = load_thread(db, thread_id)
    rows = db.execute(
        "SELECT seq, api, server, model, started_at, ended, events FROM runs WHERE thread_id = ? AND ended IS NOT NULL"
        " ORDER BY seq",
        (thread_id,),
    )
    runs = tuple(
        RunRecord(seq, api, server, model, started_at, decode_ended(ended), decode_records(events or "[]"))
        for seq, api, server, model, started_at, ended, events in rows
    )
    (title,) = db.execute("SELECT title FROM threads WHERE id = ?", (thread_id,)).fetchone()
    summary, messages = kept.summary, tuple(message_record(message) for message in kept.thread.messages)
    times = (summary.created_at, summary.updated_at)
    return ThreadRecord(FORMAT, 1, thread_id, title, summary.assistant, *times, messages, runs)


def _runs(db: sqlite3.Connection, thread_id: str) -> list[_RunRow]:
    rows = db.execute(
        "SELECT number, seq, started_at, ended, events, (SELECT max(at) FROM deltas WHERE run = number)"
        " FROM runs WHERE thread_id = ?",
        (thread_id,),
    ).fetchall()
    found: list[_RunRow] = []
    for number, seq, started_at, ended, events, last_at in rows:
        kept = decode_events(events) if events else [] if ended else events_of_run(db, number)
        ending = decode_ended(ended) if ended else cut_ending(started_at, last_at)
        found.append(_RunRow(seq, PastTurn(None, tuple(kept), ending), ended is None))
    return found


def _turn_of(user: Message, following: list[Message], run: _RunRow | None) -> PastTurn:
    reply = following[0] if following and following[0].role == "assistant" else None
    events = run.turn.events if run is not None else ()
    if not events and reply is not None:
        events = tuple(events_of(reply))
    if run is not None:
        return PastTurn(user, events, run.turn.ended)
    return PastTurn(user, events) if events else PastTurn(user, (), cut_ending(user.created_at, None))


def _summary(row: tuple[str, str, str, float, float, int]) -> ThreadSummary:
    thread_id, title, assistant, created_at, updated_at, messages = row
    return ThreadSummary(
        safe_line(thread_id, 80), safe_line(title, 200), safe_line(assistant, 80), created_at, updated_at, messages
    )


def _hit(summary: ThreadSummary, message: Message, words: str) -> Hit:
    text = message.text
    start, end = find_folded(text, words) or (0, 0)
    pieces = (text[max(0, start - EXCERPT_BEFORE) : start], text[start:end], text[end : end + EXCERPT_AFTER])
    before, found, after = (" ".join(make_safe(piece).split("\n")) for piece in pieces)
    return Hit(summary, safe_line(message.id, 80), message.role, before, found, after)
