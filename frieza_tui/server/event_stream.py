"""One client's stream of server-sent events: a bounded buffer between a run and a reader. Knows no run."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator

import msgspec

_FULL_BYTES = 1_000_000
KEEP_ALIVE_S = 5.0
"""Below what readers take for silence."""
_DONE = b"event: done\ndata: [DONE]\n\n"
# Clients of the API's v1 know no "incomplete" run: without a final event that they know, their helper fails.
_V1_NAMES = {"thread.run.incomplete": "thread.run.completed"}


def encode_event(kind: str, data: object) -> bytes:
    """Return one event as it goes over the wire, in ASCII.

    Some clients end lines at U+2028 and U+0085, as Python's `str.splitlines` does; some break a character that two
    packets share.
    """
    body = json.dumps(msgspec.to_builtins(data), separators=(",", ":"))
    return f"event: {kind}\ndata: {body}\n\n".encode("ascii")


class EventStream:
    """Events on their way to one reader. The writer never waits, unless it chooses to by `make_room`."""

    def __init__(self, *, speaks_v1: bool = False) -> None:
        """`speaks_v1`: the client asked for `OpenAI-Beta: assistants=v1`."""
        self._names = _V1_NAMES if speaks_v1 else {}
        self._chunks: deque[bytes] = deque()
        self._size = 0
        self._is_finished = False
        self._has_news = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()
        self.is_open = True
        """False once the reader has gone or was dropped; what is pushed then is forgotten."""

    @property
    def is_full(self) -> bool:
        """Whether the reader is so far behind that the writer should wait or drop it."""
        return not self._has_room.is_set()

    def tell(self, kind: str, data: object) -> None:
        """Add an event to what the reader will get."""
        if self.is_open and not self._is_finished:
            self._push(encode_event(self._names.get(kind, kind), data))

    def end(self) -> None:
        """Add the end mark; nothing follows it."""
        if self.is_open and not self._is_finished:
            self._push(_DONE)
        self._finish()

    def _push(self, chunk: bytes) -> None:
        self._chunks.append(chunk)
        self._size += len(chunk)
        if self._size > _FULL_BYTES:
            self._has_room.clear()
        self._has_news.set()

    def _finish(self) -> None:
        self._is_finished = True
        self._has_news.set()

    def close(self) -> None:
        """Forget the reader: it has gone."""
        self.is_open = False
        self._clear()
        self._finish()

    async def make_room(self, grace_s: float) -> None:
        """Wait until the reader has caught up; drop it if that takes longer than `grace_s` seconds.

        A dropped reader gets an error event as its last.
        """
        try:
            async with asyncio.timeout(grace_s):
                await self._has_room.wait()
        except TimeoutError:
            self._clear()
            fault = {"code": "slow_reader", "message": "The stream was not read fast enough; the run goes on."}
            self.tell("error", {**fault, "param": None, "type": "server_error"})
            self._finish()

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield what has come, joined; a comment when nothing came for a while; stop after the end."""
        while True:
            if self._chunks:
                gathered = b"".join(self._chunks)
                self._clear()
                yield gathered
            elif self._is_finished:
                return
            else:
                self._has_news.clear()
                try:
                    async with asyncio.timeout(KEEP_ALIVE_S):
                        await self._has_news.wait()
                except TimeoutError:
                    yield b": waiting\n\n"

    def _clear(self) -> None:
        self._chunks.clear()
        self._size = 0
        self._has_room.set()
