import asyncio
import json
from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.applications import Starlette

from frieza_tui.backends.base import Label
from frieza_tui.backends.scripted import Reply, ScriptedBackend
from frieza_tui.server.listen import ConnectionLimits, bind, listening
from tests.support.conversations import open_talk
from tests.support.loopback import TOKEN, running_server
from tests.support.server_client import client_of


def address(base_url: str) -> tuple[str, int]:
    parts = urlsplit(base_url)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port


def request(method: str, path: str, body: object = None) -> bytes:
    content = b"" if body is None else json.dumps(body).encode()
    head = f"{method} /v1{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n"
    return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content


async def test_headers_that_never_arrive_end_the_connection() -> None:
    limits = ConnectionLimits(headers_s=0.6)
    async with running_server(ScriptedBackend([]), connections=limits) as (base_url, _token):
        for before, beginning in (
            (b"", b""),
            (b"", b"GET /v1/models HTTP/1.1\r\nHost:"),
            (request("GET", "/models"), b"GET /v1/models HTTP/1.1\r\nHost:"),
        ):
            reader, writer = await asyncio.open_connection(*address(base_url))
            if before:
                writer.write(before)
                await reader.readuntil(b"}")
            writer.write(beginning)
            async with asyncio.timeout(20):
                assert await _ends(reader)
            writer.close()


async def test_a_body_that_never_arrives_ends_the_connection() -> None:
    async with running_server(ScriptedBackend([]), connections=ConnectionLimits(body_s=0.6)) as (base_url, _token):
        whole = request("POST", "/threads", {"messages": [{"role": "user", "content": "x"}]})
        reader, writer = await asyncio.open_connection(*address(base_url))
        writer.write(whole)  # one that arrives is answered, and the next one has its own time
        assert b"200 OK" in await reader.readuntil(b"\r\n")
        await reader.readuntil(b"}")
        for piece in (whole[:-10], whole[-10:-9], whole[-9:-8]):
            writer.write(piece)
            await writer.drain()
        async with asyncio.timeout(20):
            assert b"200 OK" not in await reader.read()
        writer.close()


async def test_writers_without_the_key_hold_nothing() -> None:
    async with running_server(ScriptedBackend([])) as (base_url, token):
        beginning = b"POST /v1/threads HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9000000\r\n\r\n{"
        slow = [await asyncio.open_connection(*address(base_url)) for _ in range(250)]
        for _reader, writer in slow:
            writer.write(beginning)
        headers = {"authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(trust_env=False, verify=False, headers=headers) as http:
            assert (await http.get(f"{base_url}/models")).status_code == 200
        for _reader, writer in slow:
            writer.close()


async def _ends(reader: asyncio.StreamReader) -> bool:
    try:
        return len(await reader.read()) < 100
    except ConnectionResetError:
        return True


async def test_thousands_of_idle_connections_make_way_for_new_ones() -> None:
    async with running_server(ScriptedBackend([])) as (base_url, token):
        idle = await asyncio.gather(*(asyncio.open_connection(*address(base_url)) for _ in range(2000)))
        headers = {"authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(trust_env=False, verify=False, headers=headers) as http:
            assert (await http.get(f"{base_url}/models")).status_code == 200
        for _reader, writer in idle:
            writer.close()


async def test_a_reader_that_takes_nothing_is_dropped_and_the_run_goes_on() -> None:
    limits = ConnectionLimits(stalled_s=0.5)
    backend = ScriptedBackend([Reply(*["x" * 100_000] * 200), Reply("next")])
    async with client_of(backend, connections=limits, reader_grace_s=0.3) as client:
        talk = await open_talk(client)
        host, port = client.base_url.host, client.base_url.port
        assert port is not None
        reader, writer = await asyncio.open_connection(host, port, limit=1024)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        body = {"assistant_id": talk.assistant_id, "stream": True}
        writer.write(request("POST", f"/threads/{talk.thread_id}/runs", body))
        other = await open_talk(client)
        assert (await other.events())[-1].event == "thread.run.completed"
        run = (await client.beta.threads.runs.list(talk.thread_id)).data[0]
        assert run.status == "completed"
        message = (await client.beta.threads.messages.list(talk.thread_id)).data[0]
        assert len(message.content[0].text.value) == 20_000_000  # type: ignore[union-attr]
        writer.transport.abort()
        reader.feed_eof()


async def test_a_reader_that_is_a_little_slow_misses_nothing() -> None:
    backend = ScriptedBackend([Reply(*["x" * 100_000] * 100)])
    async with client_of(backend) as client:
        talk = await open_talk(client)
        stream = await client.beta.threads.runs.create(talk.thread_id, assistant_id=talk.assistant_id, stream=True)
        size = 0
        async for event in stream:
            await asyncio.sleep(0.001)
            if event.event == "thread.message.delta":
                size += len(event.data.delta.content[0].text.value)  # type: ignore
    assert size == 10_000_000
    assert event.event == "thread.run.completed"


async def test_the_server_ends_streams_when_it_is_closed() -> None:
    gate = asyncio.Event()
    async with asyncio.timeout(20), running_server(ScriptedBackend([Reply("a", gate)])) as (base_url, token):
        headers = {"authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(base_url=base_url, headers=headers, trust_env=False, verify=False) as http:
            made = (await http.post("/assistants", json={"model": "m"})).json()
            body = {"assistant_id": made["id"], "stream": True}
            reader, writer = await asyncio.open_connection(*address(base_url))
            writer.write(request("POST", "/threads/runs", body))
            assert b"200 OK" in await reader.readuntil(b"thread.message.delta")
    told = await reader.read()
    assert b"thread.run.failed" in told
    assert b"The server was stopped." in told
    writer.close()


class BrokenBackend(ScriptedBackend):
    @property
    def label(self) -> Label:
        raise ValueError("a bug")


async def test_an_error_of_the_servers_own_is_told_in_the_apis_shape() -> None:
    async with running_server(BrokenBackend([])) as (base_url, token):
        headers = {"authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(trust_env=False, verify=False, headers=headers) as http:
            response = await http.get(f"{base_url}/models")
    assert response.status_code == 500
    assert response.json()["error"]["type"] == "server_error"
    assert response.headers["x-request-id"].startswith("req_")


async def test_a_server_that_cannot_listen_says_so_and_waits_for_nothing() -> None:
    gone = bind("127.0.0.1", 0)
    gone.close()
    with pytest.raises(OSError, match="descriptor"):
        async with listening(Starlette(), gone, ConnectionLimits()):
            pass
