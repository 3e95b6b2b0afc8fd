"""What a chat screen does to take a key or an address and to try it. Knows the panel above the message box, no turn."""

import asyncio
import gc
from dataclasses import dataclass
from functools import partial

from textual import events, on, work
from textual.message import Message
from textual.worker import Worker, WorkerState

from frieza_tui.backends.sdk_errors import Server
from frieza_tui.chat.addresses import address_typed, is_address
from frieza_tui.chat.answerers import Answerers, PlainHttp
from frieza_tui.domain.errors import AuthFailed, FriezaError, StoreError
from frieza_tui.i18n import _
from frieza_tui.settings import is_key, without_password
from frieza_tui.text.safe import make_safe, safe_line
from frieza_tui.tui.log.parsing import load_parsers
from frieza_tui.tui.screens.commanded import CommandScreen
from frieza_tui.tui.widgets.choice_list import ChoiceList
from frieza_tui.tui.widgets.composer import Composer
from frieza_tui.tui.widgets.entry import Entry
from frieza_tui.tui.words import mistake_ending

OTHER_ROWS = 7
"""Of the screen, that a panel leaves to everything else."""
EXAMPLE = "http://127.0.0.1:11434/v1"


@dataclass
class ServerTried(Message):
    """A server was asked once, and answers from now on unless there was an error."""

    base_url: str
    error: FriezaError | None


class TryingScreen(CommandScreen):
    """A screen with a panel above the message box: a list of choices, or a line to fill in."""

    _answerers: Answerers | None = None
    _open_panel: ChoiceList | Entry | None = None
    _asked_url = ""
    """Of the server whose key is asked for; empty: an address is asked for."""
    _agreed_url = ""
    """Of the server over plain http that Enter once more agrees to."""

    def on_resize(self, _event: events.Resize) -> None:
        """Leave the message box its rows, and let nobody choose from what is not to be seen."""
        self._offer_choice()

    def _put_panel(self, panel: ChoiceList | Entry) -> None:
        self._drop_panel()
        self._open_panel = panel
        self.mount(panel, before=self._waiting_line)
        self._offer_choice()
        self._name_keys()
        if isinstance(panel, ChoiceList):
            self._composer.focus()

    def _name_keys(self) -> None:
        if isinstance(self._open_panel, ChoiceList):
            self._open_panel.border_subtitle = _("number or ↑↓ Enter · Esc: chat")
        elif self._open_panel is not None:
            self._open_panel.border_subtitle = _("Enter · Esc: chat")

    def _show_words(self) -> None:
        super()._show_words()
        self._name_keys()

    def _drop_panel(self) -> None:
        self.workers.cancel_group(self, "try")
        if self._open_panel is not None:
            self._open_panel.remove()
        self._open_panel = None
        self._asked_url = self._agreed_url = ""
        self._offer_choice()

    def _offer_choice(self) -> None:
        is_seen = isinstance(self._open_panel, ChoiceList) and not self.has_class("-tiny")
        self._composer.offers_choice = is_seen
        if self._open_panel is not None:
            self._open_panel.styles.max_height = max(3, self.size.height - OTHER_ROWS)

    def _leave_panel(self) -> bool:
        """Go on to the chat with whoever answers now. False if nothing was asked."""
        raise NotImplementedError

    @on(Composer.ChoiceKey)
    def _press_choice(self, message: Composer.ChoiceKey) -> None:
        message.stop()
        if isinstance(self._open_panel, ChoiceList):
            self._open_panel.press(message.key)

    @on(Composer.Changed)
    def _mark_typed(self) -> None:
        if isinstance(self._open_panel, ChoiceList):
            self._open_panel.mark(self._composer.text.strip())

    def _obey(self, text: str) -> bool:
        """Choose the line whose number is the whole message, or carry out a command. False if it is neither."""
        panel = self._open_panel
        if self._composer.offers_choice and isinstance(panel, ChoiceList) and panel.mark(text.strip()):
            panel.press("enter")
            return True
        return super()._obey(text)

    def _ask_address(self) -> None:
        is_blinking = self._composer.cursor_blink
        self._put_panel(Entry(lambda: _("The server's address:"), placeholder=EXAMPLE, is_blinking=is_blinking))

    def _ask_key(self, base_url: str) -> None:
        name = Server(base_url).name
        title = partial(_key_title, name)
        self._put_panel(Entry(title, note=_key_note, is_secret=True, is_blinking=self._composer.cursor_blink))
        self._asked_url = base_url

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
        self.workers.cancel_group(self, "try")

    @on(Entry.Left)
    def _leave_entry(self, message: Entry.Left) -> None:
        message.stop()
        self._leave_panel()

    def _try(self, base_url: str, key: str) -> None:
        self._say_in_entry(_("Asking {address} …").format(address=safe_line(without_password(base_url)[0], 80)))
        self._try_server(base_url, key, is_http_agreed=base_url == self._agreed_url)

    @work(exclusive=True, group="try", exit_on_error=False)
    async def _try_server(self, base_url: str, key: str, *, is_http_agreed: bool) -> None:
        """Ask a server once, and let it answer if it takes that; ends within 15 s, or when the panel goes."""
        if self._answerers is None:
            return
        try:
            await self._answerers.use_server(base_url, key, is_http_agreed=is_http_agreed)
        except FriezaError as error:
            self.post_message(ServerTried(base_url, error))
        else:
            self.post_message(ServerTried(base_url, None))

    @on(ServerTried)
    def _see_how_it_went(self, message: ServerTried) -> None:
        message.stop()
        error = message.error
        if error is None or isinstance(error, StoreError):
            self._prepare()
            self._leave_panel()
            if error is not None:
                self._waiting_line.say(make_safe(str(error)))
        elif isinstance(error, PlainHttp):
            self._agreed_url = message.base_url
            once_more = _("Enter once more uses it all the same.")
            self._say_in_entry(f"{error.happened} {once_more}", is_error=True)
        elif isinstance(error, AuthFailed) and error.facts.status == 401 and not self._asked_url:
            self._ask_key(message.base_url)
        else:
            self._say_in_entry(error.happened, is_error=True)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say that a try broke down; what else broke down is the chat screen's."""
        if event.worker.group == "try" and event.state is WorkerState.ERROR and event.worker.error is not None:
            self._say_in_entry(mistake_ending(event.worker.error, "").happened, is_error=True)

    def _say_in_entry(self, text: str, *, is_error: bool = False) -> None:
        if isinstance(self._open_panel, Entry):
            self._open_panel.say(make_safe(text), is_error=is_error)

    @work(exclusive=True, group="prepare", exit_on_error=False)
    async def _prepare(self) -> None:
        """Load what is heavy; ends when the backend is ready or has failed."""
        gc.enable()  # off since the program's start
        await asyncio.gather(self._chat.prepare(), asyncio.to_thread(load_parsers))
        gc.freeze()  # what the SDK loaded stays for good; looking through it again holds a frame for 0.1 s


def _key_note() -> str:
    return _("It is tried once, then kept in the system's keyring or, without one, in a file for you alone.")


def _key_title(server: str) -> str:
    return _("A key of {server}:").format(server=server)
