"""One client's stream of server-sent events: a bounded buffer between a run and a reader. Knows no run."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator

import msgspec

_FULL_BYTES = 1_000_000
_KEEP_ALIVE_S = 15.0
# JSON may carry these raw, but old clients (the Node client of April 2024 among them) split lines at them.
_LINE_ENDS = ((b"\xc2\x85", rb"\u0085"), (b"\xe2\x80\xa8", rb"\u2028"), (b"\xe2\x80\xa9", rb"\u2029"))
DONE = b"event: done\ndata: [DONE]\n\n"


def encode_event(kind: str, data: object) -> bytes:
    """Return one event as it goes over the wire."""
    body = msgspec.json.encode(data)
    for raw, escaped in _LINE_ENDS:
        if raw in body:
            body = body.replace(raw, escaped)
    return b"event: %s\ndata: %s\n\n" % (kind.encode(), body)


class EventStream:
    """Events on their way to one reader. The writer never waits, unless it chooses to by `make_room`."""

    def __init__(self) -> None:
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

    def push(self, chunk: bytes) -> None:
        """Add to what the reader will get."""
        if not self.is_open or self._is_finished:
            return
        self._chunks.append(chunk)
        self._size += len(chunk)
        if self._size > _FULL_BYTES:
            self._has_room.clear()
        self._has_news.set()

    def finish(self) -> None:
        """Say that nothing follows."""
        self._is_finished = True
        self._has_news.set()

    def close(self) -> None:
        """Forget the reader: it has gone."""
        self.is_open = False
        self._clear()
        self.finish()

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
            self.push(encode_event("error", {**fault, "param": None, "type": "server_error"}))
            self.finish()

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield what has come, joined; a comment when nothing came for a while; end after `finish`."""
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
                    async with asyncio.timeout(_KEEP_ALIVE_S):
                        await self._has_news.wait()
                except TimeoutError:
                    yield b": waiting\n\n"

    def _clear(self) -> None:
        self._chunks.clear()
        self._size = 0
        self._has_room.set()
