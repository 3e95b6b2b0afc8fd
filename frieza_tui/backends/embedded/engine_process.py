"""Starts the engine's process and says in words why it did not start or ended; knows no HTTP and no chat."""

import asyncio
import json
import os
import secrets
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from frieza_tui.backends.llama_engine import EngineConfig
from frieza_tui.domain.errors import ModelError
from frieza_tui.i18n import _
from frieza_tui.paths import open_log_of_child
from frieza_tui.settings import environ_without_keys

ENGINE_COMMAND: tuple[str, ...] = (sys.executable, "-P", "-m", "frieza_tui.backends.llama_engine")
CONTEXT_TOKENS = 4096
SLEEP_IDLE_S = 600
_START_TIMEOUT_S = 300.0
_STOP_TIMEOUT_S = 1.0
_NEWS_TIMEOUT_S = 0.5
"""A connection breaks a little before the end of its process is known."""
_ILLEGAL_INSTRUCTION = {-getattr(signal, "SIGILL", 4), 0xC000001D}
_KILLED = -getattr(signal, "SIGKILL", 9)


def thread_count() -> int:
    """How many threads the engine gets: all cores up to four, one fewer where threads cannot be told not to spin."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    usable = cores if sys.platform == "linux" else cores - 1
    return max(1, min(usable, 4))


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a running engine answers."""

    base_url: str
    key: str
    engine: str
    """The engine's version."""


def _death_in_words(returncode: int | None) -> ModelError:
    if returncode in _ILLEGAL_INSTRUCTION:
        happened = _("This computer's processor is too old for the embedded model: the engine needs AVX2.")
        return ModelError(happened, _("Set OPENAI_API_KEY, or name a server with --base-url."))
    if returncode == _KILLED:
        happened = _("The engine of the embedded model was killed, most likely for want of memory.")
        return ModelError(happened, _("Close other programs, or take the small model with --model small."))
    happened = _("The engine of the embedded model ended by itself (status {status}).").format(status=returncode)
    return ModelError(happened, _("Try again; the engine's log is in the state folder."))


def _failure_in_words(facts: dict[str, str], model: str) -> ModelError:
    if facts["failed"] == "import":
        happened = _("The engine of the embedded model is not installed, or does not run on this system.")
        todo = _('Install it with pip install ".[local]", set OPENAI_API_KEY, or name a server with --base-url.')
        return ModelError(happened, todo)
    happened = _("The engine could not load the model {model}.").format(model=model)
    return ModelError(happened, _("Check the file with `frieza-tui model`, or give another one."))


class EngineProcess:
    """One engine, from its start to its end. Not started again: make another."""

    def __init__(self, process: Process, endpoint: Endpoint) -> None:
        self._process = process
        self.endpoint = endpoint

    @classmethod
    async def start(
        cls, model: Path, slots_dir: Path, log_path: Path, command: Sequence[str] = ENGINE_COMMAND
    ) -> "EngineProcess":
        """Start the engine and wait until it answers; cancelling ends it.

        Raises: ModelError.
        """
        key = secrets.token_urlsafe(32)
        config: EngineConfig = {
            "model": str(model),
            "key": key,
            "slots_dir": str(slots_dir),
            "threads": thread_count(),
            "context_tokens": CONTEXT_TOKENS,
            "sleep_idle_s": SLEEP_IDLE_S,
        }
        # Spinning barriers would starve the screen: the reply goes 4 times slower beside one busy program.
        environment = {**environ_without_keys(), "GOMP_SPINCOUNT": "0"}
        with open_log_of_child(log_path, "wb") as log:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=PIPE, stdout=PIPE, stderr=log, env=environment
            )
        try:
            facts = await _handshake(process, config)
        except BaseException:
            await _end(process)
            raise
        return cls(process, Endpoint(facts["base_url"], key, facts["engine"]))

    @property
    def is_alive(self) -> bool:
        """Whether the process has not ended, as far as is known."""
        return self._process.returncode is None

    async def death(self) -> ModelError | None:
        """Say why the process ended, waiting a moment for news of it; None if it lives."""
        try:
            return _death_in_words(await asyncio.wait_for(self._process.wait(), _NEWS_TIMEOUT_S))
        except TimeoutError:
            return None

    async def stop(self) -> None:
        """End the process: closes its input, and kills it if that is not enough."""
        await _end(self._process)


async def _handshake(process: Process, config: EngineConfig) -> dict[str, str]:
    """Send the configuration, wait for the engine's one line. Raises: ModelError."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(config).encode() + b"\n")
        await process.stdin.drain()
        line = await asyncio.wait_for(process.stdout.readline(), _START_TIMEOUT_S)
    except ConnectionError:
        line = b""
    except TimeoutError:
        happened = _("The engine of the embedded model did not get ready in {minutes} minutes.")
        raise ModelError(happened.format(minutes=int(_START_TIMEOUT_S // 60)), _("Try again.")) from None
    if not line:
        raise _death_in_words(await process.wait())
    facts: dict[str, str] = json.loads(line)
    if "failed" in facts:
        raise _failure_in_words(facts, Path(config["model"]).name)
    return facts


async def _end(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), _STOP_TIMEOUT_S)
    except TimeoutError:
        process.kill()
        await process.wait()
