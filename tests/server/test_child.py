import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from openai import AsyncOpenAI

from frieza_tui.backends.base import RunRequest
from frieza_tui.backends.expected_run import encode_expected
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.thread import Thread, user_message
from tests.support.conversations import open_talk

CHILD = """
import asyncio, sys, time
from frieza_tui.backends.base import Preparation
from frieza_tui.backends.scripted import Pause, Reply, ScriptedBackend
from frieza_tui.domain.errors import ModelError
from frieza_tui.server.child import main_child

def open_backend(config):
    print("noise of a library")
    steps = [Preparation("loading_model", 0.5), Preparation("ready")]
    if config.get("is_broken"):
        steps = [ModelError("The model is missing.", "Install it.")]
    backend = ScriptedBackend([Reply(config.get("text", "hi"))], is_endless=True, preparation=steps)
    if config.get("is_stuck"):
        backend.close = lambda: time.sleep(100)
    if config.get("is_careless"):
        facts = {"message": "quotes planted-words", "exception": ValueError("planted-words")}
        asyncio.get_running_loop().call_exception_handler(facts)
        print("that was all", flush=True)
    backend.expect = lambda request: print("expects", [one.text for one in request.thread.messages], flush=True)
    return backend

sys.exit(main_child(open_backend))
"""
PARENT = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {CHILD!r}], stdin=subprocess.PIPE)
child.stdin.write(b'{{"token": "t"}}\\n')
child.stdin.flush()
time.sleep(100)
"""


@asynccontextmanager
async def child(**config: object) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", CHILD, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    assert process.stdin is not None
    process.stdin.write(json.dumps({"token": "t", **config}).encode() + b"\n")
    try:
        yield process
    finally:
        process.stdin.close()
        await process.communicate()


async def told(process: Process) -> dict[str, object]:
    assert process.stdout is not None
    line = await process.stdout.readline()
    facts: dict[str, object] = json.loads(line)
    return facts


async def test_a_child_serves_until_its_input_ends() -> None:
    async with child(text="from the config") as process:
        listening = await told(process)
        assert listening["event"] == "listening"
        steps = [await told(process), await told(process)]
        async with AsyncOpenAI(base_url=str(listening["base_url"]), api_key="t", max_retries=0) as client:
            talk = await open_talk(client)
            await talk.ended((await talk.run()).id)
            message = (await client.beta.threads.messages.list(talk.thread_id)).data[0]
            os.kill(process.pid, signal.SIGINT)
            os.kill(process.pid, signal.SIGHUP)
            await client.beta.threads.delete(talk.thread_id)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        assert await process.stdout.read() == b""
        assert await process.wait() == 0
    assert [block.text.value for block in message.content if block.type == "text"] == ["from the config"]
    assert steps == [
        {"event": "preparation", "stage": "loading_model", "fraction": 0.5, "detail": ""},
        {"event": "preparation", "stage": "ready", "fraction": None, "detail": ""},
    ]


async def test_a_child_says_why_its_model_is_not_ready() -> None:
    async with child(is_broken=True) as process:
        await told(process)
        failed = await told(process)
    assert (failed["stage"], failed["detail"]) == ("failed", "The model is missing. Install it.")


async def test_a_child_that_is_stuck_ends_all_the_same() -> None:
    async with child(is_stuck=True) as process:
        await told(process)
        assert process.stdin is not None
        process.stdin.close()
        async with asyncio.timeout(30):
            assert await process.wait() == 1


async def test_a_child_expects_what_it_is_told_and_logs_nothing_of_what_it_cannot_read() -> None:
    async with child() as process:
        assert process.stdin is not None
        assert process.stderr is not None
        request = RunRequest(Assistant("F", "Speak."), Thread(messages=(user_message("こん"),)))
        process.stdin.write(b'{"secret words"\n' + encode_expected(request))
        noise = await process.stderr.readuntil("expects ['こん']".encode())
    assert b"could not be read" in noise
    assert b"secret" not in noise


async def test_a_childs_log_quotes_no_error() -> None:
    async with child(is_careless=True) as process:
        assert process.stderr is not None
        noise = await process.stderr.readuntil(b"that was all")
    assert b"builtins.ValueError" in noise
    assert b"planted-words" not in noise


@pytest.mark.parametrize("line", [b"", b"[]\n"])
async def test_a_child_without_a_token_does_not_serve(line: bytes) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", CHILD, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    printed, complaint = await process.communicate(line)
    assert (process.returncode, printed) == (2, b"")
    assert b"with a token" in complaint


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
async def test_a_child_dies_with_a_parent_that_is_killed() -> None:
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", PARENT, stdin=PIPE, stdout=PIPE)
    assert (await told(parent))["event"] == "listening"
    parent.send_signal(signal.SIGKILL)
    assert parent.stdout is not None
    async with asyncio.timeout(30):
        await parent.stdout.read()  # ends when the child, which shares it, has ended
    assert await parent.wait() == -signal.SIGKILL
