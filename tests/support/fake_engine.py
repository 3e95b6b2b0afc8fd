"""An engine's HTTP side in the test's own event loop, and a command that stands in for its process.

The command tells the backend where the test listens, notes its process id, and ends with its standard input.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from frieza_tui.paths import cache_dir
from tests.support.listener import listening

_STAND_IN = """
import json, os, sys
from pathlib import Path
config = json.loads(sys.stdin.readline())
with open(sys.argv[2], "a", encoding="utf-8") as note:
    note.write(json.dumps({**config, "pid": os.getpid(), "env": dict(os.environ), "argv": sys.argv}) + "\\n")
print(json.dumps({"base_url": sys.argv[1], "engine": "1.0"}), flush=True)
sys.stdin.read()
"""


def chunk(text: str = "", finish: str | None = None) -> str:
    delta = {"content": text} if text else {}
    return json.dumps({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def usage_chunk(prompt: int = 50, completion: int = 5, cached: int = 40) -> str:
    usage = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "prompt_tokens_details": {"cached_tokens": cached},
    }
    return json.dumps({"choices": [], "usage": usage})


def applied(messages: list[dict[str, str]]) -> str:
    """Return the prompt that the fake makes of messages."""
    return "".join(f"<{message['role']}>{message['content']}" for message in messages)


@dataclass
class FakeEngine:
    """What the fake answers, and what it was asked."""

    notes: Path
    pieces: list[str] = field(default_factory=lambda: ["我が名は", "フリーザ。"])
    read_tokens: list[int] = field(default_factory=list)
    """How much of a prompt of a thousand tokens it says to have read, before the first piece."""
    finish: str | None = "stop"
    """None: the stream ends without a reason."""
    refusal: tuple[int, str] | None = None
    """Status and message instead of a stream."""
    hold_before: int | None = None
    """The piece that waits for `gate`."""
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    reached_hold: asyncio.Event = field(default_factory=asyncio.Event)
    client_left: asyncio.Event = field(default_factory=asyncio.Event)
    cut_at: int | None = None
    """The piece in whose place the connection breaks."""
    reading_gate: asyncio.Event | None = None
    """If set, a step of reading ahead waits for it."""
    reading: asyncio.Event = field(default_factory=asyncio.Event)
    """A step of reading ahead has come to that gate."""
    bad_slots: set[str] = field(default_factory=set)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)
    base_url: str = ""

    @property
    def command(self) -> tuple[str, ...]:
        return (sys.executable, "-c", _STAND_IN, self.base_url, str(self.notes))

    @property
    def chats(self) -> list[dict[str, Any]]:
        """Bodies of the requests for replies; reading ahead is not one."""
        return [body for path, body in self.asked if path == "/v1/chat/completions" and body["max_tokens"] > 1]

    @property
    def steps(self) -> list[str]:
        """The beginnings of prompts that were to be read ahead."""
        return ["".join(map(chr, body["prompt"])) for path, body in self.asked if path == "/completion"]

    @property
    def starts(self) -> list[dict[str, Any]]:
        lines = self.notes.read_text("utf-8").splitlines() if self.notes.exists() else []
        return [json.loads(line) for line in lines]

    def kill(self) -> None:
        os.kill(self.starts[-1]["pid"], signal.SIGKILL)

    async def wait_for(self, is_due: Callable[["FakeEngine"], bool]) -> None:
        """Wait until what was asked satisfies a condition."""
        async with self.arrived:
            await self.arrived.wait_for(lambda: is_due(self))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await _read_request(reader)) is not None:
                path, body = request
                self.asked.append((path, body))
                async with self.arrived:
                    self.arrived.notify_all()
                await self._answer(path, body, reader, writer)
        except ConnectionError:
            pass

    async def _answer(
        self, path: str, body: dict[str, Any], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if path == "/v1/chat/completions":
            await self._stream(body, reader, writer)
        elif path == "/tokenize":
            _reply(writer, 200, {"tokens": [ord(letter) for letter in body["content"]]})
        elif path == "/apply-template":
            _reply(writer, 200, {"prompt": applied(body["messages"])})
        elif path == "/completion":
            if self.reading_gate is not None:
                self.reading.set()
                await self.reading_gate.wait()
            _reply(writer, 200, {"content": ""})
        elif "action=save" in path:
            (cache_dir() / "slots" / body["filename"]).write_bytes(b"state")
            _reply(writer, 200, {})
        elif body["filename"] in self.bad_slots:
            _reply(writer, 400, {"error": {"message": "Unable to restore slot"}})
        else:
            _reply(writer, 200, {})
        await writer.drain()

    async def _stream(self, body: dict[str, Any], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refusal is not None:
            _reply(writer, self.refusal[0], {"error": {"message": self.refusal[1]}})
            return
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        _send(writer, ": ping")
        is_reading_ahead = body["max_tokens"] == 1
        assert body["return_progress"]
        for count in self.read_tokens:
            progress = {"total": 1000, "cache": 0, "processed": count}
            _send(writer, f"data: {json.dumps({**json.loads(chunk()), 'prompt_progress': progress})}")
        for index, text in enumerate(["x"] if is_reading_ahead else self.pieces):
            if index == self.cut_at and not is_reading_ahead:
                raise ConnectionResetError
            if index == self.hold_before and not is_reading_ahead and not await self._held(reader):
                raise ConnectionResetError
            _send(writer, f"data: {chunk(text)}")
            await writer.drain()
        if self.finish:
            _send(writer, f"data: {chunk(finish=self.finish)}", f"data: {usage_chunk()}", "data: [DONE]")
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    async def _held(self, reader: asyncio.StreamReader) -> bool:
        """Wait at the gate; False if the client left first."""
        self.reached_hold.set()
        gate = asyncio.create_task(self.gate.wait())
        leaving = asyncio.create_task(reader.read(1))
        await asyncio.wait({gate, leaving}, return_when=asyncio.FIRST_COMPLETED)
        has_left = leaving.done()
        for task in (gate, leaving):
            task.cancel()
        if has_left:
            self.client_left.set()
        return not has_left


async def _read_request(reader: asyncio.StreamReader) -> tuple[str, dict[str, Any]] | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return None
    first, *rest = head.split("\r\n")
    headers = {name.lower(): value.strip() for name, _colon, value in (line.partition(":") for line in rest)}
    assert headers["authorization"].startswith("Bearer ")
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return first.split(" ")[1], json.loads(body)


def _send(writer: asyncio.StreamWriter, *lines: str) -> None:
    """Write each line as one event, in an HTTP chunk of its own."""
    for line in lines:
        data = f"{line}\n\n".encode()
        writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")


def _reply(writer: asyncio.StreamWriter, status: int, facts: dict[str, Any]) -> None:
    body = json.dumps(facts).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)


@asynccontextmanager
async def running_fake(notes: Path) -> AsyncIterator[FakeEngine]:
    engine = FakeEngine(notes)
    async with listening(engine.serve) as listener:
        engine.base_url = f"http://127.0.0.1:{listener.port}"
        yield engine
