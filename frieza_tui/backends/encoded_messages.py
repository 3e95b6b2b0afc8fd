"""Messages as encoded JSON, each encoded once: what a turn costs must not grow with the turns before it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

from frieza_tui.domain.branches import common_length
from frieza_tui.domain.thread import Message, Role


class EncodedMessages:
    """The JSON of one thread's messages; those of one role that follow each other are one, as chat templates want it.

    The three lists have an entry for each of these, oldest first.
    """

    def __init__(self, encode: Callable[[Message], object]) -> None:
        """Take the function that gives a message as the API wants it."""
        self.pieces: list[bytes] = []
        self.roles: list[Role] = []
        self.ends: list[int] = []
        """How many of the thread's messages are in this entry and those before it."""
        self.size_bytes = 0
        """Of all pieces."""
        self._encode = encode
        self._messages: tuple[Message, ...] = ()

    def follow(self, messages: Sequence[Message]) -> None:
        """Be those of these messages, of which only what has changed since the last time is looked at."""
        messages = tuple(messages)
        same = common_length(self._messages, messages)
        while self.ends and not self._stays(messages, same):
            self._drop_last()
        at = self.ends[-1] if self.ends else 0
        for _role, group in groupby(messages[at:], key=lambda message: message.role):
            self._append(list(group))
        self._messages = messages

    def _stays(self, messages: Sequence[Message], same: int) -> bool:
        """Return whether the last entry is as long as it was, and what follows is of the other role."""
        end = self.ends[-1]
        return end <= same and (end == len(messages) or messages[end].role != self.roles[-1])

    def _append(self, group: Sequence[Message]) -> None:
        joined = replace(group[0], parts=tuple(part for one in group for part in one.parts)) if group[1:] else group[0]
        piece = encoded(self._encode(joined))
        self.ends.append((self.ends[-1] if self.ends else 0) + len(group))
        self.roles.append(joined.role)
        self.pieces.append(piece)
        self.size_bytes += len(piece)

    def _drop_last(self) -> None:
        self.size_bytes -= len(self.pieces.pop())
        self.roles.pop()
        self.ends.pop()


def encoded(value: object) -> bytes:
    """Return JSON in UTF-8; halves of UTF-16 pairs, which cannot be encoded, become question marks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def encoded_object(fields: dict[str, object], list_name: str, items: Sequence[bytes]) -> bytes:
    """Return a JSON object of fields and, as its last, a list of items that are encoded already."""
    head = encoded({**fields, list_name: []})
    return b"".join((head[:-2], b",".join(items), b"]}"))
