"""The adapter that finds out which API a server has, and is that API's adapter from then on. Knows no face."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace

from frieza_tui.backends.api_notes import ApiNotes
from frieza_tui.backends.base import Backend, Deletion, Label, ModelFacts, Preparation, RemoteRun, ResumeRun, RunRequest
from frieza_tui.backends.openai_client import OpenAIClient
from frieza_tui.backends.probing import Api, find_api, is_unlike_api, reason_for
from frieza_tui.domain.errors import BackendError, NotHere
from frieza_tui.domain.events import RunChanged, RunEvent
from frieza_tui.i18n import _

log = logging.getLogger(__name__)


class AutoBackend:
    """Implements Backend over whichever API the server has."""

    expect: None = None

    def __init__(
        self, client: OpenAIClient, make: Callable[[Api], Backend], *, notes: ApiNotes, model: str = ""
    ) -> None:
        """Take a client to ask with, and what makes an API's adapter. model: "" leaves it to the adapter."""
        self.on_preparation: Callable[[Preparation], None] = lambda _preparation: None
        self.unknown_events = 0
        self._client = client
        client.on_preparation = lambda preparation: self.on_preparation(preparation)
        self._make = make
        self._notes = notes
        self._model = model
        self._choosing = asyncio.Lock()
        self._made: dict[Api, Backend] = {}
        self._api: Api | None = None
        self._is_remembered = False

    @property
    def api(self) -> Api | None:
        """The API in use; None while it is not known."""
        return self._api

    @property
    def label(self) -> Label:
        """What the adapter says, and why it was chosen."""
        if self._api is None:
            return Label("", self._client.server.name, self._model)
        why = reason_for(self._api, is_openai=self._client.server.is_openai)
        label = self._made[self._api].label
        return replace(label, why=why, is_reached=label.is_reached or self._client.has_answered)

    @property
    def models(self) -> "AutoBackend":
        """Itself."""
        return self

    async def list(self) -> Sequence[ModelFacts]:
        """Return what the adapter lists. Raises: BackendError."""
        models = (await self._chosen()).models
        return await models.list() if models is not None else ()

    def use(self, name: str) -> None:
        """Let the next run be that model's, with whichever adapter."""
        self._model = name
        for backend in self._made.values():
            if backend.models is not None:
                backend.models.use(name)

    @property
    def remote_objects(self) -> tuple[Deletion, ...]:
        """What all adapters made on the server."""
        return tuple(deletion for backend in self._made.values() for deletion in backend.remote_objects)

    @property
    def signs_of_life(self) -> int:
        """Of all adapters."""
        return self._client.signs_of_life + sum(backend.signs_of_life for backend in self._made.values())

    @property
    def resume_run(self) -> ResumeRun | None:
        """Follows an earlier run with the adapter; None where that cannot."""
        return self._resume if self._api is None or self._made[self._api].resume_run else None

    async def prepare(self) -> None:
        """Find out which API the server has, unless that is known, and prepare its adapter.

        Raises: BackendError, also if the server does not let itself be asked.
        """
        backend = await self._chosen()
        await backend.prepare()

    async def stream_run(self, request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        """Yield what the adapter yields; if what was remembered of the server is wrong, it is asked again first.

        Raises: BackendError.
        """
        backend = await self._chosen()
        has_begun = False
        try:
            async with aclosing(self._run_on(backend, request)) as events:
                async for event in events:
                    has_begun = has_begun or isinstance(event, RunChanged)
                    yield event
            return
        except BackendError as error:
            if has_begun or not self._is_remembered or not is_unlike_api(error):
                raise
            other = await self._chosen_anew()
            if other is backend:
                raise
        async with aclosing(self._run_on(other, request)) as events:
            async for event in events:
                yield event

    async def cancel_run(self) -> None:
        """Cancel what the adapter runs. Raises: BackendError."""
        if self._api is not None:
            await self._made[self._api].cancel_run()

    async def delete_remote(self) -> tuple[Deletion, ...]:
        """Delete what all adapters made."""
        receipts = await asyncio.gather(*(backend.delete_remote() for backend in self._made.values()))
        return tuple(deletion for receipt in receipts for deletion in receipt)

    async def close(self) -> None:
        """Free the connections."""
        for backend in self._made.values():
            await backend.close()
        await self._client.close()

    async def _run_on(self, backend: Backend, request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        try:
            async with aclosing(backend.stream_run(request)) as events:
                async for event in events:
                    yield event
        finally:
            self.unknown_events = sum(one.unknown_events for one in self._made.values())

    async def _resume(self, request: RunRequest, remote: RemoteRun) -> AsyncGenerator[RunEvent, None]:
        resume = (await self._chosen()).resume_run
        if resume is None:
            raise NotHere(_("This server has nothing of an earlier reply."))
        async with aclosing(resume(request, remote)) as events:
            async for event in events:
                yield event

    async def _chosen(self) -> Backend:
        async with self._choosing:
            if self._api is None:
                self.on_preparation(Preparation("connecting"))
                known = await asyncio.to_thread(self._notes.find, self._client.server.base_url)
                self._is_remembered = known is not None
                self._api = self._adopt(known or await self._find())
            return self._made[self._api]

    async def _chosen_anew(self) -> Backend:
        """Return the adapter for what the server has now. Raises: BackendError."""
        log.info("the server does not have the API that was noted for it: asking again")
        async with self._choosing:
            await asyncio.to_thread(self._notes.forget, self._client.server.base_url)
            self._is_remembered = False
            self._api = self._adopt(await self._find())
            return self._made[self._api]

    async def _find(self) -> Api:
        await self._client.open()
        finding = await find_api(self._client)
        if finding.is_sure and not self._client.server.is_openai:
            await asyncio.to_thread(self._notes.note, self._client.server.base_url, finding.api)
        await self._client.close()
        log.info("the server has the API %s", finding.api)
        return finding.api

    def _adopt(self, api: Api) -> Api:
        if api not in self._made:
            backend = self._made[api] = self._make(api)
            if self._model and backend.models is not None:
                backend.models.use(self._model)
            backend.on_preparation = lambda preparation: self.on_preparation(preparation)
        return api
