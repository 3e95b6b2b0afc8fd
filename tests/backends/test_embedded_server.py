import asyncio
import os
import signal
import stat
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from frieza_tui.backends.base import Preparation
from frieza_tui.backends.embedded_server import EmbeddedBackend
from frieza_tui.chat.receipt import delete_remote, receipt_line
from frieza_tui.domain.errors import ModelError, ServerFault
from frieza_tui.domain.events import TextDelta
from tests.support import scripted_child
from tests.support.backend_contract import FRIEZA, after, asking, ending_of, request_of, run, text_of

pytestmark = pytest.mark.timeout(60)


@asynccontextmanager
async def embedded(mode: str, log_path: Path | None = None) -> AsyncGenerator[EmbeddedBackend, None]:
    command = (sys.executable, scripted_child.__file__, mode)
    needed = ("starlette", "uvicorn")
    backend = EmbeddedBackend("small", (FRIEZA,), log_path=log_path, command=command, needed=needed)
    try:
        yield backend
    finally:
        await backend.close()


def child_of(backend: EmbeddedBackend) -> int:
    assert backend._child is not None
    return backend._child.pid


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_the_child_answers_through_the_assistants_api_and_goes_with_its_owner(tmp_path: Path) -> None:
    stages: list[Preparation] = []
    log_path = tmp_path / "server.log"
    async with embedded("well", log_path) as backend:
        backend.on_preparation = stages.append
        await asyncio.gather(backend.prepare(), backend.prepare())
        pid = child_of(backend)
        label = backend.label
        assert (label.api, label.server) == ("Assistants", "embedded")
        assert label.model
        thread = asking("hi")
        events = await run(backend, thread)
        assert (text_of(events), ending_of(events)) == ("こんにちは", "completed")
        assert {one.kind for one in backend.remote_objects} == {"thread", "assistant"}
        assert all(one.is_deleted for one in await backend.delete_remote())
    assert not is_running(pid)
    assert [one.stage for one in stages] == ["starting_server", "loading_model", "ready"]
    assert stages[1].fraction == 0.5
    assert "model=small assistants=フリーザ様 spin=0" in log_path.read_text("utf-8")
    assert stat.S_IMODE(log_path.stat().st_mode) == 0o600


async def test_another_model_is_loaded_by_a_new_child_and_the_thread_goes_along(tmp_path: Path) -> None:
    async with embedded("well", tmp_path / "log") as backend:
        thread = asking("first")
        thread = asking("second", after(thread, await run(backend, thread)))
        first = child_of(backend)
        backend.models.use("other.gguf")
        assert text_of(await run(backend, thread)) == "こんにちは"
        assert child_of(backend) != first
        assert not is_running(first)
        assert "model=other.gguf" in (tmp_path / "log").read_text("utf-8")


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
async def test_the_child_is_told_no_key_of_another_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "FRIEZA_TUI_API_KEY"):
        monkeypatch.setenv(name, "sk-planted")
    async with embedded("well", tmp_path / "log") as backend:
        await backend.prepare()
        assert backend._child is not None
        proc = Path("/proc", str(child_of(backend)))
        told = b"".join(map(Path.read_bytes, (proc / "environ", proc / "cmdline", tmp_path / "log")))
        token = backend._child.token.encode()
    assert b"HOME=" in told
    assert b"sk-planted" not in told
    assert token not in told


async def test_a_child_that_died_is_started_again_and_the_conversation_goes_on(tmp_path: Path) -> None:
    async with embedded("well", tmp_path / "log") as backend:
        thread = asking("first")
        thread = asking("second", after(thread, await run(backend, thread)))
        first = child_of(backend)
        os.kill(first, signal.SIGKILL)
        events = await run(backend, thread)
        assert text_of(events) == "こんにちは"
        assert child_of(backend) != first


async def test_a_child_that_dies_within_a_reply_ends_the_turn_truly(tmp_path: Path) -> None:
    async with embedded("slow", tmp_path / "log") as backend:

        async def kill_at_the_first_text() -> None:
            async with aclosing(backend.stream_run(request_of(asking("hi")))) as events:
                async for event in events:
                    if isinstance(event, TextDelta):
                        os.kill(child_of(backend), signal.SIGKILL)

        with pytest.raises(ServerFault) as caught:
            await kill_at_the_first_text()
        assert "ended by itself" in caught.value.happened
        await backend.cancel_run()
        receipt = [receipt_line(one) for one in await backend.delete_remote()]
        assert len(receipt) == 2
        assert all(
            line.endswith(": deleted; it went with the embedded server, which kept it in memory.") for line in receipt
        )


async def test_nothing_is_said_to_be_kept_on_a_child_that_ends(tmp_path: Path) -> None:
    async with embedded("well", tmp_path / "log") as backend:
        await run(backend, asking("hi"))
        receipt = await delete_remote(backend, is_kept=True)
        assert [one.is_deleted for one in receipt] == [True, True]
        assert "went with the embedded server" in receipt[0].reason


async def test_a_model_that_cannot_be_loaded_is_told_in_the_childs_words(tmp_path: Path) -> None:
    async with embedded("broken", tmp_path / "log") as backend:
        with pytest.raises(ModelError) as caught:
            await backend.prepare()
        assert str(caught.value) == "The script is torn. Write another."
        with pytest.raises(ModelError):
            await backend.prepare()


async def test_a_child_that_does_not_start_is_told_with_its_log_which_begins_anew_when_it_is_large(
    tmp_path: Path,
) -> None:
    (tmp_path / "server.log").write_bytes(b"x" * 1_000_001)
    async with embedded("dead", tmp_path / "server.log") as backend:
        with pytest.raises(ModelError) as caught:
            await backend.prepare()
        assert "server.log" in caught.value.todo
    assert (tmp_path / "server.log").stat().st_size < 1_000_000


async def test_without_the_extra_the_three_ways_on_are_named_and_nothing_starts() -> None:
    backend = EmbeddedBackend(command=("/nonexistent",), needed=("starlette", "no_such_module"))
    with pytest.raises(ModelError) as caught:
        await backend.prepare()
    assert all(way in caught.value.todo for way in ('pip install ".[local]"', "OPENAI_API_KEY", "--base-url"))
    await backend.close()


async def test_a_caller_that_is_cancelled_does_not_stop_the_start(tmp_path: Path) -> None:
    async with embedded("well", tmp_path / "log") as backend:
        hurried = asyncio.create_task(backend.prepare())
        await asyncio.sleep(0)
        hurried.cancel()
        await asyncio.wait([hurried])
        assert text_of(await run(backend, asking("hi"))) == "こんにちは"


async def test_closing_while_the_child_starts_ends_it(tmp_path: Path) -> None:
    async with embedded("well", tmp_path / "log") as backend:
        starting = asyncio.create_task(backend.prepare())
        started = asyncio.Event()
        backend.on_preparation = lambda _step: started.set()
        await started.wait()
        await backend.close()
        await asyncio.wait([starting])
        assert starting.cancelled()
        assert backend._child is None
