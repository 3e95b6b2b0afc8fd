import json
import stat
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from frieza_tui.backends.api_notes import ApiNotes
from frieza_tui.backends.auto import AutoBackend
from frieza_tui.backends.demo_script import demo_replies
from frieza_tui.backends.named_server import Server
from frieza_tui.backends.openai_client import OpenAIClient
from frieza_tui.backends.probing import Finding, find_api
from frieza_tui.backends.registry import BackendConfig, load_backend
from frieza_tui.backends.scripted import ScriptedBackend
from frieza_tui.domain.errors import AuthFailed, BackendError, RateLimited, ServerFault, StreamCut
from frieza_tui.paths import state_dir
from tests.support.backend_contract import asking, run, run_to_error, text_of
from tests.support.chat_double import ChatDouble
from tests.support.loopback import TOKEN, running_server
from tests.support.raw_http import CUT, Answer, Call, Handler, Loopback, error_answer, json_answer, serve
from tests.support.responses_double import ResponsesDouble

NO_PATH = error_answer(404, "File Not Found")
LM_STUDIO = json_answer({"error": "Unexpected endpoint or method. (GET /v1/assistants)"})
WEB_PAGE = Answer([b"<html>welcome</html>"], content_type="text/html")
# LiteLLM 1.106: no Assistants set up; a key that is not its own, where it has no database.
NOT_SET_UP = error_answer(
    500,
    "'custom_llm_provider' must be set. Either via:\n `Router(assistants_config={'custom_llm_provider': ..})` \nor\n "
    "`router.arun_thread(custom_llm_provider=..)`",
    "500",
)
NO_SUCH_KEY = json_answer({"error": {"message": "No connected db.", "type": "no_db_connection", "code": "400"}}, 400)
LIST = json_answer({"object": "list", "data": [], "has_more": False})
NO_INPUT = error_answer(400, "'input' is required")
NO_MODEL = error_answer(404, "model '' not found")
RESPONSE = json_answer({"id": "resp_1", "object": "response", "status": "completed", "output": []})


def answers(assistants: Answer, responses: Answer = NO_PATH) -> Handler:
    def answer(call: Call) -> Answer:
        return {"/v1/assistants": assistants, "/v1/responses": responses}.get(call.path, NO_PATH)

    return answer


@asynccontextmanager
async def asked(handler: Handler) -> AsyncGenerator[tuple[OpenAIClient, Loopback], None]:
    async with serve(handler) as server:
        client = OpenAIClient(Server(server.base_url, "sk-test-key"), loads_assistants=False)
        await client.open()
        try:
            yield client, server
        finally:
            await client.close()


def auto(base_url: str, api_key: str | None = "sk-test-key") -> AutoBackend:
    backend = load_backend(BackendConfig("auto", base_url=base_url, api_key=api_key))
    assert isinstance(backend, AutoBackend)
    return backend


# -- asking ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("assistants", "responses", "finding"),
    [
        pytest.param(LIST, RESPONSE, Finding("assistants"), id="assistants"),
        pytest.param(NO_PATH, NO_INPUT, Finding("responses"), id="llama.cpp"),
        pytest.param(NO_PATH, NO_MODEL, Finding("responses"), id="ollama"),
        pytest.param(NO_PATH, RESPONSE, Finding("responses"), id="answers-without-input"),
        pytest.param(NO_PATH, error_answer(422, "Field required"), Finding("responses"), id="vllm"),
        pytest.param(NOT_SET_UP, NO_INPUT, Finding("responses"), id="litellm"),
        pytest.param(LM_STUDIO, NO_INPUT, Finding("responses"), id="lm-studio"),
        pytest.param(LM_STUDIO, LM_STUDIO, Finding("chat"), id="lm-studio-of-old"),
        pytest.param(WEB_PAGE, WEB_PAGE, Finding("chat"), id="web-page-for-everything"),
        pytest.param(NO_PATH, NO_PATH, Finding("chat"), id="neither"),
        pytest.param(error_answer(405, "no"), error_answer(501, "no"), Finding("chat"), id="405-and-501"),
        pytest.param(error_answer(410, "gone"), error_answer(405, "no"), Finding("chat"), id="410-and-405"),
        pytest.param(NO_PATH, error_answer(500, "KeyError: input"), Finding("responses", is_sure=False), id="fails"),
    ],
)
async def test_a_server_is_known_by_its_answers(assistants: Answer, responses: Answer, finding: Finding) -> None:
    async with asked(answers(assistants, responses)) as (client, _server):
        assert await find_api(client) == finding


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error_answer(401, "Invalid API Key"), AuthFailed),
        (NO_SUCH_KEY, AuthFailed),
        (error_answer(403, "not yours"), AuthFailed),
        (error_answer(429, "slow", headers={"retry-after": "60"}), RateLimited),
        (error_answer(500, "ill"), ServerFault),
        (error_answer(503, "later"), ServerFault),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
