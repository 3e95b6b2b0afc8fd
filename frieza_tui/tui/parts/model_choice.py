"""Which of the server's models answers from the next message on. Knows no server."""

from collections.abc import Callable

from frieza_tui.backends.base import Models
from frieza_tui.chat import Chat
from frieza_tui.i18n import _
from frieza_tui.text.safe import safe_line
from frieza_tui.tui.last_measures import LastMeasures
from frieza_tui.tui.parts.warm_up import WarmUp
from frieza_tui.tui.parts.workers import Workers
from frieza_tui.tui.widgets.waiting_line import WaitingLine


class ModelChoice:
    """Lets people choose a model, from a list or by its name."""

    def __init__(
        self,
        chat: Chat,
        last_measures: LastMeasures,
        waiting_line: WaitingLine,
        warm_up: WarmUp,
        workers: Workers,
    ) -> None:
        """Take the conversation; the measures of one model are not those of another."""
        self.on_change: Callable[[], object] = lambda: None
        """Called when another model answers."""
        self._chat = chat
        self._waiting_line = waiting_line
        self._last_measures = last_measures
        self._warm_up = warm_up
        self._workers = workers
        self._refusal: tuple[Models | None, str] = None, ""
        """Who was asked for the list last, and why the key did not get it."""

    def choose(self) -> None:
        """Show the server's models, and use the one that is chosen there."""
        if self._chat.models is None:
            self._say_no_choice()
        else:
            self._workers.start("models", self._choose)

    async def _choose(self) -> None:
        from frieza_tui.tui.screens.models import ModelsScreen

        models, label = self._chat.models, self._chat.label
        if models is None:
            return
        refusal = self._refusal[1] if self._refusal[0] is models else ""
        sheet = ModelsScreen(models, label.model, label.server, refusal)
        name = await self._workers.ask(sheet)
        self._refusal = models, sheet.refusal
        if name is not None and name != label.model:
            self.use(name)

    def use(self, name: str) -> None:
        """Let a model answer from the next message on."""
        models = self._chat.models
        if models is None:
            self._say_no_choice()
            return
        models.use(name)
        self._last_measures.forget()
        self._waiting_line.say(_("The next answer is by {name}.").format(name=safe_line(name, 200)))
        if not self._chat.is_busy:
            self._warm_up.begin()
        self.on_change()

    def _say_no_choice(self) -> None:
        self._waiting_line.say(_("There is one model here, and no choice."))
