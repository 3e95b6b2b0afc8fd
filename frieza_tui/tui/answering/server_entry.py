"""The line for a server's address or its key, which is tried as soon as it is given. Knows no list and no chat."""

import logging
from dataclasses import dataclass
from functools import partial

from textual import on, work
from textual.message import Message
from textual.worker import Worker, WorkerState

from frieza_tui.backends.named_server import Server
from frieza_tui.chat.addresses import address_typed, is_address
from frieza_tui.chat.answerers import Answerers, PlainHttp
from frieza_tui.domain.errors import AuthFailed, FriezaError, StoreError
from frieza_tui.i18n import _
from frieza_tui.settings import is_key, without_password
from frieza_tui.text.safe import make_safe, safe_line
from frieza_tui.tui.widgets.entry import Entry
from frieza_tui.tui.words import mistake_ending

log = logging.getLogger(__name__)

EXAMPLE = "http://127.0.0.1:11434/v1"


class ServerEntry(Entry):
    """Asks for an address, or for the key of a server; says why what was given does not do."""

    @dataclass
    class ServerTried(Message):
        """A server was asked once, and answers from now on unless there was an error. Handled here."""

        base_url: str
        error: FriezaError | None

    @dataclass
    class Answered(Message):
        """The server answers from now on."""

        error: StoreError | None
        """Why that cannot be remembered, if it cannot."""

    @dataclass
    class KeyWanted(Message):
        """The server answers nobody without a key."""

        base_url: str

    def __init__(self, answerers: Answerers, asked_url: str = "", *, is_blinking: bool = True) -> None:
        """Take who is to be changed. asked_url: of the server whose key is asked for; "": an address is asked for."""
        if asked_url:
            title = partial(_key_title, Server(asked_url).name)
            super().__init__(title, note=_key_note, is_secret=True, is_blinking=is_blinking)
        else:
            super().__init__(_address_title, placeholder=EXAMPLE, is_blinking=is_blinking)
        self._answerers = answerers
        self._asked_url = asked_url
        self._agreed_url = ""
        """Of the server over plain http that Enter once more agrees to."""

    @on(Entry.Given)
    def _take_text(self, message: Entry.Given) -> None:
        message.stop()
        if not self._asked_url and not is_address(message.text):
            self._say_error(_("An address has a dot or a colon in it. A key is asked for later."))
        elif not self._asked_url:
            self.try_server(address_typed(message.text))
        elif is_key(message.text):
            self.try_server(self._asked_url, message.text)
        else:
            self._say_error(_("A key is one word of Latin letters, digits and signs."))

    @on(Entry.Edited)
    def _forget_agreement(self, message: Entry.Edited) -> None:
        message.stop()
        self._agreed_url = ""
        self.stop()

    def try_server(self, base_url: str, key: str = "") -> None:
        """Ask a server once, and let it answer if it takes that."""
        self.say(make_safe(_("Asking {address} …").format(address=safe_line(without_password(base_url)[0], 80))))
        self._ask_server(base_url, key, is_http_agreed=base_url == self._agreed_url)

    def stop(self) -> None:
        """Try nothing any more."""
        self.workers.cancel_group(self, "try")

    @work(exclusive=True, group="try", exit_on_error=False)
    async def _ask_server(self, base_url: str, key: str, *, is_http_agreed: bool) -> None:
        """Ask it; ends within 15 s, or when the line goes."""
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
            self.post_message(self.Answered(error))
        elif isinstance(error, PlainHttp):
            self._agreed_url = message.base_url
            once_more = _("Enter once more uses it all the same.")
            self._say_error(f"{error.happened} {once_more}")
        elif isinstance(error, AuthFailed) and error.facts.status == 401 and not self._asked_url:
            self.post_message(self.KeyWanted(message.base_url))
        else:
            self._say_error(error.happened)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say that a try broke down."""
        error = event.worker.error
        if event.state is WorkerState.ERROR and error is not None:
            log.error("the %s worker broke down", event.worker.group, exc_info=error)
            self._say_error(mistake_ending(error, "").happened)

    def _say_error(self, text: str) -> None:
        self.say(make_safe(text), is_error=True)


def _address_title() -> str:
    return _("The server's address:")


def _key_note() -> str:
    return _("It is tried once, then kept in the system's keyring or, without one, in a file for you alone.")


def _key_title(server: str) -> str:
    return _("A key of {server}:").format(server=server)