async def test_an_answer_that_tells_nothing_is_never_a_reason_to_try_another_api(
    answer: Answer, kind: type[BackendError], is_first: bool
) -> None:
    if answer.status == 500 and not is_first:
        return  # it was the request that failed
    handler = answers(answer, NO_INPUT) if is_first else answers(NO_PATH, answer)
    async with asked(handler) as (client, server):
        with pytest.raises(BackendError) as caught:
            await find_api(client)
        assert type(caught.value) is kind
        assert len(server.calls) == (1 if is_first else 2)
        assert ("--api" in caught.value.todo) == (answer.status in (403, 500, 503))


async def test_asking_makes_nothing_and_runs_nothing() -> None:
    double = ResponsesDouble()
    async with asked(double.answer) as (client, server):
        await find_api(client)
        assert [(call.method, call.path) for call in server.calls] == [
            ("GET", "/v1/assistants"),
            ("POST", "/v1/responses"),
        ]
        assert server.calls[0].query == {"limit": ["1"]}
        assert server.calls[0].headers["openai-beta"] == "assistants=v2"
        assert server.calls[1].json == {"store": False}


async def test_openai_itself_is_not_asked() -> None:
    client = OpenAIClient(Server("https://api.openai.com/v1"))
    assert await find_api(client) == Finding("responses")


async def test_the_server_of_this_program_is_known_for_assistants() -> None:
    async with running_server(ScriptedBackend(demo_replies())) as (base_url, _token):
        client = OpenAIClient(Server(base_url, TOKEN), loads_assistants=False)
        await client.open()
        assert await find_api(client) == Finding("assistants")
        await client.close()


# -- the adapter -----------------------------------------------------------------------------------------------------


async def test_a_server_with_responses_is_spoken_to_so_and_the_label_says_why() -> None:
    double = ResponsesDouble()
    double.will("hello")
    async with serve(double.answer) as server:
        backend = auto(server.base_url)
        assert (backend.label.api, backend.label.why) == ("", "")
        assert text_of(await run(backend, asking("hi"))) == "hello"
        assert (backend.label.api, backend.label.model) == ("Responses", "double-1")
        assert "no Assistants API" in backend.label.why
        assert [one.kind for one in await backend.delete_remote()] == ["conversation", "response"]
        await backend.close()


async def test_a_server_with_chat_completions_only_is_spoken_to_so() -> None:
    double = ChatDouble()
    double.will("hello")
    async with serve(double.answer) as server:
        backend = auto(server.base_url)
        assert text_of(await run(backend, asking("hi"))) == "hello"
        assert backend.label.api == "Chat Completions"
        assert "neither" in backend.label.why
        await backend.close()


async def test_a_server_with_assistants_is_spoken_to_so() -> None:
    scripted = ScriptedBackend(demo_replies())
    async with running_server(scripted) as (base_url, _token):
        backend = auto(base_url, TOKEN)
        assert text_of(await run(backend, asking("hi")))
        assert backend.label.api == "Assistants"
        assert all(one.is_deleted for one in await backend.delete_remote())
        await backend.close()


async def test_what_was_found_is_asked_for_once_and_kept_from_others() -> None:
    double = ChatDouble()
    async with serve(double.answer) as server:
        for _start in range(2):
            backend = auto(server.base_url)
            await backend.prepare()
            await backend.close()
        assert server.count("GET", "/assistants") == 1
    notes = state_dir() / "apis.json"
    assert stat.S_IMODE(notes.stat().st_mode) == 0o600
    assert [note["api"] for note in json.loads(notes.read_bytes()).values()] == ["chat"]


