"""The panel above the message box: a list of who may answer, or a line to fill in. Knows no turn and no log.

The panel goes when somebody answers, or when the user leaves it.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual import on, work
from textual.message import Message
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from frieza_tui.backends.base import Preparation
from frieza_tui.backends.local_servers import LocalServer
from frieza_tui.chat.answerers import Answerers
from frieza_tui.domain.errors import StoreError
from frieza_tui.i18n import _, retold
from frieza_tui.text.safe import make_safe
from frieza_tui.tui.answering.choices import found_choice, ways_out_of, ways_to_answer
from frieza_tui.tui.answering.server_entry import ServerEntry
from frieza_tui.tui.widgets.choice_list import ChoiceList

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PanelTies:
    """What the panel has done elsewhere."""

    preparation_now: Callable[[], Preparation]
    """How far whoever answers now is."""
    prepare: Callable[[], None]
    """Warms up whoever answers now."""
    say: Callable[[str], None]
    on_shown: Callable[[], None]
    """Called when something else is shown in the panel."""
    leave: Callable[[], object]
    """Takes the panel away: whoever answers now is the one."""


class AnswererPanel(Widget):
    """Shows one thing at a time: a ChoiceList, or a ServerEntry for an address or a key."""

    DEFAULT_CSS = """
    AnswererPanel {
        height: auto;
    }
    """

    @dataclass
    class ServersFound(Message):
        """Servers of language models answer on this machine."""

        servers: Sequence[LocalServer]

    def __init__(self, answerers: Answerers, ties: PanelTies, *, is_blinking: bool = True) -> None:
        """Take who may answer, and what is done elsewhere. is_blinking: the caret of a line to fill in."""
        super().__init__()
        self._answerers = answerers
        self._panel_ties = ties
        self._is_blinking = is_blinking
        self._shown_content: ChoiceList | ServerEntry | None = None
        self._row_limit = 0

    # What is shown.

    @property
    def choices(self) -> ChoiceList | None:
        """The list, if that is shown."""
        return self._shown_content if isinstance(self._shown_content, ChoiceList) else None

    def offer(self) -> None:
        """Let people choose among all who may answer."""
        ways = ways_to_answer(self._answerers, self._panel_ties.preparation_now)
        self._show(ChoiceList(lambda: _("Who shall answer?"), ways))
        self._find_servers()

    def ask_question(self) -> None:
        """Ask what has to be agreed to before anybody can answer."""
        question = self._answerers.question
        if question is not None:
            self._show(ChoiceList(lambda: retold(question.happened), ways_out_of(question)))

    def say_again(self) -> None:
        """Say what is shown in the language in use."""
        if isinstance(self._shown_content, ServerEntry):
            self._shown_content.say_again()
        self._name_keys()

    def _name_keys(self) -> None:
        if self._shown_content is not None:
            keys = _("Enter · Esc: chat") if self.choices is None else _("number or ↑↓ Enter · Esc: chat")
            self._shown_content.border_subtitle = keys

    def limit(self, rows: int) -> None:
        """Take so many rows at most."""
        self._row_limit = rows
        if self._shown_content is not None:
            self._shown_content.styles.max_height = rows

    def show_failure(self, preparation: Preparation) -> None:
        """Say below the list why nobody can answer, unless the list says that itself."""
        if self.choices is None:
            return
        is_told = self._answerers.question is not None or not self._answerers.has_embedded
        is_failed = preparation.stage == "failed" and not is_told
        self.choices.said = make_safe(preparation.detail) if is_failed else ""
        self.choices.refresh(layout=True)

    def stop(self) -> None:
        """Try nothing any more."""
        if isinstance(self._shown_content, ServerEntry):
            self._shown_content.stop()

    def _show(self, content: ChoiceList | ServerEntry) -> None:
        self.stop()
        if self._shown_content is not None:
            self._shown_content.remove()
        self._shown_content = content
        self.mount(content)
        self.limit(self._row_limit)
        self._name_keys()
        self._panel_ties.on_shown()

    def _ask(self, asked_url: str = "") -> ServerEntry:
        """Ask for a server's address, or for the key of one."""
        entry = ServerEntry(self._answerers, asked_url, is_blinking=self._is_blinking)
        self._show(entry)
        return entry

    # The list.

    @work(exclusive=True, group="look", exit_on_error=False)
    async def _find_servers(self) -> None:
        """Look for servers on this machine; ends after a second at most."""
        self.post_message(self.ServersFound(await self._answerers.find_servers()))

    @on(ServersFound)
    def _offer_servers(self, message: ServersFound) -> None:
        message.stop()
        shown = self.choices
        if shown is not None and shown.choices[0].id == "embedded":
            shown.choices = (*shown.choices[:3], *(found_choice(server) for server in message.servers))

    @on(ChoiceList.Picked)
    def _take_choice(self, message: ChoiceList.Picked) -> None:
        message.stop()
        match message.choice_id:
            case "embedded":
                self._use_embedded()
            case "key":
                self._ask(self._answerers.key_server)
            case "server":
                self._ask()
            case "agree":
                self._agree()
            case "others":
                self.offer()
            case base_url:
                self._ask().try_server(base_url)

    def _use_embedded(self) -> None:
        if not self._answerers.is_embedded or self._panel_ties.preparation_now().stage == "failed":
            self._answerers.use_embedded()
            self._panel_ties.prepare()
        if self._answerers.has_embedded:
            self._panel_ties.leave()
        else:
            self._panel_ties.say(_("It is not installed yet."))

    def _agree(self) -> None:
        try:
            self._answerers.agree()
        except StoreError as error:
            self._panel_ties.say(make_safe(str(error)))
        if self._answerers.question is not None:
            self.ask_question()
        else:
            self._panel_ties.prepare()
            self._panel_ties.leave()

    # The line to fill in.

    @on(ServerEntry.Answered)
    def _go_on(self, message: ServerEntry.Answered) -> None:
        message.stop()
        self._panel_ties.prepare()
        self._panel_ties.leave()
        if message.error is not None:
            self._panel_ties.say(make_safe(str(message.error)))

    @on(ServerEntry.KeyWanted)
    def _ask_key(self, message: ServerEntry.KeyWanted) -> None:
        message.stop()
        self._ask(message.base_url)

    @on(ServerEntry.Left)
    def _leave_entry(self, message: ServerEntry.Left) -> None:
        message.stop()
        self._panel_ties.leave()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Log that looking for servers broke down; there are the other ways."""
        if event.state is WorkerState.ERROR:
            log.error("the %s worker broke down", event.worker.group, exc_info=event.worker.error)
