"""A server face on a free loopback port, in the test's own process."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

from frieza_tui.backends.base import Backend
from frieza_tui.server.app import serving
from frieza_tui.server.listen import base_url, bind
from frieza_tui.server.options import ServerOptions

TOKEN = "test-token"


@asynccontextmanager
async def running_server(backend: Backend, **limits: object) -> AsyncGenerator[tuple[str, str], None]:
    """Yield the base URL and the token of a server over a backend; `limits` are fields of ServerOptions."""
    listener = bind("127.0.0.1", 0)
    address = base_url(listener)
    options = replace(ServerOptions(token=TOKEN), **limits)  # type: ignore[arg-type]
    async with serving(lambda: backend, options, listener):
        yield address, TOKEN
