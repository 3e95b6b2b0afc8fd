"""When people are let choose who answers: at the first start, on a question, or whenever they ask. Knows no turn."""

from collections.abc import Callable

from frieza_tui.chat import Chat
from frieza_tui.chat.answerers import Answerers
from frieza_tui.domain.errors import FriezaError
from frieza_tui.i18n import _
from frieza_tui.text.safe import make_safe
from frieza_tui.tui.answering.panel import AnswererPanel, PanelTies
from frieza_tui.tui.widgets.composer import Composer
from frieza_tui.tui.widgets.waiting_line import WaitingLine

OTHER_ROWS = 7
"""Of the screen, that a panel leaves to everything else."""


class AnswererChoice:
    """Opens the panel and takes it away. The message box works meanwhile, and while it is empty its keys choose."""

    def __init__(
        self,
        answerers: Answerers | None,
        chat: Chat,
        composer: Composer,
        waiting_line: WaitingLine,
        prepare: Callable[[], None],
    ) -> None:
        """Take what can change who answers, None if nothing can.

        prepare: warms up whoever answers now.
        """
        self.answerers = answerers
        self.on_leave: Callable[[], None] = lambda: None
        """Called when the panel was left for the chat."""
        self._chat = chat
        self._composer = composer
        self._waiting_line = waiting_line
        self._prepare = prepare
        self._panel: AnswererPanel | None = None
        self._was_left = False
        """The panel was left once; it does not come back by itself."""
        self._rows = 0
        self._is_tiny = False

    @property
    def is_open(self) -> bool:
        """Whether the panel is there."""
        return self._panel is not None

    @property
    def panel(self) -> AnswererPanel | None:
        """The panel, while it is there."""
        return self._panel

    def begin(self) -> None:
        """Ask what has to be asked before anybody can answer."""
        if self.answerers is None:
            return
        if self.answerers.question is not None:
            self._open(self.answerers).ask_question()
        elif self.answerers.is_first_time:
            self._open(self.answerers).offer()

    def open(self) -> None:
        """Let people choose who answers."""
        if self.answerers is None:
            self._waiting_line.say(_("The replies are canned: start without --demo to choose who answers."))
        else:
            self._open(self.answerers).offer()

    def open_by_itself(self) -> bool:
        """Let people choose, if nobody ever has. False if they have."""
        is_wanted = self.answerers is not None and self.answerers.is_first_time and not self._was_left
        if is_wanted:
            self.open()
        return is_wanted

    def _open(self, answerers: Answerers) -> AnswererPanel:
        if self._panel is None:
            ties = PanelTies(
                lambda: self._chat.preparation, self._prepare, self._waiting_line.say, self._follow_panel, self.leave
            )
            self._panel = AnswererPanel(answerers, ties, is_blinking=self._composer.cursor_blink)
            self._waiting_line.put_above(self._panel)
        return self._panel

    def _follow_panel(self) -> None:
        self._let_choose()
        if self._panel is not None and self._panel.choices is not None:
            self._composer.focus()

    # While it is open.

    def fit(self, rows: int, *, is_tiny: bool) -> None:
        """Leave the message box its rows of the screen, and let nobody choose from what is not to be seen."""
        self._rows, self._is_tiny = rows, is_tiny
        self._let_choose()

    def _let_choose(self) -> None:
        choices = self._panel.choices if self._panel is not None else None
        self._composer.chooser = None if self._is_tiny else choices
        if self._panel is not None:
            rows = self._rows or self._composer.app.size.height
            self._panel.limit(max(3, rows - OTHER_ROWS))

    def mark(self, text: str) -> None:
        """Mark the line whose number is written, if one is."""
        if self._panel is not None and self._panel.choices is not None:
            self._panel.choices.mark(text.strip())

    def take(self, text: str) -> bool:
        """Choose the line whose number is the whole message. False if it is none."""
        choices = self._panel.choices if self._panel is not None else None
        if choices is None or self._composer.chooser is None or not choices.mark(text.strip()):
            return False
        choices.press("enter")
        return True

    def say_again(self) -> None:
        """Name the keys in the language in use."""
        if self._panel is not None:
            self._panel.say_again()

    # Leaving it.

    def leave(self) -> bool:
        """Go on to the chat with whoever answers now. False if nothing was asked."""
        if self._panel is None:
            return False
        self._was_left = True
        self._take_away()
        self._composer.focus()
        self.remember()
        self.on_leave()
        return True

    def leave_list(self) -> None:
        """A message was handed over: whoever can answer it is chosen by that."""
        if self._panel is not None and self._panel.choices is not None:
            self._take_away()
            self.remember()

    def _take_away(self) -> None:
        if self._panel is not None:
            self._panel.stop()
            self._panel.remove()
        self._panel = None
        self._let_choose()

    def remember(self) -> None:
        """Keep that the embedded model is the one, once it can answer."""
        if self.answerers is None or self._panel is not None or self._chat.preparation.stage != "ready":
            return
        try:
            self.answerers.stay()
        except FriezaError as error:
            self._waiting_line.say(make_safe(str(error)))
