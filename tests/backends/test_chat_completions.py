from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from frieza_tui.backends.chat_completions import ChatCompletionsBackend
from frieza_tui.backends.openai_client import OpenAIClient
from frieza_tui.backends.sdk_errors import Server
from tests.support.backend_contract import (
    BackendContract,
    Stage,
    Staging,
    asking,
    ending_of,
    run,
)
from tests.support.chat_double import ChatDouble, Script
from tests.support.raw_http import Answer, Loopback, serve
from tests.support.traces import trace


class ChatStage:
    def __init__(self, backend: ChatCompletionsBackend, server: Loopback, double: ChatDouble) -> None:
        self.backend = backend
        self.server = server
        self.double = double

    def will(self, *pieces: object, ending: str | None = "completed", **facts: Any) -> Script:
        return self.double.will(*pieces, ending=ending, **facts)

    def will_answer(self, answer: Answer) -> Script:
        return self.double.will(raw=answer)

    def chop(self, size: int) -> None:
        self.double.chop = size

    def add_unknown_events(self) -> int:
        self.double.extras = [b'data: {"type": "ping"}\n\n', b": comment\n\n", b"data: {]\n\n", b"data: []\n\n"]
        return 3

    def texts(self) -> list[tuple[str, str]]:
        sent = [(message["role"], message["content"]) for message in self.double.requests[-1]["messages"]]
        return [*(line for line in sent if line[0] != "system"), ("assistant", self.double.reply)]


@asynccontextmanager
async def staged(model: str = "", **options: Any) -> AsyncGenerator[ChatStage, None]:
    double = ChatDouble()
    async with serve(double.answer) as server:
        client = OpenAIClient(Server(server.base_url, "sk-test-key"), loads_assistants=False, **options)
        backend = ChatCompletionsBackend(client, model=model)
        try:
            yield ChatStage(backend, server, double)
        finally:
            await backend.close()


class TestChatCompletionsKeepTheContract(BackendContract):
    @pytest.fixture
    def staging(self) -> Staging:
        def stage(**options: Any) -> AbstractAsyncContextManager[Stage]:
            return staged(**options)

        return stage

    @pytest.mark.parametrize("status", ["incomplete"])
    async def test_the_end_that_the_server_tells_is_the_end(self, staging: Staging, status: str) -> None:
        async with staging() as stage:
            stage.will("half", ending=status)
            events = await run(stage.backend, asking("hi"))
            assert ending_of(events) == status
            assert "close incomplete: half (length)" in trace(events)
