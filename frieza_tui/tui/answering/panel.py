"""The panel above the message box: a list of who may answer, or a line to fill in. Knows no turn and no log.

What is filled in is tried at once; the panel goes when somebody answers, or when the user leaves it.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from textual import on, work
from textual.message import Message
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from frieza_tui.backends.base import Preparation
from frieza_tui.backends.local_servers import LocalServer
from frieza_tui.backends.named_server import Server
from frieza_tui.chat.addresses import address_typed, is_address
from frieza_tui.chat.answerers import Answerers, PlainHttp
from frieza_tui.domain.errors import AuthFailed, FriezaError, StoreError
from frieza_tui.i18n import _, retold
from frieza_tui.settings import is_key, without_password
from frieza_tui.text.safe import make_safe, safe_line
from frieza_tui.tui.answering.choices import found_choice, ways_out_of, ways_to_answer
from frieza_tui.tui.widgets.choice_list import ChoiceList
from frieza_tui.tui.widgets.entry import Entry
from frieza_tui.tui.words import mistake_ending

log = logging.getLogger(__name__)

EXAMPLE = "http://127.0.0.1:11434/v1"


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
    """Shows one thing at a time: a ChoiceList, or an Entry for an address or a key."""

    DEFAULT_CSS = """
    AnswererPanel {
        height: auto;
    }
    """

    @dataclass
    class ServersFound(Message):
        """Servers of language models answer on this machine."""

        servers: Sequence[LocalServer]

    @dataclass
    class ServerTried(Message):
        """A server was asked once, and answers from now on unless there was an error."""

        base_url: str
        error: FriezaError | None

    def __init__(self, answerers: Answerers, ties: PanelTies, *, is_blinking: bool = True) -> None:
        """Take who may answer, and what is done elsewhere. is_blinking: the caret of a line to fill in."""
        super().__init__()
        self._answerers = answerers
        self._panel_ties = ties
        self._is_blinking = is_blinking
        self._shown_content: ChoiceList | Entry | None = None
        self._row_limit = 0
        self._asked_url = ""
        """Of the server whose key is asked for; empty: an address is asked for."""
        self._agreed_url = ""
        """Of the server over plain http that Enter once more agrees to."""

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
        if isinstance(self._shown_content, Entry):
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
        self.workers.cancel_group(self, "try")

    def _show(self, content: ChoiceList | Entry) -> None:
        self.stop()
        if self._shown_content is not None:
            self._shown_content.remove()
        self._shown_content = content
        self._asked_url = self._agreed_url = ""
        self.mount(content)
        self.limit(self._row_limit)
        self._name_keys()
        self._panel_ties.on_shown()

    def _ask_address(self) -> None:
        self._show(Entry(lambda: _("The server's address:"), placeholder=EXAMPLE, is_blinking=self._is_blinking))

    def _ask_key(self, base_url: str) -> None:
        title = partial(_key_title, Server(base_url).name)
        self._show(Entry(title, note=_key_note, is_secret=True, is_blinking=self._is_blinking))
        self._asked_url = base_url

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
                self._ask_key(self._answerers.key_server)
            case "server":
                self._ask_address()
            case "agree":
                self._agree()
            case "others":
                self.offer()
            case base_url:
                self._ask_address()
                self._try(base_url, "")

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

    @on(Entry.Given)
    def _take_entry(self, message: Entry.Given) -> None:
        message.stop()
        if not self._asked_url and not is_address(message.text):
            self._say_in_entry(_("An address has a dot or a colon in it. A key is asked for later."), is_error=True)
        elif not self._asked_url:
            self._try(address_typed(message.text), "")
        elif is_key(message.text):
            self._try(self._asked_url, message.text)
        else:
            self._say_in_entry(_("A key is one word of Latin letters, digits and signs."), is_error=True)

    @on(Entry.Edited)
    def _forget_agreement(self, message: Entry.Edited) -> None:
        message.stop()
        self._agreed_url = ""
        self.stop()

    @on(Entry.Left)
    def _leave_entry(self, message: Entry.Left) -> None:
        message.stop()
        self._panel_ties.leave()

    def _try(self, base_url: str, key: str) -> None:
        self._say_in_entry(_("Asking {address} …").format(address=safe_line(without_password(base_url)[0], 80)))
        self._try_server(base_url, key, is_http_agreed=base_url == self._agreed_url)

    @work(exclusive=True, group="try", exit_on_error=False)
    async def _try_server(self, base_url: str, key: str, *, is_http_agreed: bool) -> None:
        """Ask a server once, and let it answer if it takes that; ends within 15 s, or when the panel goes."""
        try:
            await self._answerers.use_server(base_url, key, is_http_agreed=is_http_agreed)
        except FriezaError as error:
            self.post_message(self.ServerTried(base_url, error))
        else:
            self.post_message(self.ServerTried(base_url, None))

    @on(ServerTried)
    def _see_how_it_went(self, message: ServerTried) -> None:
        message.stop()
        error = message.error
        if error is None or isinstance(error, StoreError):
            self._panel_ties.prepare()
            self._panel_ties.leave()
            if error is not None:
                self._panel_ties.say(make_safe(str(error)))
        elif isinstance(error, PlainHttp):
            self._agreed_url = message.base_url
            once_more = _("Enter once more uses it all the same.")
            self._say_in_entry(f"{error.happened} {once_more}", is_error=True)
        elif isinstance(error, AuthFailed) and error.facts.status == 401 and not self._asked_url:
            self._ask_key(message.base_url)
        else:
            self._say_in_entry(error.happened, is_error=True)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say that a try broke down."""
        error = event.worker.error
        if event.state is WorkerState.ERROR and error is not None:
            log.error("the %s worker broke down", event.worker.group, exc_info=error)
            if event.worker.group == "try":
                self._say_in_entry(mistake_ending(error, "").happened, is_error=True)

    def _say_in_entry(self, text: str, *, is_error: bool = False) -> None:
        if isinstance(self._shown_content, Entry):
            self._shown_content.say(make_safe(text), is_error=is_error)


def _key_note() -> str:
    return _("It is tried once, then kept in the system's keyring or, without one, in a file for you alone.")


def _key_title(server: str) -> str:
    return _("A key of {server}:").format(server=server)
