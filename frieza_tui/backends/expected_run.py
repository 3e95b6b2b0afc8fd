"""A run that may be asked for next, as one line from the screen's process to its child. Knows neither process."""

from collections.abc import Iterable, Iterator

import msgspec

from frieza_tui.backends.base import RunRequest
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.thread import Message, Role, TextPart, Thread

LONGEST = 20_000
"""Characters of a thread that are told, of its end; the embedded models' windows hold less."""


class _Line(msgspec.Struct, frozen=True):
    instructions: str
    messages: tuple[tuple[Role, str], ...]
    """Role and text, oldest first."""


def _newest(messages: Iterable[tuple[Role, str]]) -> Iterator[tuple[Role, str]]:
    left = LONGEST
    for role, text in messages:
        left -= len(text)
        if left < 0:
            return
        yield role, text.encode("utf-8", "replace").decode()


def encode_expected(request: RunRequest) -> bytes:
    """Return the line, its end included."""
    newest_first = _newest((message.role, message.text) for message in reversed(request.thread.messages))
    line = _Line(request.assistant.instructions, tuple(newest_first)[::-1])
    return msgspec.json.encode(line) + b"\n"


def decode_expected(line: bytes) -> RunRequest | None:
    """Return what a line asks to be read; None if it has no message. Raises: ValueError."""
    told = msgspec.json.decode(line, type=_Line)
    if not told.messages:
        return None
    messages = tuple(Message(role, (TextPart(text),)) for role, text in told.messages)
    return RunRequest(Assistant("", told.instructions), Thread(messages=messages))
