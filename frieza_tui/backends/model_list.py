"""The models of a server: its list, the one in use, and near matches for one that it does not know. Knows no API."""

import asyncio
import difflib
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from frieza_tui.backends.base import ModelFacts
from frieza_tui.backends.loose_json import Json, json_object, json_objects, number_of, text_of
from frieza_tui.backends.openai_client import OpenAIClient
from frieza_tui.backends.refusals import is_about_context, is_about_model, is_no_such_path, too_long
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.errors import BackendError, NotHere, Unreachable
from frieza_tui.i18n import _

log = logging.getLogger(__name__)

OPENAI_MODEL: Final = "gpt-5.5"
"""OpenAI's default: what its SDK documents, without a shutdown date (API.md 5)."""
_LOOK_S: Final = 3.0
_NAMELESS: Final = "default"
"""What is asked for where nobody names a model and the server lists none."""
_CONTEXT_KEYS: Final = (
    "loaded_context_length",
    "context_length",
    "max_model_len",
    "context_window",
    "max_context_length",
)
"""As LM Studio, OpenRouter, vLLM, Groq and LM Studio again name the window in their lists."""


async def fetch_models(client: OpenAIClient) -> tuple[ModelFacts, ...]:
    """Return the server's models in its order. Raises: BackendError."""
    # Asked once: a message waits for it, and somebody for the message.
    listed = await client.call(client.request("GET", "/models", is_repeated=False))
    return tuple(_facts(model) for model in json_objects(listed.get("data")) if text_of(model.get("id")))


def _facts(model: Json) -> ModelFacts:
    windows = [number_of(model.get(key)) for key in _CONTEXT_KEYS]
    windows.insert(0, number_of(json_object(model.get("meta")).get("n_ctx")))  # llama.cpp
    window = next((tokens for tokens in windows if tokens > 0), None)
    return ModelFacts(text_of(model.get("id")), window, text_of(model.get("shutdown_date")))


class ModelChoice:
    """Implements Models: the one that runs use is the wanted one, else the assistant's, else the server's first."""

    def __init__(self, client: OpenAIClient, wanted: str) -> None:
        """Take the client; wanted "" leaves it to the assistant and the server."""
        self.name = wanted or (OPENAI_MODEL if client.server.is_openai else "")
        """The model in use, as far as nobody wants another; "" until it is known."""
        self._client = client
        self._wanted = wanted
        self._asking = asyncio.Lock()
        self._models: tuple[ModelFacts, ...] | None = None

    async def list(self) -> Sequence[ModelFacts]:
        """Return the server's list, asked for once; an empty one again each time. Raises: BackendError."""
        async with self._asking:
            if not self._models:
                await self._client.open()
                self._models = await fetch_models(self._client)
            return self._models

    def use(self, name: str) -> None:
        """Let the next run be that model's."""
        self.name = self._wanted = name

    @property
    def context_tokens(self) -> int | None:
        """The window of the model in use, None if it is not known."""
        return next((model.context_tokens for model in self._models or () if model.id == self.name), None)

    async def look(self) -> Sequence[ModelFacts]:
        """Return the server's list, asked for until it has one; empty if it has none. Raises: Unreachable."""
        if not self._models:
            try:
                await self.list()
            except Unreachable:
                raise
            except BackendError as error:
                log.info("the models are not listed: %s", type(error).__name__)
                return ()
        return self._models or ()

    async def look_briefly(self) -> None:
        """Ask for the list ahead of its use; one that is late is not waited for. Raises: Unreachable."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_S):
                self.name = self.name or _first_that_talks(await self.look())

    async def choose(self, assistant: Assistant) -> str:
        """Return the model to use. Raises: Unreachable."""
        wanted = self._wanted or assistant.model
        if not wanted and self._client.server.is_openai:
            wanted = OPENAI_MODEL
        if not wanted:
            wanted = _first_that_talks(await self.look())
        self.name = wanted or _NAMELESS
        return self.name

    async def explained(self, error: BackendError) -> BackendError:
        """Return the error to raise: it tells how long a request is, or names models like one that is not known."""
        if is_about_context(error):
            return too_long(error)
        if not is_about_model(error):
            return _about_something_else(error)
        names = [model.id for model in await self.look()]
        near = difflib.get_close_matches(self.name, names, n=3, cutoff=0.4) or names[:3]
        server = self._client.server
        if self._models == () and self.name == _NAMELESS:
            happened = _("{server} has no models yet.").format(server=server.name)
            todo = _("Give it one (Ollama: ollama pull, and a name), then send again.")
            return NotHere(happened, todo, error.facts)
        happened = _("{server} does not have the model {model}.")
        happened = happened.format(server=server.name, model=server.words(self.name, 100))
        if not near:
            return NotHere(happened, _("Choose another one: /model, or --model at the start."), error.facts)
        todo = _("Choose another one (/model, or --model at the start), for example: {models}.")
        return NotHere(happened, todo.format(models=server.words(", ".join(near))), error.facts)


def _about_something_else(error: BackendError) -> BackendError:
    """Return the error with what to do where a server has the API, and not what it was asked for."""
    if isinstance(error, NotHere) and not is_no_such_path(error):
        return NotHere(error.happened, _("Choose another model (/model), or change what was asked for."), error.facts)
    return error


def _first_that_talks(models: Sequence[ModelFacts]) -> str:
    names = [model.id for model in models]
    return next((name for name in names if "embed" not in name.lower()), next(iter(names), ""))
