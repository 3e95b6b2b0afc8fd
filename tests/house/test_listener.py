"""The stand-in servers' listener: what it took in ends with it."""

import asyncio
import socket

import pytest

from tests.support.listener import listening


@pytest.mark.parametrize("steps", range(3, 12))
async def test_a_connection_is_closed_however_far_its_serving_came(steps: int) -> None:
    async def serve(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with listening(serve) as listener:
        client = socket.create_connection(("127.0.0.1", listener.port), timeout=5)
        for _step in range(steps):
            await asyncio.sleep(0)
    for _step in range(6):
        await asyncio.sleep(0)
    with client:
        assert client.recv(1) == b""
