import asyncio
import json
from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio
from openai import AsyncOpenAI, RateLimitError

from frieza_tui.backends.scripted import Reply, ScriptedBackend
from tests.support.conversations import open_talk
from tests.support.loopback import running_server
from tests.support.server_client import client_of

DEEP = b'{"tool_resources":{"a":' + b"[" * 50_000 + b"]" * 50_000 + b"}}"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with running_server(ScriptedBackend([Reply("a")])) as (base_url, token):
        headers = {"authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(base_url=base_url, headers=headers, trust_env=False, verify=False) as client:
            yield client


def refusal(response: httpx2.Response) -> tuple[int, str, str | None, str | None]:
    error = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert response.headers["x-request-id"].startswith("req_")
    return response.status_code, error["message"], error["param"], error["code"]


@pytest.mark.parametrize("key", ["", "Bearer wrong", "Bearer test-token2", "test-token", "Bearer ключ"])
async def test_a_wrong_key_is_refused(http: httpx2.AsyncClient, key: str) -> None:
    status, message, _param, code = refusal(await http.get("/models", headers={b"authorization": key.encode()}))
    assert (status, code) == (401, "invalid_api_key")
    assert key not in message or not key


async def test_health_needs_no_key(http: httpx2.AsyncClient) -> None:
    health = str(http.base_url).replace("/v1/", "/health")
    response = await http.get(health, headers={"authorization": ""})
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("host", ["example.org", "example.org:80", "127.0.0.1.example.org", "", "[::2]", "10.0.0.1"])
async def test_a_foreign_host_is_refused(http: httpx2.AsyncClient, host: str) -> None:
    assert refusal(await http.get("/models", headers={"host": host}))[0] == 403


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "[::1]:8000", "127.0.0.1"])
async def test_names_of_loopback_are_its_own(http: httpx2.AsyncClient, host: str) -> None:
    assert (await http.get("/models", headers={"host": host})).status_code == 200


@pytest.mark.parametrize("origin", ["https://example.org", "null", "http://localhost:1", "file://"])
async def test_a_web_page_from_elsewhere_is_refused(http: httpx2.AsyncClient, origin: str) -> None:
    response = await http.post("/threads", headers={"origin": origin}, json={})
    assert refusal(response)[0] == 403
    assert "access-control-allow-origin" not in response.headers


async def test_its_own_origin_is_not_refused(http: httpx2.AsyncClient) -> None:
    origin = str(http.base_url).removesuffix("/v1/")
    assert (await http.get("/models", headers={"origin": origin})).status_code == 200


async def test_a_preflight_request_is_given_nothing(http: httpx2.AsyncClient) -> None:
    response = await http.options("/threads", headers={"origin": "https://example.org"})
    assert response.status_code == 403


async def test_paths_may_end_in_a_slash(http: httpx2.AsyncClient) -> None:
    for path in ("/models/", "/assistants/", "/threads/none/messages/"):
        assert (await http.get(path)).status_code in (200, 404)
    assert (await http.post("/threads/", content=b"")).status_code == 200


async def test_unknown_paths_and_methods_are_named(http: httpx2.AsyncClient) -> None:
    assert refusal(await http.get("/chat/completions"))[:2] == (404, "Invalid URL (GET /v1/chat/completions)")
    assert refusal(await http.delete("/models"))[:2] == (404, "Invalid URL (DELETE /v1/models)")


@pytest.mark.parametrize(
    ("body", "message", "param", "code"),
    [
        ({"model": "m", "colour": 1}, "Unknown parameter: 'colour'.", "colour", "unknown_parameter"),
        ({"name": "n"}, "Missing required parameter: 'model'.", "model", "missing_required_parameter"),
        ({"model": 1}, "Invalid value for 'model': Expected `str`, got `int`.", "model", "invalid_value"),
        ({"model": "m", "tools": [{"type": "x"}]}, None, "tools[0].type", "invalid_value"),
        ({"model": "m", "tools": [{"type": "function"}]}, None, "tools[0].function", "missing_required_parameter"),
        ({"model": "m", "temperature": 3}, None, "temperature", "invalid_value"),
        ({"model": "m", "name": "x" * 257}, None, "name", "invalid_value"),
        ({"model": "m", "metadata": {"k": "v" * 513}}, None, "metadata[...]", "invalid_value"),
        ({"model": "m", "metadata": {str(k): "" for k in range(17)}}, None, "metadata", "invalid_value"),
        ([], "Invalid value for 'body': Expected `object`, got `array`.", None, "invalid_value"),
    ],
)
async def test_a_wrong_field_is_named(
    http: httpx2.AsyncClient, body: object, message: str | None, param: str | None, code: str
) -> None:
    told = refusal(await http.post("/assistants", json=body))
    assert told == (400, message or told[1], param, code)


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"model": "\xff"}', b"{}{}", DEEP])
async def test_a_body_that_is_no_json_is_refused(http: httpx2.AsyncClient, body: bytes) -> None:
    assert refusal(await http.post("/threads", content=body))[0] == 400


async def test_a_body_of_more_than_10_mb_is_refused(http: httpx2.AsyncClient) -> None:
    content = json.dumps({"messages": [{"role": "user", "content": "x" * 10_000_000}]}).encode()
    assert refusal(await http.post("/threads", content=content))[0] == 413

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 1_000_000):
            yield content[start : start + 1_000_000]

    assert refusal(await http.post("/threads", content=pieces()))[0] == 413


async def test_more_than_64_streams_are_refused_until_one_ends() -> None:
    gate = asyncio.Event()
    async with client_of(ScriptedBackend([Reply("a", gate)], is_endless=True)) as client:
        talk = await open_talk(client)

        async def open_stream(client: AsyncOpenAI) -> object:
            return await client.beta.threads.create_and_run(assistant_id=talk.assistant_id, stream=True)

        streams = [await open_stream(client) for _ in range(64)]
        with pytest.raises(RateLimitError, match="64 streams are open"):
            await open_stream(client)
        with pytest.raises(RateLimitError):
            await talk.events(additional_messages=[{"role": "user", "content": "not added"}])
        assert len((await client.beta.threads.messages.list(talk.thread_id)).data) == 1
        await streams[5].close()  # type: ignore[attr-defined]
        gate.set()
        assert [event async for event in streams[0]][-1].event == "thread.run.completed"  # type: ignore[attr-defined]
        await (await open_stream(client)).close()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("bound", "host", "is_let_in"),
    [
        ("0.0.0.0", "192.168.1.5:8000", True),
        ("0.0.0.0", "[fe80::1]:8000", True),
        ("0.0.0.0", "rebound.example.org", False),
        ("192.168.1.5", "192.168.1.5", True),
        ("192.168.1.5", "192.168.1.6", False),
        ("box.lan", "BOX.lan:80", True),
    ],
)
async def test_a_server_on_the_network_answers_to_its_own_addresses(bound: str, host: str, is_let_in: bool) -> None:
    async with running_server(ScriptedBackend([]), host=bound) as (base_url, token):
        headers = {"authorization": f"Bearer {token}", "host": host}
        async with httpx2.AsyncClient(headers=headers, trust_env=False, verify=False) as http:
            assert (await http.get(f"{base_url}/models")).is_success is is_let_in
