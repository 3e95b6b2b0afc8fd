"""The official client, strict about every reply, at a server of the test's own."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from openai import AsyncOpenAI

from frieza_tui.backends.base import Backend
from support.loopback import running_server


@asynccontextmanager
async def client_of(backend: Backend, **limits: object) -> AsyncGenerator[AsyncOpenAI, None]:
    """Yield a client of a server over a backend; `limits` are fields of ServerOptions."""
    async with (
        running_server(backend, **limits) as (base_url, token),
        AsyncOpenAI(base_url=base_url, api_key=token, max_retries=0, _strict_response_validation=True) as client,
    ):
        yield client
