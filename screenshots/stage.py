"""The running app in a terminal that is not there, made still enough to be drawn twice alike. Knows no scene."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Literal
from unittest.mock import patch

from rich.console import Console
from rich.segment import Segment

from frieza_tui.backends.base import Label
from frieza_tui.backends.scripted import Reply, ScriptedBackend
from frieza_tui.chat import Chat
from frieza_tui.chosen import ChosenFile
from frieza_tui.domain.assistant import Assistant
from frieza_tui.tui.app import FriezaApp, ScreenOptions
from frieza_tui.tui.recall import RecallList
from screenshots.svg import draw_screen
from tests.support.stage import Stage
from tests.support.welcome_stage import make_welcome_app

CLOCK_STEP_S = 1.4
"""The clock moves by so much whenever it is read: at a turn's start, first text and end."""


class Turnstile(asyncio.Event):
    """A gate that lets one wait through for each time it is opened."""

    async def wait(self) -> Literal[True]:
        """Wait until it is opened, and close it."""
        await super().wait()
        self.clear()
        return True


def pieces(text: str, size: int = 3) -> list[str]:
    """Cut a text into pieces of so many characters, about as a model's tokens are."""
    return [text[at : at + size] for at in range(0, len(text), size)]


@contextmanager
def _still_world() -> Iterator[None]:
    """Let the clock stand, and each change be painted at once."""
    clock = SimpleNamespace(monotonic=count(0.0, CLOCK_STEP_S).__next__)
    with (
        patch("frieza_tui.chat.conversation.time", clock),
        patch("frieza_tui.tui.log.frames.FRAME_S", 0.001),
    ):
        yield


@asynccontextmanager
async def open_app(
    replies: Sequence[Reply], size: tuple[int, int], theme: str, *, is_first_start: bool = False
) -> AsyncIterator[Stage]:
    """Run the app on a terminal of so many columns and rows. is_first_start: with nobody set or installed to answer."""
    if is_first_start:
        app, backend = make_welcome_app(needs=("no_such_module",), file=ChosenFile(Path(os.devnull)))
    else:
        app, backend = _make_app(replies, theme)
    with _still_world():
        async with app.run_test(size=size) as pilot:
            yield Stage(app, backend, pilot)


def _make_app(replies: Sequence[Reply], theme: str) -> tuple[FriezaApp, ScriptedBackend]:
    backend = ScriptedBackend(replies, label=Label("canned replies", "demo", ""))
    chat = Chat(backend, Assistant("フリーザ様", "Speak."))
    return FriezaApp(chat, RecallList(), ScreenOptions(theme=theme, is_blinking=False)), backend


async def draw(at: Stage) -> str:
    """Return the screen's SVG, once all that is under way has been painted: two pictures in a row are the same."""
    before, now = "", await _draw_now(at)
    while now != before:
        before, now = now, await _draw_now(at)
    return now


async def _draw_now(at: Stage) -> str:
    await at.pilot.pause(0.005)
    await at.pilot.pause(0.001)
    app = at.app
    update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens, simplify=True)
    assert update is not None
    segments = Console(width=app.size.width, height=app.size.height).render(update)
    rows = list(Segment.split_lines(Segment.filter_control(segments)))
    return draw_screen(rows, app.size.width, app.screen.background_colors[1].hex6)
