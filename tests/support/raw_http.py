"""A raw HTTP/1.1 server on loopback for tests: answers are made by a function, bodies may stall, be cut, or be late."""

import asyncio
import json
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qs, urlsplit

from tests.support.listener import listening

CUT: Final = object()
"""In an answer's pieces: drop the connection here."""


@dataclass(frozen=True)
class Call:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body or b"{}")

    def is_a(self, method: str, path_end: str) -> bool:
        return self.method == method and self.path.endswith(path_end)


@dataclass
class Answer:
    """One answer: pieces are sent as they come; an Event is waited for."""

    pieces: Sequence[object]
    status: int = 200
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    is_raw: bool = False
    """The pieces are all that is sent, and the connection is closed behind them."""


def json_answer(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    return Answer([json.dumps(value).encode()], status, headers=headers or {})


def error_answer(status: int, message: str, code: str | None = None, headers: dict[str, str] | None = None) -> Answer:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    return json_answer({"error": error}, status, headers)


Handler: TypeAlias = Callable[[Call], Answer]


@dataclass
class Loopback:
    """The running server."""

    base_url: str
    calls: list[Call] = field(default_factory=list)
    connections: int = 0
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    dropped: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a client left in the middle of an answer."""
    is_holding: bool = False
    """An answer waits for an Event, all before it is sent."""
    cut_at: int | None = None
    """If set, the next event stream breaks off after so many bytes."""
    stream_bytes: int = 0
    """How long the last event stream was that was sent whole."""
    stop: Callable[[], Awaitable[None]] = field(default=lambda: asyncio.sleep(0))
    """Close the port and every connection."""

    def count(self, method: str, path_end: str) -> int:
        return sum(call.is_a(method, path_end) for call in self.calls)

    async def asked(self, method: str, path_end: str, times: int = 1) -> None:
        """Wait until a path has been asked for so many times."""
        async with self.news:
            await asyncio.wait_for(self.news.wait_for(lambda: self.count(method, path_end) >= times), 20)

    async def note(self, call: Call) -> None:
        async with self.news:
            self.calls.append(call)
            self.news.notify_all()


@asynccontextmanager
async def serve(
    handler: Handler, *, port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncGenerator[Loopback, None]:
    state = Loopback("")

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        state.connections += 1
        await _converse(reader, writer, handler, state)

    async with listening(connected, port=port, tls=tls) as listener:
        state.base_url = f"{'https' if tls else 'http'}://127.0.0.1:{listener.port}/v1"
        state.stop = listener.close
        yield state


async def _converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handler: Handler, state: Loopback
) -> None:
    try:
        while (call := await _read_call(reader)) is not None:
            await state.note(call)
            if not await _send(reader, writer, handler(call), state):
                return
    except (ConnectionError, asyncio.IncompleteReadError):
        return


async def _read_call(reader: asyncio.StreamReader) -> Call | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.strip().split("\r\n")
    method, target, _version = first.split(" ")
    headers = {name.lower(): value.strip() for name, _colon, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    address = urlsplit(target)
    return Call(method, address.path, parse_qs(address.query), headers, body)


async def _send(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer, state: Loopback) -> bool:
    """Send an answer; False when the connection is not to be used again."""
    headers = {"content-type": answer.content_type, "transfer-encoding": "chunked", "x-request-id": "req_test"}
    lines = [f"HTTP/1.1 {answer.status} X", *(f"{name}: {value}" for name, value in (headers | answer.headers).items())]
    if answer.pieces and answer.pieces[0] is CUT:
        writer.transport.abort()
        return False
    if not answer.is_raw:
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n")
    for piece in _cut(answer, state):
        if isinstance(piece, asyncio.Event):
            state.is_holding = True
            is_there = await _wait_or_left(reader, piece)
            state.is_holding = False
            if not is_there:
                state.dropped.set()
                return False
        elif isinstance(piece, bytes) and piece:
            writer.write(piece if answer.is_raw else b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()
        elif piece is CUT:
            writer.transport.abort()
            return False
    if not answer.is_raw:
        writer.write(b"0\r\n\r\n")
    await writer.drain()
    return not answer.is_raw


def _cut(answer: Answer, state: Loopback) -> Sequence[object]:
    """Return an answer's pieces, or what a cut that is due leaves of them."""
    if "event-stream" not in answer.content_type:
        return answer.pieces
    whole = b"".join(piece for piece in answer.pieces if isinstance(piece, bytes))
    cut_at, state.cut_at, state.stream_bytes = state.cut_at, None, len(whole)
    return answer.pieces if cut_at is None else [whole[:cut_at], CUT]


async def _wait_or_left(reader: asyncio.StreamReader, gate: asyncio.Event) -> bool:
    opened, left = asyncio.ensure_future(gate.wait()), asyncio.ensure_future(reader.read(1))
    try:
        await asyncio.wait([opened, left], return_when=asyncio.FIRST_COMPLETED)
        return opened.done()
    finally:
        opened.cancel()
        left.cancel()
        await asyncio.wait([opened, left])
