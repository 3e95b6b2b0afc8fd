import asyncio
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from frieza_tui.backends.embedded.engine_process import ENGINE_COMMAND, EngineProcess, thread_count
from frieza_tui.domain.errors import ModelError

NO_ENGINE = (
    "import sys; sys.modules['xllamacpp'] = None; from frieza_tui.backends.llama_engine import main; sys.exit(main())"
)
needs_engine = pytest.mark.skipif(importlib.util.find_spec("xllamacpp") is None, reason="xllamacpp is not installed")


async def failure_of(code: str, tmp_path: Path) -> ModelError:
    with pytest.raises(ModelError) as caught:
        await EngineProcess.start(tmp_path / "m.gguf", tmp_path, tmp_path / "log", (sys.executable, "-c", code))
    assert caught.value.todo
    return caught.value


async def test_an_engine_that_is_not_installed_is_said_in_words(tmp_path: Path) -> None:
    error = await failure_of(NO_ENGINE, tmp_path)
    assert "not installed" in error.happened
    assert (tmp_path / "log").read_bytes() == b""
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("signal_name", "words"),
    [("SIGILL", "processor is too old"), ("SIGKILL", "memory"), ("SIGABRT", "ended by itself")],
)
async def test_an_engine_that_dies_at_the_start_is_said_in_words(tmp_path: Path, signal_name: str, words: str) -> None:
    error = await failure_of(f"import os, signal; os.kill(os.getpid(), signal.{signal_name})", tmp_path)
    assert words in error.happened


async def test_giving_up_the_start_ends_the_process(tmp_path: Path) -> None:
    ended = tmp_path / "ended"
    command = (sys.executable, "-c", f"import sys, pathlib; sys.stdin.read(); pathlib.Path({str(ended)!r}).touch()")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await EngineProcess.start(tmp_path / "m.gguf", tmp_path, tmp_path / "log", command)
    assert ended.exists()


async def test_an_engine_that_hangs_on_is_killed(tmp_path: Path) -> None:
    code = (
        "import json, sys, time; sys.stdin.readline();"
        "print(json.dumps({'base_url': 'http://127.0.0.1:1', 'engine': '1'}), flush=True); time.sleep(100)"
    )
    engine = await EngineProcess.start(tmp_path / "m.gguf", tmp_path, tmp_path / "log", (sys.executable, "-c", code))
    await engine.stop()
    assert not engine.is_alive


@needs_engine
@pytest.mark.parametrize("content", [b"GGUF", b"GGUF" + bytes(4000)], ids=["four bytes", "zeros"])
async def test_a_damaged_model_is_said_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"m\.gguf"):
        await EngineProcess.start(path, tmp_path, tmp_path / "log")


def test_the_engine_ends_when_its_input_ends(tmp_path: Path) -> None:
    config = {"model": str(tmp_path / "none"), "key": "k", "slots_dir": str(tmp_path), "threads": 1}
    line = json.dumps({**config, "context_tokens": 64, "sleep_idle_s": 1}) + "\n"
    ended = subprocess.run(ENGINE_COMMAND, input=line, capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode in (0, 1)


def test_the_engine_gets_one_to_four_threads() -> None:
    assert 1 <= thread_count() <= 4
