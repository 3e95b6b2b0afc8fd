"""Listening: sockets, connections and their time limits. Knows no API."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

_IDLE_S = 75
"""Longer than clients keep idle connections: whoever closes first must not be the server, or a request is lost."""


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What a connection may take."""

    headers_s: float = 10.0
    """Seconds for a request's headers to arrive."""
    body_s: float = 60.0
    """Seconds for a request's body to arrive."""
    stalled_s: float = 20.0
    """Seconds for a reader to take something of what is waiting for it."""
    most: int = 200
    """Connections at once; the one that has been idle longest makes way for a new one."""


class _Connection(H11Protocol):
    """A connection with time limits: for its headers and its body, and for a reader that takes nothing."""

    _deadline: asyncio.TimerHandle | None = None
    _stall: asyncio.TimerHandle | None = None
    _is_in_body = False

    def __init__(self, *, limits: ConnectionLimits, **facts: Any) -> None:  # noqa: ANN401 - passed on as they are
        super().__init__(**facts)
        self._limits = limits
        self.opened_at = self.loop.time()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_headers()
        if len(self.connections) > self._limits.most:
            self._close_an_idle_one()

    def _close_an_idle_one(self) -> None:
        idle = [each for each in self.connections if isinstance(each, _Connection) and each.is_idle]
        min(idle, key=lambda each: each.opened_at, default=self).transport.abort()

    @property
    def is_idle(self) -> bool:
        """Whether no request is being answered."""
        cycle = cast(RequestResponseCycle | None, self.cycle)  # None before the first request
        return cycle is None or cycle.response_complete

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        state = self.conn.their_state
        if state is h11.IDLE:
            self._expect_headers()
        elif state is not h11.SEND_BODY:
            self._forget_deadline()
        elif not self._is_in_body:
            self._forget_deadline()
            self._deadline = self.loop.call_later(self._limits.body_s, self.transport.abort)
        self._is_in_body = state is h11.SEND_BODY

    def _expect_headers(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self._limits.headers_s, self.transport.abort)

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_reader()

    def _watch_reader(self) -> None:
        waiting = self.transport.get_write_buffer_size()
        self._stall = self.loop.call_later(self._limits.stalled_s, self._check_reader, waiting)

    def _check_reader(self, waited_before: int) -> None:
        if self.transport.get_write_buffer_size() < waited_before:
            self._watch_reader()
        else:
            self.transport.abort()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._forget_reader()

    def _forget_reader(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._forget_deadline()
        self._forget_reader()


class _Server(uvicorn.Server):
    """Uvicorn without its signal handlers, its lifespan and its ten looks a second at the clock."""

    def __init__(self, config: uvicorn.Config, on_listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_listening = on_listening
        self._leaving = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_listening()

    async def main_loop(self) -> None:
        while not self._leaving.is_set():
            await self.on_tick(0)
            with suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await self._leaving.wait()

    def leave(self) -> None:
        self._leaving.set()


def bind(host: str, port: int) -> socket.socket:
    """Return a socket bound to an address; port 0 means any free one. Raises: OSError."""
    if not 0 <= port <= 65535:
        raise OSError(f"{port} is no port")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except UnicodeError as error:
        raise OSError(f"{host!r} is no name of a machine") from error
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError:
        listener.close()
        raise
    return listener


def base_url(listener: socket.socket) -> str:
    """Return the API's address at a bound socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/v1" if ":" in host else f"http://{host}:{port}/v1"


@asynccontextmanager
async def listening(app: ASGIApp, listener: socket.socket, limits: ConnectionLimits) -> AsyncGenerator[None, None]:
    """Serve an application on a bound socket for as long as the context lasts; then close it, within two seconds.

    Raises: OSError, if nobody can listen there: two programs may bind one address, and only one of them may listen.
    """
    started = asyncio.Event()
    config = uvicorn.Config(
        app,
        http=partial(_Connection, limits=limits),  # type: ignore[arg-type]
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_IDLE_S,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config, started.set)
    serving = asyncio.create_task(server.serve([listener]))
    serving.add_done_callback(lambda _serving: started.set())
    await started.wait()
    if serving.done():
        await serving  # it ended before it had begun, and says why
    try:
        yield
    finally:
        server.leave()
        await serving
