"""Requests over connections that a server has closed meanwhile, as llama.cpp's does after each stream."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from frieza_tui.backends import sdk_client
from frieza_tui.backends.named_server import Server
from frieza_tui.backends.openai_client import OpenAIClient
from frieza_tui.domain.errors import BackendError, BadReply
from tests.support.listener import listening
from tests.support.raw_http import Answer, serve

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"


class ClosingServer:
    """Answers so many requests on a connection, then takes one more and closes without a word."""

    def __init__(self, answers: int) -> None:
        self._answers = answers
        self.seen: list[int] = []
        """The connection, counted from 0, of each request that came."""
        self._connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection, self._connections = self._connections, self._connections + 1
        try:
            for answered in range(self._answers + 1):
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
                await reader.readexactly(int(length.split(b":")[1]))
                self.seen.append(connection)
                if answered < self._answers:
                    writer.write(ANSWER)
                    await writer.drain()
        except asyncio.IncompleteReadError:
            pass


@asynccontextmanager
async def client_of(server: ClosingServer) -> AsyncIterator[OpenAIClient]:
    async with listening(server.serve) as listener:
        address = Server(f"http://127.0.0.1:{listener.port}/v1", "key")
        client = OpenAIClient(address, uses_proxies=False, loads_assistants=False)
        await client.open()
        try:
            yield client
        finally:
            await client.close()


async def test_a_post_lost_on_a_connection_just_closed_is_sent_on_a_new_one() -> None:
    server = ClosingServer(answers=1)
    async with client_of(server) as client:
        await client.call(client.request("POST", "/responses", b"{}"))
        await client.call(client.request("POST", "/responses", b"{}"))
    assert server.seen == [0, 0, 1]


async def test_a_post_that_a_server_had_for_a_while_is_not_sent_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdk_client, "CLOSED_WITHIN_S", 0.0)
    server = ClosingServer(answers=1)
    async with client_of(server) as client:
        await client.call(client.request("POST", "/responses", b"{}"))
        with pytest.raises(BackendError):
            await client.call(client.request("POST", "/responses", b"{}"))
    assert server.seen == [0, 0]


async def test_a_post_that_a_new_connection_lost_is_not_sent_twice() -> None:
    server = ClosingServer(answers=0)
    async with client_of(server) as client:
        with pytest.raises(BackendError):
            await client.call(client.request("POST", "/responses", b"{}"))
    assert server.seen == [0]


@pytest.mark.parametrize(
    "pieces", [[b"[" * 100_000], [b"{", *[b" " * 1_000_000] * 70, b"}"]], ids=["nested", "endless"]
)
async def test_a_body_that_no_api_sends_is_a_bad_reply(pieces: list[bytes]) -> None:
    async with serve(lambda _call: Answer(pieces)) as server:
        client = OpenAIClient(Server(server.base_url), uses_proxies=False, loads_assistants=False)
        await client.open()
        with pytest.raises(BadReply):
            await client.call(client.request("GET", "/models", is_repeated=False))
        await client.close()
