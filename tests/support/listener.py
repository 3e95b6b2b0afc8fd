"""A port on loopback whose connections all end with it, whenever that is."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias

Serve: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Listener:
    """Serves each connection in a task of its own.

    The task's end closes its writer, not the task's own `finally`: a task that is cancelled before its first step
    never gets there.
    """

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._is_open = False
        self.port = 0

    async def open(self, port: int, tls: ssl.SSLContext | None) -> None:
        """Listen; a port of 0 is any free one."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", port, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]
        self._is_open = True

    async def close(self) -> None:
        """Close the port and every connection."""
        assert self._server is not None
        self._is_open = False
        for port in self._server.sockets:
            asyncio.get_running_loop().remove_reader(port.fileno())
        await asyncio.sleep(0)  # asyncio leaves open whom it accepted in the step before the server is closed
        self._server.close()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def serving() -> None:
            await self._serve(reader, writer)

        def ended(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            writer.close()

        if not self._is_open:
            writer.close()
            return
        task = asyncio.get_running_loop().create_task(serving())
        self._tasks.add(task)
        task.add_done_callback(ended)


@asynccontextmanager
async def listening(
    serve: Serve, *, port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncGenerator[Listener, None]:
    """Listen for the length of the block."""
    listener = Listener(serve)
    await listener.open(port, tls)
    try:
        yield listener
    finally:
        await listener.close()
