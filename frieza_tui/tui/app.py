"""The Textual app: themes, the first screen, the way out. Knows no turns; they live on the chat screen."""

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from typing import ClassVar, Literal

from textual import events, work
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from frieza_tui import paths
from frieza_tui.backends.base import Deletion
from frieza_tui.chat import Chat
from frieza_tui.chat.answerers import Answerers
from frieza_tui.crash_report import report_sentence
from frieza_tui.domain.errors import SettingsError
from frieza_tui.i18n import _
from frieza_tui.text.safe import safe_line
from frieza_tui.tui.actions import Action
from frieza_tui.tui.messages import AnswerOver, ChatClosed, LeaveAsked
from frieza_tui.tui.parts.deeds import palette_actions
from frieza_tui.tui.parts.language import LANGUAGE_NAMES
from frieza_tui.tui.recall import RecallList
from frieza_tui.tui.screens.chat import ChatScreen
from frieza_tui.tui.screens.help import HelpScreen
from frieza_tui.tui.terminal.fitted_app import FittedApp
from frieza_tui.tui.terminal.typed import typed
from frieza_tui.tui.themes import THEMES, theme_after
from frieza_tui.tui.widgets.caret_area import CaretArea

log = logging.getLogger(__name__)

LONG_S = 5.0
"""Nobody looks away for a shorter answer."""
SIGNAL_ROUNDS = 4
"""Of the loop, from the first that sees a signal to the one that has obeyed it, and one more."""


@dataclass(frozen=True, slots=True)
class ScreenOptions:
    """What the command line and the settings say about the screen."""

    theme: str | None = None
    """A theme's name. None: white and violet, or the terminal's own colours if it has few or NO_COLOR is set."""
    follow: Literal["end", "top"] = "end"
    """What the log keeps in view when a reply outgrows it: its end, or its first line."""
    ambiguous_width: Literal["auto", 1, 2] = "auto"
    """Cells of characters that East Asian fonts draw wide; auto: as the terminal says."""
    has_mouse: bool = True
    has_bell: bool = False
    """Whether the bell rings when a long answer is over and nobody looks."""
    is_blinking: bool = True
    """Whether the caret blinks."""
    keeps_inputs: bool = True
    """Whether what is typed is kept on disk, to be recalled by a later start."""


@dataclass(frozen=True, slots=True)
class ScreenResult:
    """How the screen was left."""

    receipt: tuple[Deletion, ...]
    """What became of the remote objects."""
    exit_status: int = 0
    """1 if the screen broke down; that has then been said on standard error."""


