"""The lines of the panel's lists: who may answer, and how each of them stands. Knows no widget but their list's."""

from collections.abc import Callable
from functools import partial

from frieza_tui.backends.base import Preparation
from frieza_tui.backends.local_servers import LocalServer
from frieza_tui.chat.answerers import Answerers, Question
from frieza_tui.i18n import _, ngettext, retold
from frieza_tui.text.safe import safe_line
from frieza_tui.tui.widgets.choice_list import Choice
from frieza_tui.tui.words import preparation_words

INSTALL = 'pip install ".[local]"'


def ways_to_answer(answerers: Answerers, preparation_now: Callable[[], Preparation]) -> tuple[Choice, ...]:
    """Return who may answer, those aside who are found on this machine; the embedded model first."""
    return (
        Choice("embedded", partial(_embedded_words, answerers), partial(_embedded_state, answerers, preparation_now)),
        Choice("key", lambda: _("{server}, with your key").format(server=answerers.key_server_name)),
        Choice("server", lambda: _("Another server, by its address")),
    )


def ways_out_of(question: Question) -> tuple[Choice, ...]:
    """Return what may be answered to a question."""
    return (Choice("agree", lambda: retold(question.proposal)), Choice("others", lambda: _("Choose who answers")))


def found_choice(server: LocalServer) -> Choice:
    """Return the line of a server that was found; its id is the server's address."""
    host = safe_line(server.base_url.removeprefix("http://").removesuffix("/v1"), 80)

    def note() -> str:
        if server.models is None:
            return _("wants a key")
        return ngettext("{count} model", "{count} models", server.models).format(count=server.models)

    return Choice(
        server.base_url, lambda: _("{name} at {host}").format(name=server.name or _("A server"), host=host), note
    )


def _embedded_words(answerers: Answerers) -> str:
    return _("The embedded model: just type") if answerers.has_embedded else _("Embedded model, once installed")


def _embedded_state(answerers: Answerers, preparation_now: Callable[[], Preparation]) -> str:
    """Say how the embedded model stands, or how to get it."""
    if not answerers.has_embedded:
        return INSTALL
    return preparation_words(preparation_now()) if answerers.is_embedded else _("no key, no network")
