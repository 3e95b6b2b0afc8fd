import asyncio
import signal
import socket
import stat
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import StringIO
from pathlib import Path

import pytest
from openai import AsyncOpenAI, AuthenticationError

from frieza_tui.backends.scripted import Reply, ScriptedBackend
from frieza_tui.domain.errors import FriezaError
from frieza_tui.server.face import ServeOptions, serve

SERVE = """
import asyncio, sys
from frieza_tui.backends.base import Preparation
from frieza_tui.backends.scripted import Reply, ScriptedBackend
from frieza_tui.server.face import ServeOptions, serve

open_backend = lambda: ScriptedBackend([Reply("a", asyncio.Event())])
sys.exit(serve(ServeOptions(port=0, api_key=sys.argv[1] if sys.argv[1:] else None), open_backend, sys.stdout))
"""


@asynccontextmanager
async def face(*arguments: str) -> AsyncIterator[tuple[Process, list[str]]]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", SERVE, *arguments, stdout=PIPE)
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or lines[-1] != "The model is ready.":
        line = await process.stdout.readline()
        assert line, lines
        lines.append(line.decode().rstrip())
    try:
        yield process, lines
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_the_greeting_says_how_to_come_in(own_world: Path) -> None:
    async with face() as (process, lines):
        base_url = lines[0].split()[-1]
        key = lines[1].removeprefix("Key: ")
        shown = "\n".join(lines)
        assert f'openai.OpenAI(base_url="{base_url}", api_key="{key}")' in shown
        assert f'new OpenAI({{ baseURL: "{base_url}", apiKey: "{key}" }})' in shown
        async with AsyncOpenAI(base_url=base_url, api_key=key, max_retries=0) as client:
            assistant = await client.beta.assistants.create(model="m")
            stream = await client.beta.threads.create_and_run(assistant_id=assistant.id, stream=True)
            async for event in stream:
                if event.event == "thread.message.delta":
                    process.send_signal(signal.SIGTERM)
            assert event.event == "thread.run.failed"
        async with asyncio.timeout(20):
            assert await process.wait() == 0
    database = own_world / "data" / "frieza-tui" / "server.sqlite3"
    assert stat.S_IMODE(database.stat().st_mode) == 0o600


async def test_a_key_that_was_given_is_not_shown() -> None:
    async with face("my-secret") as (process, lines):
        assert "my-secret" not in "\n".join(lines)
        async with AsyncOpenAI(base_url=lines[0].split()[-1], api_key="other", max_retries=0) as client:
            with pytest.raises(AuthenticationError):
                await client.models.list()
            models = client.with_options(api_key="my-secret").models
            assert [model.id async for model in models.list()] == ["script"]
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(20):
            assert await process.wait() == 0


def test_an_address_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(FriezaError, match=f"port {port} cannot be listened on"):
            serve(ServeOptions(port=port), lambda: ScriptedBackend([Reply()]), StringIO())


@pytest.mark.parametrize(
    "options", [ServeOptions(port=99999), ServeOptions(host="no.such.host.invalid"), ServeOptions(host="\x9b31m")]
)
def test_an_address_that_cannot_be_is_named(options: ServeOptions) -> None:
    with pytest.raises(FriezaError, match="cannot be listened on"):
        serve(options, lambda: ScriptedBackend([Reply()]), StringIO())
