"""Reads kept threads: lists, one whole, search. Writes nothing."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from frieza_tui.domain.branches import by_way_of, nodes_of, thread_of
from frieza_tui.domain.errors import StoreError
from frieza_tui.domain.thread import Message, Node, Thread
from frieza_tui.domain.turn import PastTurn, TurnEnded
from frieza_tui.i18n import _
from frieza_tui.store.codec import (
    decode_ended,
    decode_events,
    decode_message,
    decode_records,
    decode_texts,
    message_record,
)
from frieza_tui.store.records import FORMAT, RunRecord, ThreadRecord
from frieza_tui.store.run_events import reply_of
from frieza_tui.store.thread_writer import TITLE_CELLS, Written, cut_ending, events_of_run
from frieza_tui.text.folding import find_folded, fold
from frieza_tui.text.moments import local_time
from frieza_tui.text.safe import make_safe, safe_line

EXCERPT_BEFORE, EXCERPT_AFTER = 30, 60
"""Characters of a message that are shown around a hit."""
_INDEXED = 3
"""Shorter words than that have no entry in a trigram index."""
_LEAST_OF_A_DATE = 4
"""Letters, such as 2026 or 11-2; fewer are in nearly every one."""
_DONE = TurnEnded("done")
_SUMMARY = (
    "SELECT threads.id, title, assistant, created_at, updated_at,"
    " (SELECT count(*) FROM messages AS one WHERE one.thread_id = threads.id),"
    " iif(is_renamed, (SELECT substr(json_extract(body, '$.parts[0].text'), 1, 200) FROM messages AS one"
    " WHERE one.thread_id = threads.id ORDER BY seq LIMIT 1), '')"
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
    first_words: str = ""
    """What was said first; empty where the title is made from it."""


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
    """Those of other branches, then those of the path, oldest first; what messages tell is not in their events."""
    draft: str
    queued: tuple[str, ...]
    written: Written
    """For the journal that goes on with it."""


@dataclass(frozen=True, slots=True)
class _RunRow:
    asked: str
    turn: PastTurn
    is_open: bool


def list_threads(db: sqlite3.Connection, words: str = "", limit: int = 1000) -> list[ThreadSummary]:
    """Return the threads that were used last, the newest first; with words those where title, date or text has them."""
    threads = map(_summary, db.execute(f"{_SUMMARY} FROM threads ORDER BY updated_at DESC, id"))
    if not words.strip():
        return list(islice(threads, limit))
    where, value = _holding(words)
    rows = db.execute(f"SELECT DISTINCT thread_id FROM messages WHERE {where}", (value,))
    in_text, in_title = {thread_id for (thread_id,) in rows}, fold(words.strip())
    found = (one for one in threads if one.id in in_text or in_title in fold(one.title) or _is_in_date(in_title, one))
    return list(islice(found, limit))


def _is_in_date(words: str, one: ThreadSummary) -> bool:
    return len(words) >= _LEAST_OF_A_DATE and words in local_time(one.updated_at)


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
    return _hits(db, words, "messages.seq", "ORDER BY threads.updated_at DESC, threads.id, messages.seq", limit)


def first_hits(db: sqlite3.Connection, words: str, limit: int = 200) -> list[Hit]:
    """Return the first of these messages in each thread."""
    rest = "GROUP BY threads.id ORDER BY threads.updated_at DESC, threads.id"
    return _hits(db, words, "min(messages.seq)", rest, limit)  # beside min() SQLite gives the columns of its row


def _hits(db: sqlite3.Connection, words: str, place: str, rest: str, limit: int) -> list[Hit]:
    if not words.strip():
        return []
    where, value = _holding(words)
    query = f"{_SUMMARY}, messages.body, {place} FROM threads JOIN messages ON messages.thread_id = threads.id"
    rows = db.execute(f"{query} WHERE {where} {rest} LIMIT ?", (value, limit))
    return [_hit(_summary(row[:7]), decode_message(row[7]), words.strip()) for row in rows]


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


def load_thread(db: sqlite3.Connection, thread_id: str, by_message: str = "") -> KeptThread:
    """Return a thread with what there is to show of its turns. Raises: StoreError if there is none of that id.

    by_message: the id of a message through which the path is to lead; "" leaves it as it is.
    """
    row = db.execute(f"{_SUMMARY}, head FROM threads WHERE id = ?", (thread_id,)).fetchone()
    if row is None:
        raise StoreError(_("There is no thread {name}.").format(name=safe_line(thread_id, 60)))
    thread = _read_thread(db, thread_id, row[7])
    written = Written(thread_id, thread)
    nodes = thread.nodes
    if any(node.message.id == by_message for node in nodes):
        thread = by_way_of(thread, by_message)
    runs = _runs(db, thread_id)
    turns = _turns_by_key(thread, runs)
    growing = next((run for run in runs if run.is_open and run.asked == thread.head_id), None)
    reply = reply_of(growing.turn.events, is_whole=False) if growing is not None else None
    if growing is not None and reply is not None:
        thread = thread.with_message(reply)
        turns[reply.id] = replace(growing.turn, reply_id=reply.id)
    draft, queued = db.execute("SELECT text, queued FROM drafts WHERE thread_id = ?", (thread_id,)).fetchone() or (
        "",
        "[]",
    )
    return KeptThread(_summary(row[:7]), thread, tuple(_turns(thread, turns)), draft, decode_texts(queued), written)


def _read_thread(db: sqlite3.Connection, thread_id: str, head_id: str) -> Thread:
    """Read all messages. Nearly every thread is a line, and then they are the path as they arrived."""
    rows = db.execute("SELECT body, parent FROM messages WHERE thread_id = ? ORDER BY seq", (thread_id,)).fetchall()
    messages = [decode_message(body) for body, _parent in rows]
    befores = ["", *(message.id for message in messages)]
    if head_id == befores[-1] and all(row[1] == before for row, before in zip(rows, befores, strict=False)):
        return Thread(thread_id, tuple(messages))
    return thread_of(thread_id, [Node(one, row[1]) for one, row in zip(messages, rows, strict=True)], head_id)


def _turns_by_key(thread: Thread, runs: Sequence[_RunRow]) -> dict[str, PastTurn]:
    """Return the runs' turns by their keys. An open run may have its reply here already: somebody went on with it."""
    turns = {run.turn.reply_id or run.asked: run.turn for run in runs}
    for run in runs:
        if not run.is_open:
            continue
        replies = (
            one.message.id for one in nodes_of(thread) if one.parent_id == run.asked and one.message.role == "assistant"
        )
        reply_id = next((one for one in replies if one not in turns), "")
        if reply_id:
            turns[reply_id] = replace(run.turn, reply_id=reply_id)
    return turns


