import asyncio
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import pytest

from frieza_tui.backends import local_servers
from frieza_tui.backends.local_servers import find_local_servers
from tests.support.raw_http import CUT, Answer, Call, error_answer, json_answer, serve


def listed(owner: str, *names: str, **headers: str) -> Answer:
    models = [{"id": name, "object": "model", "owned_by": owner} for name in names]
    return json_answer({"object": "list", "data": models}, headers=headers)


async def looked_at(*answers: Answer, look_s: float = 5.0) -> tuple[local_servers.LocalServer, ...]:
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(serve(lambda _call, a=answer: a)) for answer in answers]  # type: ignore[misc]
        return await find_local_servers([urlsplit(one.base_url).port or 0 for one in servers], look_s)


@pytest.mark.parametrize(
    ("answer", "name", "models"),
    [
        (listed("library", "qwen3:8b", "gemma3:4b"), "Ollama", 2),
        (listed("organization_owner", "qwen/qwen3-4b"), "LM Studio", 1),
        (listed("llamacpp", "model.gguf"), "llama.cpp", 1),
        (listed("vllm", "Qwen/Qwen3-8B"), "vLLM", 1),
        (listed("somebody", "a", "b", "c"), "", 3),
        (json_answer({"error": {"message": "Invalid API Key"}}, 401, {"server": "llama.cpp"}), "llama.cpp", None),
        (json_answer({"error": "Unauthorized"}, 401), "", None),
    ],
)
async def test_a_server_is_known_by_what_it_answers(answer: Answer, name: str, models: int | None) -> None:
    (found,) = await looked_at(answer)
    assert (found.name, found.models, found.needs_key) == (name, models, models is None)
    assert urlsplit(found.base_url).hostname == "127.0.0.1"
    assert found.base_url.endswith("/v1")
    assert 0 < found.answer_s < 5


@pytest.mark.parametrize(
    "answer",
    [
        Answer([b"<html>A web shop</html>"], content_type="text/html"),
        Answer([b"<html>Sign in</html>"], 401, content_type="text/html"),
        error_answer(404, "Not found"),
        error_answer(500, "Oops"),
        json_answer([1, 2]),
        json_answer({"hello": "world"}),
        json_answer({"object": "list", "data": []}, 302, {"location": "http://192.0.2.1/"}),
        Answer([b'{"data": [', CUT]),
        Answer([b"x" * 1_000_000] * 3),
        Answer([b"[" * 100_000]),
    ],
    ids=["html", "html-401", "404", "500", "array", "other-json", "redirect", "cut", "endless", "nested"],
)
async def test_what_is_no_server_of_models_is_left_out(answer: Answer) -> None:
    assert await looked_at(answer) == ()


async def test_an_ollama_without_models_is_known_by_its_port(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serve(lambda _call: json_answer({"object": "list", "data": None})) as server:
        port = urlsplit(server.base_url).port or 0
        monkeypatch.setattr(local_servers, "PORTS", {port: "Ollama"})
        monkeypatch.setattr(local_servers, "_OWN_PORTS", (port,))
        (found,) = await find_local_servers([port], 5.0)
    assert (found.name, found.models) == ("Ollama", 0)


async def test_a_silent_port_holds_nobody_up_and_a_closed_one_is_nothing() -> None:
    async with (
        serve(lambda _call: Answer([asyncio.Event()])) as silent,
        serve(lambda _call: listed("vllm", "m")) as one,
    ):
        ports = [urlsplit(server.base_url).port or 0 for server in (silent, one)]
        found = await find_local_servers([9, *ports], 0.4)
        assert [server.name for server in found] == ["vLLM"]


async def test_it_is_one_question_without_a_key_and_past_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY")
    calls: list[Call] = []

    def answer(call: Call) -> Answer:
        calls.append(call)
        return listed("library", "m")

    async with serve(answer) as server:
        assert len(await find_local_servers([urlsplit(server.base_url).port or 0], 5.0)) == 1
    (call,) = calls
    assert (call.method, call.path) == ("GET", "/v1/models")
    assert "authorization" not in call.headers
