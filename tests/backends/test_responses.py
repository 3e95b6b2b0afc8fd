from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from support.assistants_double import sse
from support.backend_contract import BackendContract, Stage, Staging, asking, ending_of, run
from support.raw_http import Answer, Loopback, serve
from support.responses_double import ResponsesDouble, Script
from support.traces import trace

from frieza_tui.backends.openai_client import OpenAIClient
from frieza_tui.backends.responses import ResponsesBackend
from frieza_tui.backends.sdk_errors import Server


class ResponsesStage:
    def __init__(self, backend: ResponsesBackend, server: Loopback, double: ResponsesDouble) -> None:
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
        self.double.extras = [
            sse("response.foo", {"type": "response.foo"}),
            b"event: ping\ndata:\n\n",
            sse("response.audio.delta", {"type": "response.audio.delta", "delta": "AAAA"}),
            b"data: {]\n\n",
        ]
        return 3

    def texts(self) -> list[tuple[str, str]]:
        return self.double.texts()


@asynccontextmanager
async def staged(
    settle_s: float = 0.3, model: str = "", double: ResponsesDouble | None = None, **options: Any
) -> AsyncGenerator[ResponsesStage, None]:
    double = double or ResponsesDouble()
    async with serve(double.answer) as server:
        client = OpenAIClient(Server(server.base_url, "sk-test-key"), loads_assistants=False, **options)
        backend = ResponsesBackend(client, settle_s=settle_s, model=model)
        try:
            yield ResponsesStage(backend, server, double)
        finally:
            await backend.close()


class ResponsesContract(BackendContract):
    @pytest.mark.parametrize("status", ["failed", "incomplete"])
    async def test_the_end_that_the_server_tells_is_the_end(self, staging: Staging, status: str) -> None:
        async with staging() as stage:
            stage.will("half", ending=status)
            events = await run(stage.backend, asking("hi"))
            assert ending_of(events) == status
            assert "close incomplete: half" in trace(events)


class TestResponsesKeepTheContract(ResponsesContract):
    @pytest.fixture
    def staging(self) -> Staging:
        def stage(**options: Any) -> AbstractAsyncContextManager[Stage]:
            return staged(**options)

        return stage


class TestResponsesOfABareServerKeepTheContract(ResponsesContract):
    @pytest.fixture
    def staging(self) -> Staging:
        def stage(**options: Any) -> AbstractAsyncContextManager[Stage]:
            double = ResponsesDouble(
                has_conversations=False, has_previous=False, takes_background=False, echoes_store=None, is_sparse=True
            )
            return staged(double=double, **options)

        return stage