class FriezaApp(FittedApp[tuple[Deletion, ...]]):
    """Holds the themes and the chat screen, and knows the one way out."""

    CSS_PATH: ClassVar[str | PurePath | list[str | PurePath] | None] = ["app.tcss", "screens/chat.tcss"]
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", show=False),
        Binding("f3", "next_theme", show=False),
    ]

    def __init__(
        self,
        chat: Chat,
        recall: RecallList,
        options: ScreenOptions = ScreenOptions(),
        driver_class: type[Driver] | None = None,
        answerers: Answerers | None = None,
    ) -> None:
        """Take the conversation, the earlier inputs, the options, and what can change who answers, if anything can.

        driver_class: one that asks `has_caret` with each frame; None for Textual's own, below which the caret is drawn.
        """
        # Textual would turn colours into greys; with the terminal's own colours it leaves them all out.
        super().__init__(driver_class=driver_class, ansi_color=True if os.environ.get("NO_COLOR") else None)
        self.title = safe_line(chat.assistant.name, 80)
        self._chat = chat
        is_caret_drawn = driver_class is None
        self.set_class(not is_caret_drawn, "-terminal-caret")
        self._chat_screen = ChatScreen(
            chat,
            recall,
            is_blinking=options.is_blinking and is_caret_drawn,
            reads_from_top=options.follow == "top",
            output=lambda: self.output,
            answerers=answerers,
        )
        self._is_leaving = False
        self._is_put_away = False
        self._has_bell = options.has_bell
        self.fit(options.theme, options.ambiguous_width)

    def get_default_screen(self) -> Screen[None]:
        """Begin with the chat."""
        return self._chat_screen

    def _actions(self) -> Iterable[Action]:
        """Return what the palette offers, the most wanted first."""
        parts = self._chat_screen.parts
        yield from palette_actions(parts)
        for theme in THEMES:
            name = _("Theme: {name}").format(name=theme.name)
            yield Action(name, _("Change the colours"), partial(self.wear, theme.name))
        for code, language in LANGUAGE_NAMES.items():
            name = _("Language: {name}").format(name=language)
            yield Action(name, _("Of everything that the program says"), partial(parts.language.speak, code))
        yield Action(_("Help"), _("All keys"), self.action_help, "F1")
        yield Action(_("Quit"), _("Delete what is on the server and end"), self.leave, "Ctrl+Q")

    def action_command_palette(self) -> None:
        """Show what can be done, and do what is chosen there."""
        from frieza_tui.tui.screens.palette import PaletteScreen

        if self.screen is self._chat_screen and not self._is_leaving:
            self.push_screen(PaletteScreen(list(self._actions())), self._do)

    def _do(self, action: Action | None) -> None:
        if action is not None:
            self.call_later(action.do)

    @property
    def has_caret(self) -> bool:
        """Whether the terminal's own cursor is to be seen where it stands."""
        focused = self.focused if self.screen_stack else None
        return isinstance(focused, CaretArea) and focused.has_caret_in_view

    async def on_event(self, event: events.Event) -> None:
        """Take a full-width space and the like for the text that they are."""
        await super().on_event(typed(event) if isinstance(event, events.Key) else event)

    def wear(self, theme: str) -> None:
        """Put on a theme by its name."""
        self.theme = theme

    def action_next_theme(self) -> None:
        """Put on the next theme."""
        self.wear(theme_after(self.theme))

    def action_help(self) -> None:
        """Show all keys."""
        self.push_screen(HelpScreen())

    def on_resize(self) -> None:
        """Draw everything anew: a window that shrank and grew back at once has lost what Textual believes is there."""
        self.screen.refresh()

    def _fatal_error(self) -> None:
        """Say in a sentence that the screen broke down; Textual would print all variables, with messages and keys."""
        error = self._exception
        log.critical("the screen broke down", exc_info=error)
        happened = _("The screen broke down ({kind}).").format(kind=type(error).__name__)
        self.panic(" ".join([happened, report_sentence(error) if error is not None else "", _("Start again.")]))

    def on_answer_over(self, message: AnswerOver) -> None:
        """Ring where that is wished, and the terminal has told that its window has not the focus."""
        if self._has_bell and not self.app_focus and message.total_s >= LONG_S:
            self.bell()

    @contextmanager
    def suspend(self) -> Generator[None]:
        """Put the screen away for another program; Ctrl+C in there is meant for that, and reaches us too."""
        self._is_put_away = True
        trouble: OSError | None = None
        try:
            with super().suspend():
                try:
                    yield
                except OSError as error:  # Textual would never bring the screen back
                    trouble = error
        finally:
            self._come_back()
        if trouble is not None:
            raise trouble

    def _come_back(self, rounds: int = SIGNAL_ROUNDS) -> None:
        """Take signals again, once the loop has passed over those that came meanwhile."""
        if rounds:
            asyncio.get_running_loop().call_soon(self._come_back, rounds - 1)
        else:
            self._is_put_away = False

    def obey(self, signal_name: str) -> None:
        """Leave, as a signal asks."""
        if signal_name != "SIGINT" or not self._is_put_away:
            self.post_message(LeaveAsked())

    # The way out.

    async def action_quit(self) -> None:
        """Leave."""
        self.leave()

    def on_leave_asked(self) -> None:
        """Leave."""
        self.leave()

    def leave(self) -> None:
        """Delete what was made on the server, then end; once begun it is not stopped."""
        if self._is_leaving:
            return
        self._is_leaving = True
        while self.screen is not self._chat_screen:
            self.pop_screen()
        self._chat_screen.put_away()
        self._close_chat()

    @work(exclusive=True, group="leave", exit_on_error=False)
    async def _close_chat(self) -> None:
        """Wait for the deletions; ends the app."""
        self.post_message(ChatClosed(await self._chat.close()))

    def on_chat_closed(self, message: ChatClosed) -> None:
        """End with the receipt."""
        self.exit(message.deletions)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """End also if the deletions broke down."""
        if event.worker.group == "leave" and event.state is WorkerState.ERROR:
            log.error("the chat could not be closed", exc_info=event.worker.error)
            self.exit(())


def run_screen(chat: Chat, options: ScreenOptions, answerers: Answerers | None = None) -> ScreenResult:
    """Show the full screen until it is left; the remote objects are deleted on every way out.

    Raises: SettingsError, if there is no theme of the name in the options.
    """
    _check_theme(options.theme)
    gc.freeze()  # what the imports made stays for good; looking through it again holds the screen for 50 ms
    try:
        return asyncio.run(_run(chat, options, answerers))
    finally:
        gc.enable()


def _check_theme(name: str | None) -> None:
    names = [theme.name for theme in THEMES]
    if name is not None and name not in names:
        raise SettingsError(
            _("There is no theme {name}.").format(name=safe_line(name, 40)),
            _("Use one of: {names}.").format(names=", ".join(names)),
        )


async def _run(chat: Chat, options: ScreenOptions, answerers: Answerers | None) -> ScreenResult:
    recall = RecallList(paths.state_dir() / "inputs.jsonl" if options.keeps_inputs else None)
    app = FriezaApp(chat, recall, options, _driver_for(chat.assistant.name, lambda: app.has_caret), answerers)
    _leave_on_signals(app)
    try:
        await app.run_async(mouse=options.has_mouse)
    finally:
        receipt = await chat.close()
    return ScreenResult(receipt, app.return_code or 0)


def _driver_for(name: str, has_caret: Callable[[], bool]) -> type[Driver] | None:
    if sys.platform == "win32":
        return None
    from frieza_tui.tui.driver import titled_driver

    return titled_driver(safe_line(f"{name} — frieza-tui", 80), has_caret)


def _leave_on_signals(app: FriezaApp) -> None:
    loop = asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGHUP", "SIGINT"):
        with suppress(NotImplementedError, AttributeError):
            loop.add_signal_handler(getattr(signal, name), app.obey, name)
