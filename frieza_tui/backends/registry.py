"""Backends by name: a plain description in, a backend out. Imports an adapter only when it is asked for."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from frieza_tui.backends.base import Backend, Ledger
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.errors import SettingsError
from frieza_tui.i18n import _

if TYPE_CHECKING:
    from frieza_tui.backends.openai_client import OpenAIClient

OPENAI_URL: Final = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True)
class BackendConfig:
    """What a backend is made from; the composition root fills it in from the settings."""

    api: str
    """One of BACKENDS."""
    base_url: str | None = None
    """Of the API's server; None: OpenAI's. Not used by "embedded", "llama_cpp" and "scripted"."""
    api_key: str | None = field(default=None, repr=False)
    find_key: Callable[[], Awaitable[str]] | None = field(default=None, repr=False)
    """Returns the key where api_key is None; called when the server is needed. May raise BackendError."""
    model: str | None = None
    """What the server calls the model; for the embedded model a known name or a path. None: the backend's default."""
    read_timeout_s: float = 120.0
    """Seconds of silence, within a stream too, after which a server is asked what became of the run."""
    known_assistants: tuple[Assistant, ...] = ()
    """Assistants whose packs the embedded model is given."""
    ledger: Ledger | None = None
    """Where what is made on a server is written down; not used by "embedded", whose objects die with it."""
    log_path: Path | None = None
    """For "embedded": where the child process logs; None: the state folder."""
    delay_s: float = 0.03
    """For "scripted": seconds between two deltas."""


def load_backend(config: BackendConfig) -> Backend:
    """Return the backend that a config describes; nothing heavy is imported before its `prepare`.

    Must be called on the event loop of the face that owns the backend. Raises: SettingsError for an unknown name.
    """
    try:
        make = BACKENDS[config.api]
    except KeyError:
        happened = _("There is no backend called {name}.").format(name=config.api)
        raise SettingsError(happened, _("Use one of: {names}.").format(names=", ".join(BACKENDS))) from None
    return make(config)


def _assistants(config: BackendConfig) -> Backend:
    from frieza_tui.backends.assistants import AssistantsBackend

    return AssistantsBackend(_client(config), model=config.model or "")


def _chat(config: BackendConfig) -> Backend:
    from frieza_tui.backends.chat_completions import ChatCompletionsBackend

    return ChatCompletionsBackend(_client(config), model=config.model or "")


def _responses(config: BackendConfig) -> Backend:
    from frieza_tui.backends.api_notes import ApiNotes
    from frieza_tui.backends.responses import ResponsesBackend

    return ResponsesBackend(_client(config), model=config.model or "", notes=ApiNotes())


def _auto(config: BackendConfig) -> Backend:
    from frieza_tui.backends.api_notes import ApiNotes
    from frieza_tui.backends.auto import AutoBackend

    def make(api: str) -> Backend:
        return load_backend(replace(config, api=api))

    return AutoBackend(_client(config), make, notes=ApiNotes(), model=config.model or "")


def _client(config: BackendConfig) -> "OpenAIClient":
    from frieza_tui.backends.named_server import Server
    from frieza_tui.backends.openai_client import OpenAIClient

    server = Server(config.base_url or OPENAI_URL, config.api_key or "")
    return OpenAIClient(
        server,
        read_timeout_s=config.read_timeout_s,
        loads_assistants=config.api == "assistants",
        ledger=config.ledger,
        find_key=config.find_key,
    )


def _embedded(config: BackendConfig) -> Backend:
    from frieza_tui.backends.embedded_server import EmbeddedBackend

    return EmbeddedBackend(
        model=config.model,
        known_assistants=config.known_assistants,
        log_path=config.log_path,
        read_timeout_s=config.read_timeout_s,
    )


def _llama_cpp(config: BackendConfig) -> Backend:
    from frieza_tui.backends.llama_cpp import LlamaCppBackend

    return LlamaCppBackend(config.model, config.known_assistants)


def _scripted(config: BackendConfig) -> Backend:
    from frieza_tui.backends.demo_script import DemoBackend

    return DemoBackend(config.delay_s)


BACKENDS: Final[dict[str, Callable[[BackendConfig], Backend]]] = {
    "assistants": _assistants,
    "auto": _auto,
    "chat": _chat,
    "embedded": _embedded,
    "llama_cpp": _llama_cpp,
    "responses": _responses,
    "scripted": _scripted,
}
"""Every backend by its name."""
