"""What a chat screen says of the server, and the choice of its model. Knows no turn from within."""

from functools import cached_property

from textual import on, work

from frieza_tui.backends.base import Label, Models
from frieza_tui.i18n import _
from frieza_tui.text.safe import safe_line
from frieza_tui.tui.last_measures import LastMeasures
from frieza_tui.tui.measures import measures_within
from frieza_tui.tui.parts.warm_up import WarmUp
from frieza_tui.tui.screens.reading import ReadingScreen
from frieza_tui.tui.widgets.composer import Composer
from frieza_tui.tui.widgets.status_bar import StatusBar, api_words
from frieza_tui.tui.words import delay_sentence, state_words

WHY_S = 8.0
"""How long it is said why an API was chosen."""
HINT_CELLS = 90
"""Of what the last answer took, beside that."""


class ServingScreen(ReadingScreen):
    """A screen whose top line tells who answers."""

    _status_bar: StatusBar
    _warm_up: WarmUp
    _label_explained = Label("", "", "")
    _list_refusal: tuple[Models | None, str] = None, ""
    """Who was asked for the list of models last, and why the key did not get it."""

    @cached_property
    def _last_measures(self) -> LastMeasures:
        return LastMeasures(self._turns)

    def _show_server(self, *, is_leaving: bool) -> None:
        """Bring the status bar in step with the conversation."""
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
        if label.why and explained != self._label_explained and self._chat.preparation.stage == "ready":
            self._label_explained = explained
            self.action_explain()

    @on(StatusBar.Clicked)
    def action_explain(self) -> None:
        """Say which API is spoken with which server, why if the program chose it, and what the last answer took."""
        label, ended = self._chat.label, self._status_bar.ended
        words = _("{api} with {server}").format(api=api_words(label), server=label.server)
        model = safe_line(label.model, 80) if ended is not None else ""
        measures = measures_within(ended, HINT_CELLS) if ended is not None else ""
        told = [f"{words} ({label.why})" if label.why else words, model, measures]
        self._waiting_line.say(" · ".join(word for word in told if word), WHY_S)

    @work(exclusive=True, group="models", exit_on_error=False)
    async def action_models(self) -> None:
        """Show the server's models; the one that is chosen answers from the next message on."""
        from frieza_tui.tui.screens.models import ModelsScreen

        models, label = self._chat.models, self._chat.label
        if models is None:
            self._say_no_choice()
            return
        refusal = self._list_refusal[1] if self._list_refusal[0] is models else ""
        sheet = ModelsScreen(models, label.model, label.server, refusal)
        name = await self.app.push_screen_wait(sheet)
        self._list_refusal = models, sheet.refusal
        if name not in (None, label.model):
            self._use_model(name)

    def _use_model(self, name: str) -> None:
        """Let a model answer from the next message on."""
        models = self._chat.models
        if models is None:
            self._say_no_choice()
            return
        models.use(name)
        self._last_measures.forget()
        self._waiting_line.say(_("The next answer is by {name}.").format(name=safe_line(name, 200)))
        if not self._turns.is_open:
            self._warm_up.begin()
        self.post_message(Composer.DraftChanged(self._composer.has_draft))

    def _say_no_choice(self) -> None:
        self._waiting_line.say(_("There is one model here, and no choice."))