def _turns(thread: Thread, runs: dict[str, PastTurn]) -> Iterator[PastTurn]:
    """Yield the turns of the runs that wrote messages beside the path, then those of the path."""
    messages = thread.messages
    on_path = {message.id for message in messages}
    yield from (turn for reply_id, turn in runs.items() if turn.reply_id and reply_id not in on_path)
    for at, message in enumerate(messages):
        if message.role == "user":
            yield _turn_of(message, messages[at + 1 : at + 2], runs)
        elif at == 0 or messages[at - 1].role != "user":
            yield PastTurn(None, ended=_DONE, reply_id=message.id)


def _turn_of(user: Message, following: Sequence[Message], runs: dict[str, PastTurn]) -> PastTurn:
    reply = following[0] if following and following[0].role == "assistant" else None
    run = runs.get(reply.id if reply is not None else user.id)
    if reply is None:
        return replace(run, user=user) if run is not None else PastTurn(user, ended=None)
    return replace(run, user=user) if run is not None else PastTurn(user, ended=_DONE, reply_id=reply.id)


def load_record(db: sqlite3.Connection, thread_id: str) -> ThreadRecord:
    """Return everything that is kept of a thread, as it came. Raises: StoreError if there is none of that id."""
    kept = load_thread(db, thread_id)
    nodes = nodes_of(kept.thread)
    places = {node.message.id: at for at, node in enumerate(nodes)}
    rows = db.execute(
        "SELECT asked, api, server, model, started_at, ended, events, reply FROM runs"
        " WHERE thread_id = ? AND ended IS NOT NULL ORDER BY number",
        (thread_id,),
    )
    runs = tuple(
        RunRecord(
            places[asked], api, server, model, started_at, decode_ended(ended), decode_records(events or "[]"), reply
        )
        for asked, api, server, model, started_at, ended, events, reply in rows
        if asked in places
    )
    (title,) = db.execute("SELECT title FROM threads WHERE id = ?", (thread_id,)).fetchone()
    summary, messages = kept.summary, tuple(message_record(node.message) for node in nodes)
    before = ["", *(node.message.id for node in nodes)]
    parents = {
        node.message.id: node.parent_id for one, node in zip(before, nodes, strict=False) if node.parent_id != one
    }
    head = kept.thread.head_id if kept.thread.nodes else ""
    return ThreadRecord(
        FORMAT,
        2 if kept.thread.nodes else 1,
        thread_id,
        title,
        summary.assistant,
        summary.created_at,
        summary.updated_at,
        messages,
        runs,
        parents,
        head,
    )


def _runs(db: sqlite3.Connection, thread_id: str) -> list[_RunRow]:
    rows = db.execute(
        "SELECT number, asked, reply, started_at, ended, events, (SELECT max(at) FROM deltas WHERE run = number)"
        " FROM runs WHERE thread_id = ? ORDER BY number",
        (thread_id,),
    ).fetchall()
    found: list[_RunRow] = []
    for number, asked, reply, started_at, ended, events, last_at in rows:
        kept = decode_events(events) if events else [] if ended else events_of_run(db, number)
        ending = decode_ended(ended) if ended else cut_ending(started_at, last_at)
        found.append(_RunRow(asked, PastTurn(None, tuple(kept), ending, reply), ended is None))
    return found


def _summary(row: tuple[str, str, str, float, float, int, str | None]) -> ThreadSummary:
    thread_id, title, assistant, created_at, updated_at, messages, first_words = row
    return ThreadSummary(
        safe_line(thread_id, 80),
        safe_line(title, 200),
        safe_line(assistant, 80),
        created_at,
        updated_at,
        messages,
        safe_line(" ".join((first_words or "").split()), TITLE_CELLS),
    )


def _hit(summary: ThreadSummary, message: Message, words: str) -> Hit:
    text = message.text
    start, end = find_folded(text, words) or (0, 0)
    pieces = (text[max(0, start - EXCERPT_BEFORE) : start], text[start:end], text[end : end + EXCERPT_AFTER])
    before, found, after = (" ".join(make_safe(piece).split("\n")) for piece in pieces)
    return Hit(summary, safe_line(message.id, 80), message.role, before, found, after)
