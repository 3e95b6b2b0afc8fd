"""The Textual app: themes, the first screen, the way out. Knows no turns; they live on the chat screen."""

import asyncio
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.screen import Screen

from frieza_tui.backends.base import Deletion
from frieza_tui.chat import Chat
from frieza_tui.i18n import _
from frieza_tui.text.safe import safe_line
from frieza_tui.tui.messages import LeaveAsked
from frieza_tui.tui.recall import RecallList
from frieza_tui.tui.screens.chat import ChatScreen
from frieza_tui.tui.themes import TERMINAL, THEMES, theme_after


@dataclass(frozen=True, slots=True)
class ScreenOptions:
    """What the command line and the settings say about the screen."""

    theme: str = ""
    """A theme's name; empty: white and violet, or the terminal's own colours where it has few or NO_COLOR is set."""
    has_mouse: bool = True
    is_blinking: bool = True
    """Whether the caret blinks."""
    recall_file: Path | None = None
    """Where earlier inputs are kept; None: nowhere."""
    is_unconfigured: bool = False
    """Whether no key, server or model was named: the help for a first start is then shown if nothing answers."""


@dataclass(frozen=True, slots=True)
class ScreenResult:
    """How the screen was left."""

    deletions: tuple[Deletion, ...]
    """What became of the remote objects; the receipt."""
    exit_status: int = 0
    """1 if the screen broke down; Textual has then written why to standard error."""


class FriezaApp(App[tuple[Deletion, ...]]):
    """Holds the themes and the chat screen."""

    CSS_PATH: ClassVar[list[str]] = ["app.tcss", "screens/chat.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f3", "next_theme", show=False)]
    COMMAND_PALETTE_BINDING = "ctrl+p"

    def __init__(self, chat: Chat, options: ScreenOptions, driver_class: type[Driver] | None = None) -> None:
        """Take the conversation and the options; nothing is read from anywhere else."""
        super().__init__(driver_class=driver_class)
        self._chat_screen = ChatScreen(
            chat,
            RecallList(options.recall_file),
            is_blinking=options.is_blinking,
            is_unconfigured=options.is_unconfigured,
        )
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = options.theme or self._fitting_theme()

    def _fitting_theme(self) -> str:
        has_few_colours = self.no_color or self.console.color_system in ("standard", None)
        return TERMINAL.name if has_few_colours and not self.is_headless else THEMES[0].name

    def get_default_screen(self) -> Screen[None]:
        """Begin with the chat."""
        return self._chat_screen

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:  # noqa: ARG002 - Textual calls it
        """Offer the themes, the help and the way out in the command palette."""
        for theme in THEMES:
            yield SystemCommand(
                _("Theme {name}").format(name=theme.name),
                _("Change the colours"),
                lambda name=theme.name: self.wear(name),
            )
        yield SystemCommand(_("Help"), _("All keys"), self._chat_screen.action_help)
        yield SystemCommand(_("Quit"), _("Delete what is on the server and end"), self._chat_screen.leave)

    def wear(self, theme: str) -> None:
        """Put on a theme by its name."""
        self.theme = theme

    def action_next_theme(self) -> None:
        """Put on the next theme."""
        self.theme = theme_after(self.theme)

    async def action_quit(self) -> None:
        """Leave by the one way out: what is on the server is deleted first."""
        self._chat_screen.leave()

    def on_leave_asked(self) -> None:
        """Leave because a signal says so."""
        self._chat_screen.leave()


def run_screen(chat: Chat, options: ScreenOptions) -> ScreenResult:
    """Show the full screen until it is left; the remote objects are deleted on every way out."""
    return asyncio.run(_run(chat, options))


async def _run(chat: Chat, options: ScreenOptions) -> ScreenResult:
    app = FriezaApp(chat, options, _driver_for(chat.assistant.name))
    _leave_on_signals(app)
    try:
        await app.run_async(mouse=options.has_mouse)
    finally:
        deletions = await chat.close()
    return ScreenResult(deletions, app.return_code or 0)


def _driver_for(name: str) -> type[Driver] | None:
    if sys.platform == "win32":
        return None
    from frieza_tui.tui.driver import titled_driver

    return titled_driver(safe_line(f"{name} — frieza-tui", 80))


def _leave_on_signals(app: FriezaApp) -> None:
    loop = asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGHUP", "SIGINT"):
        with suppress(NotImplementedError, AttributeError):
            loop.add_signal_handler(getattr(signal, name), lambda: app.post_message(LeaveAsked()))
