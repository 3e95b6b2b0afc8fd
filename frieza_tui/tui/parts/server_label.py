"""What the top line says of whoever answers, and why it is that one. Knows no server."""

from frieza_tui.backends.base import Label
from frieza_tui.chat import Chat
from frieza_tui.i18n import _
from frieza_tui.text.safe import safe_line
from frieza_tui.tui.last_measures import LastMeasures
from frieza_tui.tui.measures import measures_within
from frieza_tui.tui.turns import Turns
from frieza_tui.tui.widgets.status_bar import StatusBar, api_words
from frieza_tui.tui.widgets.waiting_line import WaitingLine
from frieza_tui.tui.words import delay_sentence, state_words

WHY_S = 8.0
"""How long it is said why an API was chosen."""
HINT_CELLS = 90
"""Of what the last answer took, beside that."""


class ServerLabel:
    """Brings the status bar in step with the conversation."""

    def __init__(
        self,
        chat: Chat,
        turns: Turns,
        last_measures: LastMeasures,
        status_bar: StatusBar,
        waiting_line: WaitingLine,
    ) -> None:
        self._chat = chat
        self._turns = turns
        self._last_measures = last_measures
        self._status_bar = status_bar
        self._waiting_line = waiting_line
        self._explained = Label("", "", "")

    def show(self, *, is_leaving: bool) -> None:
        """Show how things are now."""
        label, ended, delayed = self._chat.label, self._turns.own_ended, self._turns.delayed
        self._status_bar.label, self._status_bar.ended = label, self._last_measures.with_server(label.server)
        self._status_bar.is_measured = self._last_measures.are_due
        self._status_bar.state, self._status_bar.tone = state_words(
            self._chat.preparation,
            delayed or ended,
            is_busy=self._turns.is_open,
            is_leaving=is_leaving,
            is_reached=label.is_reached,
        )
        self._waiting_line.delay = delay_sentence(delayed, label.server)
        explained = Label(label.api, label.server, "", label.why)
        if label.why and explained != self._explained and self._chat.preparation.stage == "ready":
            self._explained = explained
            self._waiting_line.say(f"{api_words(label)} · {label.why}", WHY_S)

    def explain(self) -> None:
        """Say which API is spoken with which server, why if the program chose it, and what the last answer took."""
        label, ended = self._chat.label, self._status_bar.ended
        words = _("{api} with {server} ({why})") if label.why else _("{api} with {server}")
        words = words.format(api=api_words(label), server=label.server, why=label.why)
        model = safe_line(label.model, 80) if ended is not None else ""
        measures = measures_within(ended, HINT_CELLS) if ended is not None else ""
        told = [words, model, measures]
        self._waiting_line.say(" · ".join(word for word in told if word), WHY_S)
