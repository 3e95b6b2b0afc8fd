"""One line to fill in above the message box, an address or a secret. Knows not what becomes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from frieza_tui.i18n import _, retold
from frieza_tui.text.safe import make_safe
from frieza_tui.tui.widgets.wrapped_text import WrappedText

SHOWN_END: Final = 4
LONG_ENOUGH: Final = 16
"""A secret that is shorter is not shown in part."""


class Entry(Vertical):
    """A title, the line, and a sentence on how it stands; a secret is shown as dots and its last four letters."""

    DEFAULT_CSS = """
    Entry {
        height: auto;
        & Input { padding: 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    @dataclass
    class Given(Message):
        """The line was filled in."""

        text: str

    class Edited(Message):
        """The line was changed."""

    class Left(Message):
        """Nothing is to be filled in after all."""

    def __init__(
        self,
        title: Callable[[], str],
        *,
        placeholder: str = "",
        note: Callable[[], str] = str,
        is_secret: bool = False,
        is_blinking: bool = True,
    ) -> None:
        """Take what is asked for, and what is said about it while the line is empty. is_blinking: the caret."""
        super().__init__()
        self._is_blinking = is_blinking
        self._note = note
        self._title_words = title
        self._title_line = Static(title(), markup=False, classes="title")
        self._placeholder = placeholder
        self._is_secret = is_secret
        self._said = WrappedText(classes="said")
        self._said.words = note()

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield self._title_line
        yield Input(placeholder=self._placeholder, password=self._is_secret, compact=True)
        yield self._said

    def on_mount(self) -> None:
        """Take the caret."""
        line = self.query_one(Input)
        line.cursor_blink = self._is_blinking
        line.focus()

    def say(self, text: str, *, is_error: bool = False) -> None:
        """Say how it stands; after an error the next paste takes a secret's place."""
        self._said.set_class(is_error, "-error")
        self._said.words = text
        if is_error and self._is_secret:
            self.query_one(Input).select_all()

    def say_again(self) -> None:
        """Write title and sentence anew, in the language in use."""
        self._title_line.update(self._title_words())
        self._said.words = retold(self._said.words)

    @on(Input.Changed)
    def _show_end(self, event: Input.Changed) -> None:
        event.stop()
        text = event.value.strip()
        words = "" if text else self._note()
        if self._is_secret and len(text) >= LONG_ENOUGH:
            words = _("{count} letters, the last ones are {end}").format(count=len(text), end=text[-SHOWN_END:])
        self.say(make_safe(words))
        self.post_message(self.Edited())

    @on(Input.Submitted)
    def _give(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        if text:
            self.post_message(self.Given(text))

    def action_leave(self) -> None:
        """Give it up."""
        self.post_message(self.Left())
