"""What the APIs of the loopback server share: JSON, server-sent events, and the frame around a reply's deltas."""

import itertools
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from tests.benchmarks.loopback.plan import Plan

Json: TypeAlias = dict[str, object]

MODEL: Final = "bench-model"
_HOLE: Final = "@@"
_serial: Final = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Stream:
    """A reply on its way out: `head`, then `before` + delta + `after` for each delta, then one of the tails."""

    plan: Plan
    head: bytes
    before: str
    after: str
    tail: bytes
    cancelled_tail: bytes = b""
    is_cancelled: Callable[[], bool] = lambda: False


Answer: TypeAlias = Json | Stream | None
"""What a request gets: an object, a stream, or None for 404."""


def new_id(prefix: str) -> str:
    """Return an id that no other object has."""
    return f"{prefix}_{next(_serial):08d}"


def now() -> int:
    """Return the time in the APIs' unit."""
    return int(time.time())


def as_json(value: object) -> str:
    """Return compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def event(data: Mapping[str, object] | str, name: str = "") -> bytes:
    """Return one server-sent event."""
    body = data if isinstance(data, str) else as_json(data)
    return (f"event: {name}\n" if name else "").encode() + f"data: {body}\n\n".encode()


def around(make: Callable[[str], bytes]) -> tuple[str, str]:
    """Return what stands before and after the text in an event that carries a text."""
    before, after = make(_HOLE).decode().split(f'"{_HOLE}"')
    return before, after


def text_of(content: object) -> str:
    """Return the text of a message's content: a string, or parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, Mapping):
        return text_of(content.get("text") or content.get("value") or "")
    return "\n".join(text_of(part) for part in content) if isinstance(content, list) else ""


def last_user_text(messages: object) -> str:
    """Return the text of the last message that a user wrote."""
    for message in reversed(messages if isinstance(messages, list) else []):
        if isinstance(message, Mapping) and message.get("role") == "user":
            return text_of(message.get("content"))
    return ""


def listing(items: list[Json]) -> Json:
    """Return a page that is all there is."""
    ids = [str(item["id"]) for item in items]
    return {
        "object": "list",
        "data": items,
        "first_id": ids[0] if ids else None,
        "last_id": ids[-1] if ids else None,
        "has_more": False,
    }
