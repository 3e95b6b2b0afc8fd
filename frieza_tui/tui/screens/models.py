"""The server's models: filtered as one types, chosen or named by hand. Knows the choice, no conversation."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option
from textual.worker import Worker, WorkerState

from frieza_tui.backends.base import ModelFacts, Models
from frieza_tui.domain.errors import AuthFailed, FriezaError
from frieza_tui.i18n import _
from frieza_tui.text.folding import fold
from frieza_tui.text.safe import safe_line
from frieza_tui.tui.screens.picking import PickingScreen
from frieza_tui.tui.widgets.wrapped_text import WrappedText

NAME_LIMIT = 200
"""Of a model's name, in characters; longer ones are cut where they are shown."""


class ModelsScreen(PickingScreen[str | None]):
    """A sheet over the chat; ends with the name of the model to use, or with None."""

    CSS_PATH = "models.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f2,ctrl+c", "leave", show=False, priority=True),
        Binding("ctrl+r", "ask_again", show=False, priority=True),
    ]

    def __init__(self, models: Models, current: str, server: str, refusal: str = "") -> None:
        """Take the models, the name of the one in use, and the server's.

        refusal: why the server did not give its list to this key when it was asked; it is not asked again by itself.
        """
        super().__init__()
        self._models = models
        self._current = current
        self._server = server
        self._listed: Sequence[ModelFacts] = ()
        self._shown: list[ModelFacts] = []
        self.refusal = refusal
        """Why the key does not get the list; "" if it does, or if something else is the matter."""
        self._trouble = refusal
        self._is_listed = bool(refusal)

    def compose(self) -> ComposeResult:
        """The box, the list, a line for what is the matter."""
        with Vertical(id="sheet") as sheet:
            sheet.border_title = Content(_("Models of {server}").format(server=safe_line(self._server, 80)))
            sheet.border_subtitle = _("Enter uses it · Esc closes")
            yield Input(placeholder=_("Part of a name, or a whole one"), id="words", select_on_focus=False)
            yield OptionList(id="models", markup=False)
            yield WrappedText(id="said")

    def on_mount(self) -> None:
        """Ask the server, unless it has refused before."""
        if self.refusal:
            self._say_what_is()
        else:
            self._say(_("Asking the server …"))
            self._list()

    def action_ask_again(self) -> None:
        """Ask the server once more for a list that could not be had."""
        if self._trouble:
            self._trouble = self.refusal = ""
            self._is_listed = False
            self._say(_("Asking the server …"))
            self._list()

    @work(exclusive=True, group="list", exit_on_error=False)
    async def _list(self) -> None:
        """Get the list; shows it, or why there is none."""
        try:
            self._listed = await self._models.list()
        except FriezaError as error:
            self._trouble = safe_line(str(error), 600)
            self.refusal = self._trouble if isinstance(error, AuthFailed) else ""
        self._is_listed = True
        self._filter()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say that the list cannot be had for a mistake of our own."""
        if event.state is WorkerState.ERROR:
            self._is_listed, self._trouble = True, type(event.worker.error).__name__
            self._filter()

    @on(Input.Changed, "#words")
    def _filter(self) -> None:
        """Show the models whose names have all the words, the bar on the one that is named, or else in use."""
        words = fold(self._typed).split()
        self._shown = [one for one in self._listed if all(word in fold(one.id) for word in words)]
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options([Option(self._row(one)) for one in self._shown])
        named = self._typed or self._current
        at = next((at for at, one in enumerate(self._shown) if one.id == named), 0)
        listed.highlighted = at if self._shown else None
        self._say_what_is()

    def _row(self, one: ModelFacts) -> Content:
        facts: list[str] = []
        if one.context_tokens is not None:
            facts.append(_("{count} tokens").format(count=f"{one.context_tokens:,}"))
        if one.shutdown_date:
            facts.append(_("shuts down {date}").format(date=safe_line(one.shutdown_date, 40)))
        mark = "● " if one.id == self._current else "  "
        return Content.assemble(
            mark,
            (safe_line(one.id, NAME_LIMIT), "bold"),
            ("  " + " · ".join(facts) if facts else "", "$text-warning" if one.shutdown_date else "$foreground-muted"),
        )

    def _say_what_is(self) -> None:
        if not self._is_listed:
            return
        by_hand = _("Enter uses {name} as it is written.").format(name=self._typed) if self._typed else ""
        if self._trouble:
            hint = by_hand or _("Write the name of a model.")
            self._say(" ".join((self._trouble, hint, _("Ctrl+R asks again."))))
        elif not self._shown:
            self._say(by_hand or _("The server lists no models. Write the name of one."))
        else:
            self._say("")

    def _say(self, words: str) -> None:
        self.query_one(WrappedText).words = words

    @property
    def _typed(self) -> str:
        return safe_line(self.query_one(Input).value, NAME_LIMIT).strip()

    @property
    def pickable(self) -> int:
        """How many entries can be moved to now, from the first."""
        return len(self._shown)

    @on(Input.Submitted, "#words")
    @on(OptionList.OptionSelected)
    def _take(self, event: Input.Submitted | OptionList.OptionSelected) -> None:
        """End with the model under the bar; where none has that name, with what was written."""
        event.stop()
        at = self.query_one(OptionList).highlighted
        if self._shown and at is not None:
            self.dismiss(self._shown[at].id)
        elif self._typed:
            self.dismiss(self._typed)

    def action_leave(self) -> None:
        """End without a choice."""
        self.dismiss(None)
