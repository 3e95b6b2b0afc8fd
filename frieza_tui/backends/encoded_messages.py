"""Messages as encoded JSON, each encoded once: what a turn costs must not grow with the turns before it."""

import json
from collections.abc import Callable, Sequence

from frieza_tui.domain.thread import Message


class EncodedMessages:
    """Keeps the JSON of the messages of one thread, by their ids."""

    def __init__(self, encode: Callable[[Message], object]) -> None:
        """Take the function that gives a message as the API wants it."""
        self._encode = encode
        self._known: dict[str, tuple[Message, bytes]] = {}

    def of(self, messages: Sequence[Message]) -> list[bytes]:
        """Return the messages encoded, in order; what is no longer among them is forgotten."""
        known = {message.id: self._entry(message) for message in messages}
        self._known = known
        return [known[message.id][1] for message in messages]

    def _entry(self, message: Message) -> tuple[Message, bytes]:
        entry = self._known.get(message.id)
        if entry is None or (entry[0] is not message and entry[0] != message):
            entry = (message, encoded(self._encode(message)))
        return entry


def encoded(value: object) -> bytes:
    """Return JSON in UTF-8; halves of UTF-16 pairs, which cannot be encoded, become question marks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def encoded_object(fields: dict[str, object], list_name: str, items: Sequence[bytes]) -> bytes:
    """Return a JSON object of fields and, as its last, a list of items that are encoded already."""
    head = encoded({**fields, list_name: []})
    return b"".join((head[:-2], b",".join(items), b"]}"))
