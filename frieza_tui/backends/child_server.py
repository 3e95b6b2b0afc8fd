"""The program's own server face as a child process: started, listened to, ended. Knows no API and no chat."""

import asyncio
import os
import secrets
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any, Final, get_args

import msgspec

from frieza_tui.backends.base import Preparation, Stage
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.errors import ModelError
from frieza_tui.i18n import _
from frieza_tui.paths import open_log_of_child
from frieza_tui.settings import environ_without_keys

CHILD_COMMAND: Final = (sys.executable, "-P", "-m", "frieza_tui", "serve", "--child")
"""-P: a folder of this name where the program was started is not taken for it."""
_LISTENING_S: Final = 60.0
_STOP_S: Final = 1.5
_MAX_LOG_BYTES: Final = 1_000_000
_STAGES: Final = frozenset(get_args(Stage))


class ChildConfig(msgspec.Struct, frozen=True):
    """What the child is told, as one JSON line on its standard input; never on its command line."""

    token: str
    model: str | None
    assistants: tuple[Assistant, ...]


class ChildServer:
    """One child process, from its start to its end. Not started again: make another."""

    def __init__(self, process: Process, token: str, on_report: Callable[[Preparation], None]) -> None:
        """Take a started process; use `start`."""
        self.base_url = ""
        self.token = token
        self._process = process
        self._on_report = on_report
        self._listening: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._settled: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._reader = asyncio.create_task(self._read_reports())

    @classmethod
    async def start(
        cls,
        model: str | None,
        assistants: tuple[Assistant, ...],
        log_path: Path,
        on_report: Callable[[Preparation], None],
        command: Sequence[str] = CHILD_COMMAND,
    ) -> "ChildServer":
        """Start the child and wait until it listens; cancelling ends it.

        on_report: gets what the child reports on its way to the model. Raises: ModelError.
        """
        token = secrets.token_urlsafe(32)
        with _open_log(log_path) as log:
            # A session of its own: Ctrl+C in the terminal cancels a run of ours and must not end the server.
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=PIPE,
                stdout=PIPE,
                stderr=log,
                env={**environ_without_keys(), "GOMP_SPINCOUNT": "0"},
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        child = cls(process, token, on_report)
        try:
            await child._begin(ChildConfig(token, model, assistants), log_path)
        except BaseException:
            await child.stop()
            raise
        return child

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process has not ended, as far as is known."""
        return self._process.returncode is None and not self._reader.done()

    def tell(self, line: bytes) -> None:
        """Write a line to the child; lost if it has gone."""
        if self._process.stdin is not None and not self._process.stdin.is_closing():
            self._process.stdin.write(line)

    async def model_ready(self) -> None:
        """Wait until the child says that its model is ready.

        Raises: ModelError if it says that it cannot be, or ends.
        """
        trouble = await asyncio.shield(self._settled)
        if trouble:
            raise ModelError(trouble)

    async def has_died(self, within_s: float) -> bool:
        """Wait a little for news of the process's end, which comes a moment after its connections broke."""
        await asyncio.wait([self._reader], timeout=within_s)
        return not self.is_alive

    async def stop(self) -> None:
        """End the process: closes its input, and kills it if that is not enough. Never raises."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), _STOP_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        self._reader.cancel()
        await asyncio.wait([self._reader])

    async def _begin(self, config: ChildConfig, log_path: Path) -> None:
        stdin = self._process.stdin
        assert stdin is not None, "the process is started with a pipe"
        try:
            stdin.write(msgspec.json.encode(config) + b"\n")
            await stdin.drain()
            self.base_url = await asyncio.wait_for(asyncio.shield(self._listening), _LISTENING_S)
        except (ConnectionError, TimeoutError):
            self.base_url = ""
        if not self.base_url:
            happened = _("The embedded server did not start.")
            raise ModelError(happened, _("Send again to try once more; its log is {path}.").format(path=log_path))

    async def _read_reports(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None, "the process is started with a pipe"
        try:
            while line := await stdout.readline():
                self._take(line)
        finally:
            _settle(self._listening, "")
            _settle(self._settled, _("The embedded server ended before its model was ready. Send again to restart it."))

    def _take(self, line: bytes) -> None:
        try:
            report: Any = msgspec.json.decode(line)
        except msgspec.DecodeError:
            return  # not a report: something printed
        match report:
            case {"event": "listening", "base_url": str(base_url)}:
                _settle(self._listening, base_url)
            case {"event": "preparation", "stage": "ready"} if not self._settled.done():
                _settle(self._settled, "")
            case {"event": "preparation", "stage": "failed"} if not self._settled.done():
                _settle(self._settled, report.get("detail") or _("The embedded model could not be loaded."))
            case {"event": "preparation", "stage": stage} if stage in _STAGES:
                self._on_report(Preparation(stage, report.get("fraction"), report.get("detail") or ""))
            case _:
                pass


def _settle(future: "asyncio.Future[str]", result: str) -> None:
    if not future.done():
        future.set_result(result)


def _open_log(path: Path) -> IO[bytes]:
    """Open the child's log to be appended to, for its owner's eyes only; a large one is begun anew."""
    is_large = os.path.exists(path) and path.stat().st_size > _MAX_LOG_BYTES
    return open_log_of_child(path, "wb" if is_large else "ab")
