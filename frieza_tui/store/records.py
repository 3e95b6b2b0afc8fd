"""A thread as JSON that other programs can read, and this one again. Knows no table."""

from dataclasses import replace
from typing import Final, Literal
from unicodedata import category

import msgspec

from frieza_tui.domain.branches import thread_of
from frieza_tui.domain.events import RunEvent
from frieza_tui.domain.thread import Node, Thread, new_id
from frieza_tui.domain.turn import TurnEnded
from frieza_tui.store.codec import EventRecord, MessageRecord, event_of, message_of, to_json
from frieza_tui.text.safe import make_safe

FORMAT: Final = "frieza-tui thread"


class RunRecord(msgspec.Struct, frozen=True):
    """A run that answered the message at place `seq` of `messages`."""

    seq: int
    api: str
    server: str
    model: str
    started_at: float
    ended: TurnEnded
    events: tuple[EventRecord, ...] = ()
    """What the message does not tell: tool calls, reasoning."""
    reply: str = ""
    """The id of the message that it wrote; empty if it wrote none, and in files from before there were branches."""


class ThreadRecord(msgspec.Struct, frozen=True):
    """A thread with everything that is kept of it; texts are as they came."""

    format: Literal["frieza-tui thread"]
    version: Literal[1, 2]
    """2 only if there are branches: who knows of none must not take them for one conversation."""
    id: str
    title: str
    assistant: str
    created_at: float
    updated_at: float
    messages: tuple[MessageRecord, ...]
    """In order of arrival."""
    runs: tuple[RunRecord, ...] = ()
    parents: dict[str, str] = {}
    """By its id, for each message that does not follow the one before it: which one it follows; empty for none."""
    head: str = ""
    """The id of the message at which the current path ends; empty for the last one."""


def thread_in(record: ThreadRecord, thread_id: str) -> Thread:
    """Return the thread of a record, under an id. Nothing in the record is trusted to fit together."""
    nodes: dict[str, Node] = {}
    last = ""
    for one in record.messages:
        message = message_of(one)
        if message.id in nodes:
            message = replace(message, id=new_id("msg"))
        parent_id = record.parents.get(message.id, last)
        nodes[message.id] = Node(message, parent_id if parent_id in nodes else "")
        last = message.id
    return thread_of(thread_id, tuple(nodes.values()), record.head if record.head in nodes else last)


def event_list(records: tuple[EventRecord, ...]) -> list[RunEvent]:
    """Return the run events of records; kinds that nothing here knows are left out."""
    return [event for event in map(event_of, records) if event is not None]


def readable_json(value: object, *, is_wide: bool = True) -> str:
    """Return JSON in which characters that could act on a terminal are escapes; nothing is lost.

    is_wide: over several lines.
    """
    text = to_json(value)
    if is_wide:
        text = msgspec.json.format(text, indent=2)
    return "\n".join(line if make_safe(line) == line else line.translate(_escapes(line)) for line in text.split("\n"))


def _escapes(line: str) -> dict[int, str]:
    """Return escapes for what does not show by itself; of a line in which something is wrong, marks are among it."""
    letters = {letter for letter in line if letter > "~"}
    return {ord(one): _escape(one) for one in letters if category(one)[0] == "M" or make_safe(f"a{one}") != f"a{one}"}


def _escape(letter: str) -> str:
    units = letter.encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
