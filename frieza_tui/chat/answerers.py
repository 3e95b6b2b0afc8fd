"""Who answers: as the settings say, else as it was chosen; and the way from one to another. Knows no face.

What was chosen counts only where the settings name neither a server nor a key, so that no key meets another's server.
"""

import importlib
import importlib.util
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from frieza_tui.backends.base import Backend, Label, Ledger
from frieza_tui.backends.embedded.catalogue import NEEDED
from frieza_tui.backends.named_server import Server
from frieza_tui.backends.refusing import RefusingBackend
from frieza_tui.backends.registry import OPENAI_URL, BackendConfig, load_backend
from frieza_tui.backends.switching import SwitchingBackend
from frieza_tui.chat.past import Past
from frieza_tui.chosen import EMBEDDED, ChosenFile
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.errors import AuthFailed, BackendError
from frieza_tui.i18n import _
from frieza_tui.settings import Loaded, without_password
from frieza_tui.text.safe import safe_line

if TYPE_CHECKING:
    from frieza_tui.backends.local_servers import LocalServer

MakeLedger: TypeAlias = Callable[[str, str, str], Ledger | None]
"""Makes the ledger for a server, from its base URL, the source of its key and the key's mark."""
Kind: TypeAlias = Literal["http", "retired"]
API_NAMES: Final = {"assistants": "Assistants", "responses": "Responses", "chat": "Chat Completions"}
"""Of those that can be set; auto is none."""


@dataclass(frozen=True, slots=True)
class Question:
    """What people have to agree to before the server of the settings is asked anything."""

    kind: Kind
    happened: str
    """What is the matter, one sentence."""
    proposal: str
    """What would be done about it, in a few words."""
    todo: str
    """What to set, where nobody can be asked."""


@dataclass(frozen=True, slots=True)
class _Answerer:
    """One who answers."""

    api: str
    base_url: str | None = None
    """None: the embedded model."""
    api_key: str | None = None
    key_source: str = ""
    key_mark: str = ""
    """Of a key that is kept and not fetched yet."""
    model: str | None = None


class PlainHttp(BackendError):
    """A server is to be used over plain http, and nobody has agreed to that."""


