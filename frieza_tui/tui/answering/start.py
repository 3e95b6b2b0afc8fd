"""How whoever answers gets on, and the messages that wait meanwhile. Knows no panel from within."""

from collections.abc import Callable

from frieza_tui.backends.base import Preparation
from frieza_tui.chat import Chat
from frieza_tui.i18n import _, retold
from frieza_tui.text.safe import make_safe
from frieza_tui.tui.answering.choice import AnswererChoice
from frieza_tui.tui.log.bubble import BubbleState
from frieza_tui.tui.parts.notices import Notices
from frieza_tui.tui.widgets.waiting_line import WaitingLine

_FAILED_START = "failed-start"


class Start:
    """Says that nobody can answer, and holds what is sent while somebody is being chosen."""

    def __init__(
        self,
        chat: Chat,
        choice: AnswererChoice,
        notices: Notices,
        waiting_line: WaitingLine,
    ) -> None:
        self.on_free: Callable[[], object] = lambda: None
        """Called when what waits may be sent."""
        self._chat = chat
        self._choice = choice
        self._notices = notices
        self._waiting_line = waiting_line
        self._is_holding = False
        """Whether a message waits for somebody who can answer."""

    def follow(self, preparation: Preparation, *, is_busy: bool) -> None:
        """Show in the panel, else in the log, that nobody can answer; send what waits once somebody can.

        is_busy: a turn is open, whose reply says it.
        """
        self._notices.remove(_FAILED_START)
        is_unseen = preparation.stage == "failed" and not self._choice.is_open
        if is_unseen and not self._choice.open_by_itself() and not is_busy:
            self._tell_failure(preparation)
        if self._choice.panel is not None:
            self._choice.panel.show_failure(preparation)
        if preparation.stage == "ready":
            self._choice.remember()
            self._send_held()

    def end_choice(self) -> None:
        """The panel was left: say if nobody can answer even so, and send what waits."""
        if self._chat.preparation.stage == "failed":
            self._tell_failure(self._chat.preparation)
        self._send_held()

    def must_wait(self) -> bool:
        """Tell whether messages wait, and keep that one does: nobody can answer, and somebody is being chosen."""
        answerers, stage = self._choice.answerers, self._chat.preparation.stage
        is_nobody_there = answerers is not None and (
            stage == "failed"
            or answerers.question is not None
            or (stage != "ready" and answerers.is_embedded and not answerers.has_embedded)
        )
        self._is_holding = self._choice.is_open and is_nobody_there
        return self._is_holding

    def note_message(self) -> None:
        """A message was handed over: say that it waits, or take whoever answers now for chosen."""
        if self.must_wait():
            self._waiting_line.say(_("It is sent as soon as somebody can answer."))
        else:
            self._choice.leave_list()

    def _send_held(self) -> None:
        if self._is_holding:
            self._is_holding = False
            self.on_free()

    def _tell_failure(self, preparation: Preparation) -> None:
        happened, can_choose = make_safe(preparation.detail), self._choice.answerers is not None

        def say() -> str:
            words = retold(happened)
            return " ".join([words, _("/welcome lets you choose who answers.")]) if can_choose else words

        state = BubbleState(lambda: _("not ready"), "error")
        self._notices.put(_FAILED_START, lambda: _("Nobody can answer yet"), state, say)
