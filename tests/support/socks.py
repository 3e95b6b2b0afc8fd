"""A small SOCKS5 proxy on loopback, without passwords: whatever host it is asked for, it goes to this machine."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from tests.support.listener import listening

_HOST_NAME = 3


@asynccontextmanager
async def socks_proxy() -> AsyncGenerator[tuple[int, list[str]], None]:
    """Yield its port, and the hosts that it has been asked for."""
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await _serve(reader, writer, asked)

    async with listening(serve) as listener:
        yield listener.port, asked


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: list[str]) -> None:
    _version, methods = await reader.readexactly(2)
    await reader.readexactly(methods)
    writer.write(bytes([5, 0]))
    _version, _command, _zero, kind = await reader.readexactly(4)
    assert kind == _HOST_NAME
    (length,) = await reader.readexactly(1)
    asked.append((await reader.readexactly(length)).decode())
    port = int.from_bytes(await reader.readexactly(2))
    there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(bytes([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]))
    there, back = (asyncio.ensure_future(_pass(*way)) for way in ((reader, there_writer), (there_reader, writer)))
    try:
        await asyncio.wait([there, back], return_when=asyncio.FIRST_COMPLETED)
    finally:
        there.cancel()
        back.cancel()
        await asyncio.wait([there, back])
        there_writer.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(1 << 16):
        writer.write(piece)
        await writer.drain()
