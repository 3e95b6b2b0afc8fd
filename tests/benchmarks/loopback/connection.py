"""One HTTP/1.1 connection to the loopback server, on bare asyncio streams. Knows no API's objects."""

import asyncio
import json
import time
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from typing import Final, TypeAlias

from tests.benchmarks.loopback.wire import Answer, Json, Stream, as_json

Route: TypeAlias = Callable[[str, str, Json], Answer]
Report: TypeAlias = Callable[[Json], None]

_BATCH: Final = 32
"""Deltas written at once when there is no rate to keep."""


class Gates:
    """Pauses in replies, each ended from outside by the reply's number."""

    def __init__(self) -> None:
        self._gates: dict[int, asyncio.Event] = {}

    def gate(self, n: int) -> asyncio.Event:
        """Return the gate of reply n."""
        return self._gates.setdefault(n, asyncio.Event())


class Connection:
    """Reads requests and writes their answers until the client hangs up."""

    def __init__(self, reader: StreamReader, writer: StreamWriter, route: Route, report: Report, gates: Gates) -> None:
        self._reader = reader
        self._writer = writer
        self._route = route
        self._report = report
        self._gates = gates

    async def serve(self) -> None:
        """Answer one request after the other."""
        try:
            while line := await self._reader.readline():
                method, path, _ = line.decode("latin-1").split(" ", 2)
                body = await self._read_body()
                answer = self._route(method, path.partition("?")[0], body)
                if isinstance(answer, Stream):
                    await self._write_stream(answer)
                else:
                    await self._write_object(answer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client hung up, as clients do
        finally:
            self._writer.close()

    async def _read_body(self) -> Json:
        length = 0
        while (line := await self._reader.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            if name.lower() == "content-length":
                length = int(value)
        data = await self._reader.readexactly(length)
        body = json.loads(data) if data else {}
        return body if isinstance(body, dict) else {}

    async def _write_object(self, answer: Json | None) -> None:
        status = "200 OK" if answer is not None else "404 Not Found"
        body = as_json(answer if answer is not None else {"error": {"message": "no such thing", "type": "invalid"}})
        data = body.encode()
        head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        self._writer.write(head.encode() + data)
        await self._writer.drain()

    async def _write_stream(self, stream: Stream) -> None:
        head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        self._writer.write(head.encode())
        self._write_chunk(stream.head)
        sent = 0
        first_s = time.monotonic()
        try:
            pause_at, prompt = stream.plan.pause_at, stream.plan.prompt
            if pause_at and prompt is not None:
                sent = await self._write_fast(stream, 0, pause_at)
                await self._gates.gate(prompt.n).wait()
            rate = prompt.rate if prompt is not None else 0.0
            sent = await (self._write_paced(stream, sent, rate) if rate else self._write_fast(stream, sent))
        finally:
            self._tell(stream, first_s, sent)
        self._write_chunk(stream.tail if sent == len(stream.plan.deltas) else stream.cancelled_tail)
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()

    async def _write_fast(self, stream: Stream, start: int, end: int | None = None) -> int:
        """Write deltas as fast as they are taken; returns how many of all have been written."""
        encoded = stream.plan.encoded[:end]
        for at in range(start, len(encoded), _BATCH):
            if stream.is_cancelled():
                return at
            self._write_chunk(_events(stream, encoded[at : at + _BATCH]))
            await self._writer.drain()
        return len(encoded)

    async def _write_paced(self, stream: Stream, start: int, rate: float) -> int:
        """Write each delta when it is due; returns how many of all have been written."""
        encoded = stream.plan.encoded
        begun_s = time.monotonic()
        at = start
        while not stream.is_cancelled():
            due = min(len(encoded), start + int((time.monotonic() - begun_s) * rate) + 1)
            for one in encoded[at:due]:
                self._write_chunk(_events(stream, [one]))
            at = max(at, due)
            await self._writer.drain()
            if at == len(encoded):
                break
            await asyncio.sleep(max(0.0, begun_s + (at - start) / rate - time.monotonic()))
        return at

    def _write_chunk(self, data: bytes) -> None:
        self._writer.write(b"%x\r\n%b\r\n" % (len(data), data))

    def _tell(self, stream: Stream, first_s: float, sent: int) -> None:
        prompt = stream.plan.prompt
        if prompt is not None:
            self._report({"n": prompt.n, "first_s": first_s, "last_s": time.monotonic(), "deltas": sent})


def _events(stream: Stream, encoded: list[str]) -> bytes:
    return "".join([f"{stream.before}{one}{stream.after}" for one in encoded]).encode()