async def _find_servers() -> "Sequence[LocalServer]":
    from frieza_tui.backends.local_servers import find_local_servers

    return await find_local_servers()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What there is to answer, as this machine and the world have it."""

    openai_url: str = OPENAI_URL
    """Where a key goes that is given without a server."""
    embedded_needs: Sequence[str] = NEEDED
    """Modules without which the embedded model cannot run."""
    load_backend: Callable[[BackendConfig], Backend] = load_backend
    find_servers: "Callable[[], Awaitable[Sequence[LocalServer]]]" = _find_servers
    """Looks for servers on this machine."""


class Answerers:
    """Who answers now and who could."""

    def __init__(
        self,
        loaded: Loaded,
        assistant: Assistant,
        make_ledger: MakeLedger = lambda _base_url, _source, _mark: None,
        *,
        file: ChosenFile | None = None,
        around: Surroundings = Surroundings(),
    ) -> None:
        """Take the settings and what makes ledgers. Raises: SettingsError."""
        self._settings = loaded.settings
        self._sources = loaded.sources
        self._assistant = assistant
        self._make_ledger = make_ledger
        self._file = file or ChosenFile()
        self._around = around
        self._session_hosts: set[str] = set()
        self._current = self._configured()
        self.backend = SwitchingBackend(self._opened(), is_kept=self._settings.keep)
        """What the conversation is given; whoever answers is behind it."""

    @property
    def is_embedded(self) -> bool:
        """Whether the embedded model answers."""
        return self._current.base_url is None

    @property
    def has_embedded(self) -> bool:
        """Whether the embedded model is installed, as far as that can be seen without starting it."""
        return all(importlib.util.find_spec(name) is not None for name in self._around.embedded_needs)

    @property
    def is_first_time(self) -> bool:
        """Whether nobody is configured, and nobody has been chosen."""
        return self.is_embedded and self._file.read().answerer is None

    @property
    def ledger_place(self) -> tuple[str, str]:
        """Where what is made now is written down in the ledger: the server's base URL and its key's mark."""
        one = self._current
        base_url = one.base_url or ""
        return base_url, one.key_mark or _mark_of(base_url, one.api_key or "")

    def take_over(self, past: Past) -> Past:
        """Return a past with the run that its last reply was cut off from, if this server may have the rest.

        Raises: StoreError.
        """
        from frieza_tui.chat.leftovers import take_over

        return take_over(past, self.ledger_place, safe_line(self.backend.label.server, 200))

    @property
    def key_server(self) -> str:
        """The base URL of the server whose key is asked for."""
        return self._settings.base_url or self._around.openai_url

    @property
    def key_server_name(self) -> str:
        """The same, as it is shown."""
        return Server(self.key_server).name

    @property
    def question(self) -> Question | None:
        """What is to be agreed to before the one who answers is asked anything; None if nothing is."""
        base_url = self._current.base_url
        if base_url is None:
            return None
        if self._current.api == "assistants" and Server(base_url).is_openai:
            return _retired()
        return None if self._may_use(base_url) else _plain_http(base_url)

    def refusal_of_http(self, base_url: str) -> str | None:
        """Return why a server is not asked over plain http before anybody has agreed to that; None if it may be."""
        if self._may_use(base_url):
            return None
        question = _plain_http(base_url)
        return f"{question.happened} {question.todo}"

    async def find_servers(self) -> "Sequence[LocalServer]":
        """Return the servers of language models on this machine. Never raises."""
        return await self._around.find_servers()

    def agree(self) -> None:
        """Say yes to the question; the server is used from now on. Raises: StoreError, if that cannot be remembered."""
        question, host = self.question, Server(self._current.base_url or "").host
        match question.kind if question else None:
            case "retired":
                self._let_answer(replace(self._current, api="responses"))
            case "http":
                self._session_hosts.add(host)
                self._let_answer(self._current)
                self._file.allow_http(host)
            case None:
                pass

    def use_embedded(self) -> None:
        """Let the embedded model answer; it may have been installed a moment ago."""
        is_for_it = self._settings.base_url is None and self._settings.api_key is None
        importlib.invalidate_caches()
        self._let_answer(_Answerer(EMBEDDED, model=self._settings.model if is_for_it else None))

    def stay(self) -> None:
        """Remember the embedded model as chosen, if that is the one who answers. Raises: StoreError, SettingsError."""
        if self.is_embedded and self._file.read().answerer != EMBEDDED:
            self._file.choose(EMBEDDED)

    async def use_server(self, base_url: str, api_key: str = "", *, is_http_agreed: bool = False) -> None:
        """Ask a server once, with its key if it has one; if it takes that, keep both and let it answer.

        Raises: PlainHttp, before anything is sent, unless is_http_agreed; BackendError, AuthFailed with status 401 if
        the key is wrong or missing; then nothing has changed. StoreError if it answers but cannot be remembered.
        """
        from frieza_tui.backends.checking import check_server

        base_url, password = without_password(base_url)
        api_key = api_key or password
        if not is_http_agreed and not self._may_use(base_url):
            question = _plain_http(base_url)
            raise PlainHttp(question.happened, question.todo)
        key = api_key or await self._file.fetch_key(base_url) or ""
        await check_server(base_url, key)
        try:
            await self._remember(base_url, api_key)
        finally:
            self._session_hosts.add(Server(base_url).host)
            api = "auto" if self._settings.api == "assistants" else self._settings.api
            self._let_answer(_Answerer(api, base_url, key or None, _kept() if key else ""))

    async def _remember(self, base_url: str, api_key: str) -> None:
        if api_key:
            await self._file.keep_key(base_url, api_key, _mark_of(base_url, api_key))
        if Server(base_url).is_plain_http:
            self._file.allow_http(Server(base_url).host)
        self._file.choose(base_url)

    def _configured(self) -> _Answerer:
        """Return who answers by the settings, else by what was chosen. Source: DESIGN.md, "Which backend"."""
        settings = self._settings
        base_url, key = settings.base_url, settings.api_key
        if base_url is None and key is None:
            chosen = self._file.read().answerer
            base_url = None if chosen == EMBEDDED else chosen
            if base_url is None and settings.api in ("auto", "assistants"):
                return _Answerer(EMBEDDED, model=settings.model)
        base_url = base_url or self._around.openai_url
        if key is not None:
            return _Answerer(settings.api, base_url, key, self._sources.get("api_key", ""), model=settings.model)
        kept = self._file.kept_key(base_url)
        source, mark = ("", "") if kept is None else (_kept(), kept.mark)
        return _Answerer(settings.api, base_url, None, source, mark, settings.model)

    def _let_answer(self, answerer: _Answerer) -> None:
        self._current = answerer
        self.backend.switch(self._opened())

    def _opened(self) -> Backend:
        one, question = self._current, self.question
        if question is not None:
            label = Label(API_NAMES.get(one.api, ""), Server(one.base_url or "").name, one.model or "")
            return RefusingBackend(label, BackendError(question.happened, question.todo))
        return self._around.load_backend(self._config(one))

    def _config(self, one: _Answerer) -> BackendConfig:
        base_url, key = one.base_url, one.api_key
        if base_url is None:
            ledger = find_key = None
        else:
            ledger = self._make_ledger(base_url, one.key_source, one.key_mark or _mark_of(base_url, key or ""))
            find_key = partial(self._fetch_key, base_url) if one.key_mark else None
        return BackendConfig(
            one.api,
            base_url=base_url,
            api_key=key,
            find_key=find_key,
            model=one.model or self._assistant.model,
            read_timeout_s=self._settings.read_timeout_s,
            known_assistants=(self._assistant,),
            ledger=ledger,
        )

    async def _fetch_key(self, base_url: str) -> str:
        key = await self._file.fetch_key(base_url)
        if key is None:
            happened = _("The keyring of this system does not give the key of {server}.")
            happened = happened.format(server=Server(base_url).name)
            raise AuthFailed(happened, _("Unlock it and send again, or give the key anew: /welcome."))
        return key

    def _may_use(self, base_url: str) -> bool:
        allowed = {*self._settings.allow_http, *self._session_hosts, *self._file.read().http_hosts}
        server = Server(base_url)
        return not server.is_plain_http or server.host in allowed


def _kept() -> str:
    return _("kept by frieza-tui")


def _mark_of(base_url: str, api_key: str) -> str:
    from frieza_tui.store.ledger import mark_of

    return mark_of(base_url, api_key)


def _plain_http(base_url: str) -> Question:
    host = Server(base_url).host
    happened = _("{host} is used over plain http: whoever is on the way can read the messages and the key.")
    todo = _('Use https, or allow it for this host: allow_http = ["{host}"] in settings.toml.')
    return Question("http", happened.format(host=host), _("Use it all the same"), todo.format(host=host))


def _retired() -> Question:
    return Question(
        "retired",
        _("OpenAI retired the Assistants API on 2026-08-26; it answers nobody any more."),
        _("Go on with the Responses API"),
        _("Use --api responses."),
    )
