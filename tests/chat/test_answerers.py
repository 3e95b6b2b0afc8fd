import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from frieza_tui.backends.base import Ledger
from frieza_tui.chat import Chat
from frieza_tui.chat.answerers import Answerers, PlainHttp, Surroundings
from frieza_tui.chosen import ChosenFile
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.errors import AuthFailed, BadReply, NotHere, Unreachable
from frieza_tui.domain.events import TextDelta
from frieza_tui.settings import Loaded, Settings
from tests.support.chat_double import ChatDouble
from tests.support.raw_http import Answer, Call, Loopback, error_answer, serve

FRIEZA = Assistant("フリーザ様", "Speak.")
KEY = "sk-planted-1234"
LAN = "http://192.0.2.7:11434/v1"
OPENAI = "https://api.openai.com/v1"


def answerers_of(**settings: Any) -> Answerers:
    openai_url = settings.pop("openai_url", OPENAI)
    loaded = Loaded(Settings(**settings), dict.fromkeys(settings, "environment"))
    return Answerers(loaded, FRIEZA, around=Surroundings(openai_url))


@asynccontextmanager
async def server_with(double: ChatDouble, key: str = "") -> AsyncGenerator[Loopback, None]:
    """A server of Chat Completions; with a key only for those who have it."""

    def answer(call: Call) -> Answer:
        if key and call.headers.get("authorization") != f"Bearer {key}":
            return error_answer(401, f"Incorrect API key provided: {call.headers.get('authorization')}.")
        return double.answer(call)

    async with serve(answer) as server:
        yield server


async def said(chat: Chat, text: str) -> str:
    async with aclosing(chat.send(text)) as events:
        return "".join([event.text async for event in events if isinstance(event, TextDelta)])


@pytest.mark.parametrize(
    ("settings", "api", "server"),
    [
        ({}, "Assistants", "embedded"),
        ({"api": "assistants"}, "Assistants", "embedded"),
        ({"api_key": "sk-x"}, "", "api.openai.com"),
        ({"api_key": "sk-x", "api": "responses"}, "Responses", "api.openai.com"),
        ({"base_url": "http://127.0.0.1:1/v1"}, "", "127.0.0.1:1"),
        ({"base_url": "http://127.0.0.1:1/v1", "api": "chat"}, "Chat Completions", "127.0.0.1:1"),
    ],
)
def test_what_is_set_decides_who_answers(settings: dict[str, Any], api: str, server: str) -> None:
    label = answerers_of(**settings).backend.label
    assert (label.api, label.server) == (api, server)


def test_what_was_chosen_counts_only_where_neither_a_server_nor_a_key_is_set() -> None:
    ChosenFile().choose("http://127.0.0.1:2/v1")
    assert answerers_of().backend.label.server == "127.0.0.1:2"
    assert answerers_of(model="m").backend.label.server == "127.0.0.1:2"
    assert answerers_of(api_key="sk-x").backend.label.server == "api.openai.com"
    assert answerers_of(base_url="http://127.0.0.1:1/v1").backend.label.server == "127.0.0.1:1"


def test_the_first_time_is_over_once_somebody_is_set_or_chosen() -> None:
    assert answerers_of().is_first_time
    assert not answerers_of(api_key="sk-x").is_first_time
    assert not answerers_of(base_url="http://127.0.0.1:1/v1").is_first_time
    answerers_of(api_key="sk-x").stay()
    assert answerers_of().is_first_time
    answerers_of().stay()
    assert not answerers_of().is_first_time
    assert answerers_of().is_embedded


# -- a key -----------------------------------------------------------------------------------------------------------


async def test_a_key_is_tested_by_one_request_kept_and_used_at_once_and_next_time() -> None:
    double = ChatDouble()
    async with server_with(double, KEY) as server:
        answerers = answerers_of(openai_url=server.base_url)
        chat = Chat(answerers.backend, FRIEZA)
        await answerers.use_server(answerers.key_server, KEY)
        assert [(call.method, call.path) for call in server.calls] == [("GET", "/v1/models")]
        double.will("はい")
        assert await said(chat, "1") == "はい"
        await chat.close()
        later = answerers_of()
        chat = Chat(later.backend, FRIEZA)
        double.will("また")
        assert await said(chat, "2") == "また"
        await chat.close()


async def test_a_wrong_key_is_told_and_neither_kept_nor_used() -> None:
    async with server_with(ChatDouble(), KEY) as server:
        answerers = answerers_of(openai_url=server.base_url)
        with pytest.raises(AuthFailed) as caught:
            await answerers.use_server(server.base_url, "sk-planted-wrong")
        assert "sk-planted-wrong" not in str(caught.value)
        assert answerers.is_embedded
        assert ChosenFile().read().answerer is None
        assert ChosenFile().kept_key(server.base_url) is None


@pytest.mark.parametrize("status", [403, 429])
async def test_a_key_that_may_not_list_the_models_is_a_key_all_the_same(status: int) -> None:
    async with serve(lambda _call: error_answer(status, "Missing scopes: api.model.read")) as server:
        await answerers_of(openai_url=server.base_url).use_server(server.base_url, KEY)
        assert await ChosenFile().fetch_key(server.base_url) == KEY


async def test_a_kept_key_is_sent_to_its_own_server_only() -> None:
    async with server_with(ChatDouble(), KEY) as own, server_with(ChatDouble()) as other:
        await answerers_of().use_server(own.base_url, KEY)
        await answerers_of().use_server(other.base_url)
        backend = answerers_of(base_url=other.base_url).backend
        await backend.prepare()
        await backend.close()
        assert other.calls
        assert not [call for call in other.calls if KEY in str(call.headers)]