async def test_what_is_not_sure_is_not_kept() -> None:
    async with serve(answers(NO_PATH, error_answer(500, "KeyError"))) as server:
        backend = auto(server.base_url)
        await backend.prepare()
        assert backend.api == "responses"
        assert ApiNotes().find(server.base_url) is None
        await backend.close()


async def test_a_server_that_became_another_is_asked_again() -> None:
    double = ChatDouble()
    double.will("hello")
    async with serve(double.answer) as server:
        ApiNotes().note(server.base_url, "responses")
        backend = auto(server.base_url)
        assert text_of(await run(backend, asking("hi"))) == "hello"
        assert backend.label.api == "Chat Completions"
        assert ApiNotes().find(server.base_url) == "chat"
        await backend.close()


async def test_an_error_of_a_server_that_was_asked_just_now_is_told_as_it_is() -> None:
    async with serve(answers(NO_PATH)) as server:
        backend = auto(server.base_url)
        _events, error = await run_to_error(backend, asking("hi"))
        assert "Chat Completions" in error.happened
        assert server.count("GET", "/assistants") == 1
        await backend.close()


async def test_a_server_that_was_away_is_asked_when_it_is_back() -> None:
    double = ChatDouble()
    is_away = True

    def answer(call: Call) -> Answer:
        return Answer([CUT]) if is_away else double.answer(call)

    async with serve(answer) as server:
        backend = auto(server.base_url)
        with pytest.raises(StreamCut):
            await backend.prepare()
        assert backend.api is None
        is_away = False
        double.will("hello")
        assert text_of(await run(backend, asking("hi"))) == "hello"
        await backend.close()


async def test_the_models_of_any_server_are_listed() -> None:
    double = ChatDouble(models=[{"id": "a", "context_length": 5}, {"id": "b", "shutdown_date": "2027-01-14"}, {}])
    async with serve(double.answer) as server:
        backend = auto(server.base_url)
        models = await backend.list()
        await backend.close()
    assert [(one.id, one.context_tokens, one.shutdown_date) for one in models] == [
        ("a", 5, ""),
        ("b", None, "2027-01-14"),
    ]


# -- the notes -------------------------------------------------------------------------------------------------------


def test_notes_hold_no_secrets_and_one_entry_for_each_server(tmp_path: Path) -> None:
    notes = ApiNotes(tmp_path / "apis.json")
    notes.note("http://me:secret@Host:1/v1/", "chat")
    notes.note("http://host:1/v1", "responses")
    assert notes.find("http://host:1/v1") == "responses"
    text = (tmp_path / "apis.json").read_text()
    assert "secret" not in text
    assert len(json.loads(text)) == 1


def test_what_a_server_lacks_stands_beside_its_api(tmp_path: Path) -> None:
    notes = ApiNotes(tmp_path / "apis.json")
    notes.note_lacks("http://h/v1", {"background"})
    notes.note("http://h/v1", "responses")
    assert (notes.find("http://h/v1"), notes.lacks("http://h/v1")) == ("responses", frozenset({"background"}))
    notes.forget("http://h/v1")
    assert (notes.find("http://h/v1"), notes.lacks("http://h/v1")) == (None, frozenset())


@pytest.mark.parametrize("age_s", [8 * 24 * 3600, -3600])
def test_notes_of_long_ago_or_of_tomorrow_are_not_believed(tmp_path: Path, age_s: int) -> None:
    path = tmp_path / "apis.json"
    path.write_text(json.dumps({"http://h/v1": {"api": "chat", "found_at": int(time.time()) - age_s}}))
    assert ApiNotes(path).find("http://h/v1") is None


@pytest.mark.parametrize("content", ["", "[]", "{]", '{"http://h/v1": 7}', '{"http://h/v1": {"api": "telepathy"}}'])
def test_a_file_that_is_broken_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "apis.json"
    path.write_text(content)
    notes = ApiNotes(path)
    assert notes.find("http://h/v1") is None
    notes.note("http://h/v1", "chat")
    assert notes.find("http://h/v1") == "chat"


def test_notes_do_not_grow_without_end(tmp_path: Path) -> None:
    notes = ApiNotes(tmp_path / "apis.json")
    for number in range(60):
        notes.note(f"http://h{number}/v1", "chat")
    assert len(json.loads((tmp_path / "apis.json").read_bytes())) == 50
    assert notes.find("http://h59/v1") == "chat"
