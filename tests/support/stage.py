"""The app in a terminal that is not there, with a scripted backend behind the real chat."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Literal

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from frieza_tui.backends.base import Deletion, Label, Preparation
from frieza_tui.backends.registry import BackendConfig, load_backend
from frieza_tui.backends.scripted import SCRIPTED, Reply, ScriptedBackend, Step
from frieza_tui.chat import Chat, Past
from frieza_tui.domain.assistant import Assistant
from frieza_tui.tui.app import FriezaApp, ScreenOptions
from frieza_tui.tui.log.message_log import MessageLog
from frieza_tui.tui.recall import RecallList
from frieza_tui.tui.screens.chat import ChatScreen
from frieza_tui.tui.widgets.composer import Composer
from tests.support.waiting import comes_true

NAME = "フリーザ様"
READY: Sequence[Step] = (Preparation("ready"),)


def make_app(
    replies: Sequence[Reply] = (),
    preparation: Sequence[Step] = READY,
    recall: RecallList | None = None,
    theme: str | None = "frieza",
    label: Label = SCRIPTED,
    past: Past | None = None,
    follow: Literal["end", "top"] = "end",
) -> tuple[FriezaApp, ScriptedBackend]:
    backend = ScriptedBackend(replies, preparation=preparation, label=label)
    chat = Chat(backend, Assistant(NAME, "Speak."), past=past)
    options = ScreenOptions(theme=theme, is_blinking=False, follow=follow)
    return FriezaApp(chat, RecallList() if recall is None else recall, options), backend


class Stage:
    """A running app, and what a user can do to it and see of it."""

    def __init__(self, app: FriezaApp, backend: ScriptedBackend, pilot: Pilot[tuple[Deletion, ...]]) -> None:
        self.app = app
        self.backend = backend
        self.pilot = pilot

    @property
    def screen(self) -> ChatScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, ChatScreen)
        return screen

    @property
    def composer(self) -> Composer:
        return self.screen.query_one(Composer)

    @property
    def log(self) -> MessageLog:
        return self.screen.query_one(MessageLog)

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(strip.text.rstrip() for strip in self.app.screen._compositor.render_strips())

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def write(self, text: str) -> None:
        """Type fast: no key waits for what became of the one before."""
        driver = self.app._driver
        assert driver is not None
        for character in text[:-1]:
            driver.send_message(
                events.Key(character if character.isalnum() else _character_to_key(character), character)
            )
        await self.pilot.press(text[-1])

    async def say(self, text: str) -> None:
        self.composer.insert(text)
        await self.pilot.press("enter")

    async def wait_until(self, is_so: Callable[[], bool]) -> None:
        if not await comes_true(self.pilot, is_so):
            raise AssertionError(f"not so in time; on the screen:\n{self.text}")

    async def wait_for(self, *texts: str) -> None:
        def are_shown() -> bool:
            shown = self.text
            return all(text in shown for text in texts)

        await self.wait_until(are_shown)

    async def wait_gone(self, text: str) -> None:
        await self.wait_until(lambda: text not in self.text)


@asynccontextmanager
async def open_stage(
    *replies: Reply,
    size: tuple[int, int] = (80, 24),
    preparation: Sequence[Step] = READY,
    recall: RecallList | None = None,
    theme: str = "frieza",
    label: Label = SCRIPTED,
    past: Past | None = None,
    follow: Literal["end", "top"] = "end",
) -> AsyncIterator[Stage]:
    """Run the app on a terminal of so many columns and rows."""
    app, backend = make_app(replies, preparation, recall, theme, label, past, follow)
    async with app.run_test(size=size) as pilot:
        yield Stage(app, backend, pilot)


@asynccontextmanager
async def open_stage_on(config: BackendConfig, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Stage]:
    """Run the app over a real server; the stage's backend plays no part."""
    chat = Chat(load_backend(config), Assistant(NAME, "Speak."))
    app = FriezaApp(chat, RecallList(), ScreenOptions(is_blinking=False))
    async with app.run_test(size=size) as pilot:
        yield Stage(app, ScriptedBackend(()), pilot)
    await chat.close()