async def test_a_kept_key_serves_a_server_that_is_set_without_one() -> None:
    double = ChatDouble()
    async with server_with(double, KEY) as server:
        await answerers_of().use_server(server.base_url, KEY)
        chat = Chat(answerers_of(base_url=server.base_url).backend, FRIEZA)
        double.will("はい")
        assert await said(chat, "1") == "はい"
        await chat.close()


async def test_the_ledger_knows_a_kept_key_by_its_mark_before_it_is_fetched() -> None:
    lines: list[tuple[str, str, str]] = []

    def make(*line: str) -> Ledger | None:
        lines.append((line[0], line[1], line[2]))
        return None

    async with server_with(ChatDouble(), KEY) as server:
        await answerers_of().use_server(server.base_url, KEY)
        Answerers(Loaded(Settings(), {}), FRIEZA, make)
        Answerers(Loaded(Settings(base_url=server.base_url, api_key=KEY), {"api_key": "environment"}), FRIEZA, make)
    (kept, given) = lines
    assert kept[0] == given[0] == server.base_url
    assert kept[2] == given[2] != ""
    assert (kept[1], given[1]) == ("kept by frieza-tui", "environment")


# -- a server --------------------------------------------------------------------------------------------------------


async def test_a_server_without_a_key_is_asked_once_and_answers() -> None:
    double = ChatDouble()
    async with server_with(double) as server:
        answerers = answerers_of()
        chat = Chat(answerers.backend, FRIEZA)
        await answerers.use_server(server.base_url)
        double.will("はい")
        assert await said(chat, "1") == "はい"
        assert chat.label.api == "Chat Completions"
        await chat.close()
    assert answerers_of().backend.label.server in server.base_url


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error_answer(404, "Not found"), NotHere),
        (Answer([b"<html>It works!</html>"], content_type="text/html"), BadReply),
        (error_answer(401, "Who are you?"), AuthFailed),
    ],
)
async def test_what_does_not_list_its_models_is_not_taken(answer: Answer, kind: type[Exception]) -> None:
    async with serve(lambda _call: answer) as server:
        answerers = answerers_of()
        with pytest.raises(kind):
            await answerers.use_server(server.base_url)
        assert len(server.calls) == 1
        assert answerers.is_embedded
        assert answerers.is_first_time


async def test_nobody_there_is_told() -> None:
    with pytest.raises(Unreachable):
        await answerers_of().use_server("http://127.0.0.1:9/v1")


# -- what has to be agreed to ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({"api_key": "sk-x", "api": "assistants"}, "retired"),
        ({"base_url": OPENAI, "api_key": "sk-x", "api": "assistants"}, "retired"),
        ({"base_url": LAN}, "http"),
        ({"base_url": "http://example.org/v1", "api_key": "sk-x"}, "http"),
        ({"base_url": LAN, "allow_http": ("192.0.2.7",)}, None),
        ({"base_url": "https://192.0.2.7/v1"}, None),
        ({"base_url": "http://localhost:1/v1"}, None),
        ({"base_url": "http://[::1]:1/v1"}, None),
        ({"base_url": "http://127.0.0.1:1/v1", "api": "assistants"}, None),
        ({"api_key": "sk-x"}, None),
        ({}, None),
    ],
)
async def test_what_has_to_be_agreed_to_first(settings: dict[str, Any], kind: str | None) -> None:
    answerers = answerers_of(**settings)
    question = answerers.question
    assert (question.kind if question else None) == kind
    chat = Chat(answerers.backend, FRIEZA)
    if question is not None:
        await chat.prepare()
        assert question.happened in chat.preparation.detail
        answerers.agree()
        assert answerers.question is None
    await chat.close()


async def test_the_retired_api_is_replaced_by_responses() -> None:
    answerers = answerers_of(api_key="sk-x", api="assistants")
    answerers.agree()
    assert answerers.backend.label.api == "Responses"
    assert answerers_of(api_key="sk-x", api="assistants").question is not None
    await answerers.backend.close()


async def test_nothing_is_sent_over_plain_http_before_that_is_agreed_to(monkeypatch: pytest.MonkeyPatch) -> None:
    async with server_with(ChatDouble(), KEY) as proxy:
        # The proxy stands for the way to the host: it sees whatever leaves this machine.
        monkeypatch.setenv("HTTP_PROXY", proxy.base_url.removesuffix("/v1"))
        answerers = answerers_of(base_url=LAN, api_key=KEY, api="chat")
        chat = Chat(answerers.backend, FRIEZA)
        await chat.prepare()
        assert await said(chat, "1") == ""
        with pytest.raises(PlainHttp):
            await answerers_of().use_server(LAN, KEY)
        assert proxy.calls == []
        answerers.agree()
        await chat.prepare()
        await proxy.asked("GET", "/models")
        await chat.close()
    assert answerers_of(base_url=LAN).question is None


async def test_two_at_once_do_not_lose_each_others_choice() -> None:
    async with server_with(ChatDouble(), KEY) as one, server_with(ChatDouble(), KEY) as two:
        await asyncio.gather(answerers_of().use_server(one.base_url, KEY), answerers_of().use_server(two.base_url, KEY))
        assert await ChosenFile().fetch_key(one.base_url) == KEY
        assert await ChosenFile().fetch_key(two.base_url) == KEY
