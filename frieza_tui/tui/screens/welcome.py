"""What a chat screen does to let people choose who answers, at the first start or at any time.

The message box works meanwhile: what is sent while nobody can answer waits in the queue for whoever is chosen.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from textual import on, work
from textual.message import Message

from frieza_tui.backends.base import Preparation
from frieza_tui.backends.local_servers import LocalServer
from frieza_tui.chat.answerers import Answerers
from frieza_tui.domain.errors import FriezaError, StoreError
from frieza_tui.i18n import _, ngettext
from frieza_tui.text.safe import make_safe, safe_line
from frieza_tui.tui.log.bubble import BubbleState
from frieza_tui.tui.screens.trying import TryingScreen
from frieza_tui.tui.widgets.choice_list import Choice, ChoiceList
from frieza_tui.tui.words import preparation_words

INSTALL = 'pip install ".[local]"'
_FAILED_START = "failed-start"


@dataclass
class ServersFound(Message):
    """Servers of language models answer on this machine."""

    servers: Sequence[LocalServer]


class WelcomeScreen(TryingScreen):
    """A screen on which people choose who answers."""

    _is_holding = False
    """Whether a message waits for somebody who can answer."""
    _is_welcome_over = False
    """Whether the welcome was left; it does not come back by itself."""

    def on_mount(self) -> None:
        """Ask what has to be asked before anybody can answer."""
        if self._answerers is None:
            return
        if self._answerers.question is not None:
            self._ask_question()
        elif self._answerers.is_first_time:
            self._open_welcome(self._answerers)

    @property
    def _command_handlers(self) -> dict[str, Callable[[str], bool]]:
        return super()._command_handlers | {"welcome": self._welcome_again}

    def _welcome_again(self, argument: str) -> bool:
        if not argument:
            self.action_welcome()
        return not argument

    def action_welcome(self) -> None:
        """Let people choose who answers."""
        if self._answerers is None:
            self._waiting_line.say(_("The replies are canned: start without --demo to choose who answers."))
        else:
            self._open_welcome(self._answerers)

    def _open_welcome(self, answerers: Answerers) -> None:
        ways = (
            Choice("embedded", partial(_embedded_words, answerers), self._embedded_state),
            Choice("key", lambda: _("{server}, with your key").format(server=answerers.key_server_name)),
            Choice("server", lambda: _("Another server, by its address")),
        )
        self._put_panel(ChoiceList(lambda: _("Who shall answer?"), ways))
        self._find_servers(answerers)

    def _embedded_state(self) -> str:
        """Say how the embedded model stands, or how to get it."""
        answerers = self._answerers
        if answerers is None or not answerers.has_embedded:
            return INSTALL
        return preparation_words(self._chat.preparation) if answerers.is_embedded else _("no key, no network")

    def _ask_question(self) -> None:
        question = self._answerers.question if self._answerers else None
        if question is None:
            return
        ways = (Choice("agree", lambda: question.proposal), Choice("others", lambda: _("Choose who answers")))
        self._put_panel(ChoiceList(lambda: question.happened, ways))

    @work(exclusive=True, group="look", exit_on_error=False)
    async def _find_servers(self, answerers: Answerers) -> None:
        """Look for servers on this machine; ends after a second at most."""
        self.post_message(ServersFound(await answerers.find_servers()))

    @on(ServersFound)
    def _offer_servers(self, message: ServersFound) -> None:
        message.stop()
        panel = self._open_panel
        if isinstance(panel, ChoiceList) and panel.choices[0].id == "embedded":
            panel.choices = (*panel.choices[:3], *(_found_choice(server) for server in message.servers))

    @on(ChoiceList.Picked)
    def _take_choice(self, message: ChoiceList.Picked) -> None:
        message.stop()
        answerers = self._answerers
        if answerers is None:
            return
        match message.choice_id:
            case "embedded":
                self._use_embedded(answerers)
            case "key":
                self._ask_key(answerers.key_server)
            case "server":
                self._ask_address()
            case "agree":
                self._agree(answerers)
            case "others":
                self._open_welcome(answerers)
            case base_url:
                self._ask_address()
                self._try(base_url, "")

    def _use_embedded(self, answerers: Answerers) -> None:
        if not answerers.is_embedded or self._chat.preparation.stage == "failed":
            answerers.use_embedded()
            self._prepare()
        if answerers.has_embedded:
            self._leave_panel()
        else:
            self._waiting_line.say(_("It is not installed yet."))

    def _agree(self, answerers: Answerers) -> None:
        try:
            answerers.agree()
        except StoreError as error:
            self._waiting_line.say(make_safe(str(error)))
        if answerers.question is not None:
            self._ask_question()
        else:
            self._prepare()
            self._leave_panel()

    def _leave_panel(self) -> bool:
        """Go on to the chat with whoever answers now. False if nothing was asked."""
        if self._open_panel is None:
            return False
        self._is_welcome_over = True
        self._drop_panel()
        self._composer.focus()
        self._remember_embedded()
        if self._chat.preparation.stage == "failed":
            self._tell_failed_start(self._chat.preparation)
        self._send_held()
        self._show_situation()
        return True

    def _remember_embedded(self) -> None:
        """Keep that the embedded model is the one, once it can answer."""
        if self._answerers is None or self._open_panel is not None or self._chat.preparation.stage != "ready":
            return
        try:
            self._answerers.stay()
        except FriezaError as error:
            self._waiting_line.say(make_safe(str(error)))

    # How the one who answers gets on.

    def _follow_start(self, preparation: Preparation) -> None:
        """Show in the panel, else in the log, that nobody can answer; send what waits once somebody can."""
        self._message_log.remove_bubble(_FAILED_START)
        answerers = self._answerers
        if preparation.stage == "failed" and self._open_panel is None:
            if answerers is not None and answerers.is_first_time and not self._is_welcome_over:
                self._open_welcome(answerers)
            elif not self._turns.is_open:
                self._tell_failed_start(preparation)
        if isinstance(self._open_panel, ChoiceList):
            is_told = answerers is None or answerers.question is not None or not answerers.has_embedded
            is_failed = preparation.stage == "failed" and not is_told
            self._open_panel.said = make_safe(preparation.detail) if is_failed else ""
            self._open_panel.refresh(layout=True)
        if preparation.stage == "ready":
            self._remember_embedded()
            self._send_held()

    def _tell_failed_start(self, preparation: Preparation) -> None:
        self.remove_class("-empty")
        state = BubbleState(lambda: _("not ready"), "error")
        self._message_log.add_bubble(_FAILED_START, "notice", lambda: _("Nobody can answer yet"), state)
        happened, can_choose = make_safe(preparation.detail), self._answerers is not None

        def say() -> str:
            return " ".join([happened, _("/welcome lets you choose who answers.")]) if can_choose else happened

        self._message_log.note(_FAILED_START, say)
        self._message_log.settle(_FAILED_START)

    # What is sent meanwhile.

    def _must_wait(self) -> bool:
        """Tell whether messages wait: nobody can answer, and somebody is being chosen."""
        answerers = self._answerers
        stage = self._chat.preparation.stage
        is_nobody_there = answerers is not None and (
            stage == "failed"
            or answerers.question is not None
            or (stage != "ready" and answerers.is_embedded and not answerers.has_embedded)
        )
        self._is_holding = self._open_panel is not None and is_nobody_there
        return self._is_holding

    def _note_message(self) -> None:
        """A message was handed over: whoever can answer it is chosen by that."""
        if self._must_wait():
            self._waiting_line.say(_("It is sent as soon as somebody can answer."))
        elif isinstance(self._open_panel, ChoiceList):
            self._drop_panel()
            self._remember_embedded()

    def _send_held(self) -> None:
        if self._is_holding:
            self._is_holding = False
            self._send_next()

    def _send_next(self) -> None:
        """Send what waits; the chat screen knows how."""
        raise NotImplementedError


def _embedded_words(answerers: Answerers) -> str:
    return _("The embedded model: just type") if answerers.has_embedded else _("Embedded model, once installed")


def _found_choice(server: LocalServer) -> Choice:
    host = safe_line(server.base_url.removeprefix("http://").removesuffix("/v1"), 80)

    def note() -> str:
        if server.models is None:
            return _("wants a key")
        return ngettext("{count} model", "{count} models", server.models).format(count=server.models)

    return Choice(
        server.base_url, lambda: _("{name} at {host}").format(name=server.name or _("A server"), host=host), note
    )
