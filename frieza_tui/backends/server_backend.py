"""What the adapters of the three APIs are alike in: how they name themselves and get ready. Knows no run."""

from collections.abc import Callable
from typing import ClassVar

from frieza_tui.backends.base import Label, Preparation
from frieza_tui.backends.model_list import ModelChoice
from frieza_tui.backends.openai_client import OpenAIClient


class ServerBackend:
    """The part of a Backend that stands on an OpenAIClient, whatever API it speaks."""

    api: ClassVar[str]
    """Its name, as it is shown."""
    expect: None = None

    def __init__(self, client: OpenAIClient, models: ModelChoice, place: str) -> None:
        """Take the client and its models. place: what the label calls the server, its host if empty."""
        self.on_preparation: Callable[[Preparation], None] = lambda _preparation: None
        self.unknown_events = 0
        self.models = models
        self._client = client
        self._place = place or client.server.name
        self._is_prepared = False
        client.on_preparation = lambda preparation: self.on_preparation(preparation)

    @property
    def label(self) -> Label:
        """The API, the server's host, and the model once it is known."""
        return Label(self.api, self._place, self.models.name, is_reached=self._client.has_answered)

    @property
    def signs_of_life(self) -> int:
        """Of the server."""
        return self._client.signs_of_life

    async def prepare(self) -> None:
        """Import the SDK, build its client, and ask the server what an API's first run has to know of it.

        Raises: BackendError for an address that cannot be one; Unreachable.
        """
        if self._is_prepared:
            return
        self.on_preparation(Preparation(self._client.stage))
        await self._client.open()
        await self._look_around()
        self._is_prepared = True
        self.on_preparation(Preparation("ready"))

    async def _look_around(self) -> None:
        """Ask the server nothing, unless an API has something to ask."""
