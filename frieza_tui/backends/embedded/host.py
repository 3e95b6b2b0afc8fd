"""Keeps one engine running: finds its model, starts it, starts it again after a death, ends it. Knows no chat."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from frieza_tui.backends.base import Preparation
from frieza_tui.backends.embedded.engine_client import EngineClient
from frieza_tui.backends.embedded.engine_process import EngineProcess
from frieza_tui.backends.model_files import ModelFile, resolve
from frieza_tui.domain.errors import ModelError
from frieza_tui.i18n import _
from frieza_tui.paths import cache_dir, state_dir

Report = Callable[[Preparation], None]


class RunningEngine:
    """An engine that answers, and the connections to it."""

    def __init__(self, process: EngineProcess, model: ModelFile) -> None:
        self._process = process
        self.model = model
        self.client = EngineClient(process.endpoint)
        self.version = process.endpoint.engine

    @property
    def is_alive(self) -> bool:
        """Whether its process has not ended, as far as is known."""
        return self._process.is_alive

    async def end(self) -> None:
        """Close the connections and end the process."""
        await self.client.close()
        await self._process.stop()

    async def fail(self) -> ModelError:
        """End it after it has failed, and say why it did."""
        why = await self._process.death()
        await self.end()
        return why or ModelError(_("The engine of the embedded model stopped answering."), _("Send the message again."))


class EngineHost:
    """Starts the engine when it is needed; callers that come meanwhile wait for the same start."""

    def __init__(self, model: str | None, report: Report, command: Sequence[str]) -> None:
        self._wanted_model = model
        self._report = report
        self._command = command
        self._starting: asyncio.Task[RunningEngine] | None = None
        self._is_closing = threading.Event()
        self.running: RunningEngine | None = None

    @property
    def slots_dir(self) -> Path:
        """Where prompt states are saved."""
        return cache_dir() / "slots"

    async def ready(self) -> RunningEngine:
        """Return the running engine, starting it if there is none or it has died.

        Cancelling the caller does not stop the start. Raises: ModelError.
        """
        if self.running is not None and self.running.is_alive:
            return self.running
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
            self._starting.add_done_callback(self._on_started)
        return await asyncio.shield(self._starting)

    def _on_started(self, task: "asyncio.Task[RunningEngine]") -> None:
        self._starting = None
        if not task.cancelled():
            task.exception()  # reported by _start; nobody may be waiting any more

    async def _start(self) -> RunningEngine:
        try:
            if self.running is not None:
                await self.discard()
            model = await asyncio.to_thread(resolve, self._wanted_model)
            await self._join(model)
            self._report(Preparation("loading_model"))
            self.slots_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            log_path = state_dir() / "engine.log"
            process = await EngineProcess.start(model.path, self.slots_dir, log_path, self._command)
        except ModelError as error:
            self._report(Preparation("failed", detail=str(error)))
            raise
        self.running = RunningEngine(process, model)
        self._report(Preparation("ready"))
        return self.running

    async def _join(self, model: ModelFile) -> None:
        if not model.needs_joining:
            return
        loop = asyncio.get_running_loop()

        def on_progress(fraction: float) -> None:
            if self._is_closing.is_set():
                raise ModelError(_("The program is closing."))
            loop.call_soon_threadsafe(self._report, Preparation("joining_model", fraction))

        self._report(Preparation("joining_model", 0.0))
        await asyncio.to_thread(model.make_ready, on_progress)

    async def discard(self) -> ModelError:
        """End the engine that failed, dead or alive; the next `ready` starts another. Returns why it failed."""
        engine, self.running = self.running, None
        if engine is None:
            return ModelError(_("The engine of the embedded model is not running."))
        return await engine.fail()

    async def close(self) -> None:
        """End the engine and whatever start is under way."""
        self._is_closing.set()
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.wait([self._starting])
        engine, self.running = self.running, None
        if engine is not None:
            await engine.end()
