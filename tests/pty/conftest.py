"""The real server face over scripted replies, on a loop of its own, for programs in real terminals."""

import asyncio
import json
import threading
import urllib.request
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.error import HTTPError

import pytest

from frieza_tui.backends.scripted import Reply, ScriptedBackend
from tests.support.loopback import TOKEN, running_server


class StageServer:
    """A server of the Assistants API in a thread; a reply goes on where a test lets it."""

    def __init__(self, replies: Sequence[Reply] = ()) -> None:
        """Take the replies; without any, each has a gate in its middle."""
        self.base_url = ""
        self._loop = asyncio.new_event_loop()
        self._is_up = threading.Event()
        self._leave = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))
        self._gate = asyncio.Event()
        gated = Reply("ホッホッホ。", self._gate, "以上です。")
        self.backend = ScriptedBackend(replies or [gated], is_endless=True)

    @property
    def environ(self) -> dict[str, str]:
        """What makes the program talk to this server."""
        return {"OPENAI_BASE_URL": self.base_url, "OPENAI_API_KEY": TOKEN}

    def start(self) -> None:
        """Return when the server listens."""
        self._thread.start()
        assert self._is_up.wait(10)

    def stop(self) -> None:
        """Return when the server has gone."""
        self._loop.call_soon_threadsafe(self._leave.set)
        self._thread.join(10)
        self._loop.close()

    def let_go(self) -> None:
        """Let every reply, also later ones, come to its end."""
        self._loop.call_soon_threadsafe(self._gate.set)

    def get(self, path: str) -> tuple[int, dict[str, Any]]:
        """Ask the server; returns its status and JSON."""
        headers = {"Authorization": f"Bearer {TOKEN}", "OpenAI-Beta": "assistants=v2"}
        try:
            with urllib.request.urlopen(urllib.request.Request(self.base_url + path, headers=headers)) as reply:
                return reply.status, json.load(reply)
        except HTTPError as error:
            with error:
                return error.code, json.load(error)

    @property
    def assistants(self) -> list[Any]:
        """The assistants that are there now."""
        _status, body = self.get("/assistants")
        found = body["data"]
        assert isinstance(found, list)
        return found

    async def _serve(self) -> None:
        async with running_server(self.backend) as (base_url, _token):
            self.base_url = base_url
            self._is_up.set()
            await self._leave.wait()


@pytest.fixture
def stage(request: pytest.FixtureRequest) -> Iterator[StageServer]:
    server = StageServer(getattr(request, "param", ()))
    server.start()
    yield server
    server.let_go()
    server.stop()
