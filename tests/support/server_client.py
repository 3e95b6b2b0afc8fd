"""The official client, strict about every reply, at a server of the test's own."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from openai import AsyncOpenAI, DefaultAsyncHttpx2Client

from frieza_tui.backends.base import Backend
from tests.support.loopback import running_server


@asynccontextmanager
async def client_of(backend: Backend, **limits: object) -> AsyncGenerator[AsyncOpenAI, None]:
    """Yield a client of a server over a backend; `limits` are fields of ServerOptions."""
    async with (
        running_server(backend, **limits) as (base_url, token),
        DefaultAsyncHttpx2Client(verify=False) as http,  # certificates take 50 ms to load, and are not needed here
        AsyncOpenAI(
            base_url=base_url, api_key=token, http_client=http, max_retries=0, _strict_response_validation=True
        ) as client,
    ):
        yield client
