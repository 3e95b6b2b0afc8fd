import asyncio
import shutil
import ssl
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from frieza_tui.backends.named_server import Server
from frieza_tui.backends.openai_client import OpenAIClient
from frieza_tui.domain.errors import (
    AuthFailed,
    BackendError,
    BadReply,
    NotHere,
    RateLimited,
    Refused,
    ServerFault,
    TimedOut,
    Unreachable,
)
from frieza_tui.settings import without_password
from tests.support.listener import listening
from tests.support.raw_http import CUT, Answer, error_answer, json_answer, serve

KEY = "sk-very-secret-key-123456"


async def error_of(address: str, key: str = KEY, read_timeout_s: float = 60.0) -> BackendError:
    client = OpenAIClient(Server(address, key), read_timeout_s=read_timeout_s)
    try:
        with pytest.raises(BackendError) as caught:
            await client.open()
            await client.call(lambda: client.posts.models.with_streaming_response.list())
        return caught.value
    finally:
        await client.close()


async def error_for(answer: Answer, key: str = KEY, read_timeout_s: float = 60.0) -> BackendError:
    async with serve(lambda _call: answer) as server:
        error = await error_of(server.base_url, key, read_timeout_s)
        assert server.base_url.removeprefix("http://").removesuffix("/v1") in str(error) or error.facts.status == 400
        return error


def free_port_address() -> str:
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{one.getsockname()[1]}/v1"


async def test_a_refused_connection_names_the_address() -> None:
    address = free_port_address()
    error = await error_of(address)
    assert type(error) is Unreachable
    assert "refused" in error.happened
    assert address.split("/")[2] in error.happened


async def test_a_name_that_does_not_resolve_is_told_so() -> None:
    error = await error_of("http://no-such-host.invalid/v1")
    assert type(error) is Unreachable
    assert "no-such-host.invalid" in error.happened
    assert "no machine called" in error.happened


@pytest.mark.parametrize(
    "address", ["ftp://127.0.0.1/v1", "127.0.0.1:8000", "http://127.0.0.1:99999/v1", "http://[::1/v1"]
)
async def test_an_address_that_cannot_be_called_is_told_so(address: str) -> None:
    error = await error_of(address)
    assert type(error) is Unreachable
    assert "--base-url" in error.todo


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes a certificate with openssl")
async def test_an_unknown_certificate_is_told_so(tmp_path: Path) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    making = "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    command = ["openssl", *making.split(), "-keyout", str(key), "-out", str(certificate)]
    await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    async def ignore(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        return

    async with listening(ignore, tls=context) as listener:
        error = await error_of(f"https://127.0.0.1:{listener.port}/v1")
    assert type(error) is Unreachable
    assert "certificate" in error.happened
    assert "SSL_CERT_FILE" in error.todo


async def test_a_proxy_in_the_way_of_this_machine_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    page = Answer([b"<html>proxy says no</html>"], status=502, content_type="text/html")
    async with serve(lambda _call: page) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.base_url.removesuffix("/v1"))
        for answer_at in (free_port_address(), "http://localhost:9/v1"):
            error = await error_of(answer_at)
            assert type(error) is Unreachable
            assert "HTTP_PROXY" in error.happened
            assert "NO_PROXY" in error.todo


async def test_a_dead_proxy_in_the_way_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    address = free_port_address()
    monkeypatch.setenv("HTTP_PROXY", address.removesuffix("/v1").replace("//", "//user:hunter2@"))
    error = await error_of("http://127.0.0.1:9/v1")
    assert "HTTP_PROXY" in error.happened
    assert "hunter2" not in str(error)


async def test_an_address_that_is_none_is_named_and_not_a_proxy_that_is_not_there() -> None:
    error = await error_of("http://a\x01b.invalid/v1")
    assert type(error) is Unreachable
    assert "is not an address" in error.happened


async def test_a_proxy_that_is_gone_is_named_and_not_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = free_port_address().removesuffix("/v1")
    monkeypatch.setenv("HTTP_PROXY", proxy.replace("//", "//user:hunter2@"))
    error = await error_of("http://example.invalid/v1")
    assert type(error) is Unreachable
    assert f"The proxy {proxy.removeprefix('http://')}, on the way to example.invalid," in error.happened
    assert "NO_PROXY" in error.todo
    assert "hunter2" not in str(error)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ALL_PROXY", "socks6://127.0.0.1:1", "address of the proxy"),
        ("HTTP_PROXY", "ftp://127.0.0.1:1", "address of the proxy"),
        ("HTTP_PROXY", "http://[::1", "address of the proxy"),
        ("SSL_CERT_FILE", "/no/such/file", "SSL_CERT_FILE"),
        ("SSL_CERT_FILE", __file__, "SSL_CERT_FILE"),
    ],
)
async def test_an_environment_in_which_nothing_can_be_asked_is_told(
    name: str, value: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    error = await error_of("http://example.invalid/v1")
    assert type(error) is Unreachable
    assert words in error.happened
    assert error.todo


async def test_a_proxy_that_cannot_be_used_is_no_hindrance_where_none_is_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    async with serve(lambda _call: Answer([b"{}"])) as server:
        client = OpenAIClient(Server(server.base_url))
        await client.open()
        assert await client.call(client.request("GET", "/models")) == {}
        await client.close()


async def test_silence_is_told() -> None:
    error = await error_for(Answer([asyncio.Event()]), read_timeout_s=0.1)
    assert type(error) is TimedOut
    assert "silent" in error.happened


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (error_answer(401, f"Incorrect API key provided: {KEY}"), AuthFailed, "does not accept the API key"),
        (error_answer(403, "Project has no access"), AuthFailed, "Project has no access"),
        (error_answer(404, "The model 'x' does not exist", "model_not_found"), NotHere, "does not have this model"),
        (error_answer(404, "Invalid URL (GET /v1/models)"), NotHere, "does not have what was asked for"),
        (error_answer(405, "Method not allowed"), NotHere, "405"),
        (error_answer(408, "late"), TimedOut, "silent"),
        (error_answer(400, "Not this.", "content_policy_violation"), Refused, "content filter"),
        (Answer([b"<html>"], status=407, content_type="text/html"), Unreachable, "proxy"),
        (error_answer(422, "temperature: too hot"), Refused, "too hot"),
        (
            json_answer({"detail": [{"loc": ["body", "top_k"], "msg": "Extra inputs are not permitted"}]}, 422),
            Refused,
            "top_k: Extra inputs",
        ),
        (json_answer({"message": {"detail": [{"msg": "Too hot"}, {"loc": 7}]}}, 422), Refused, "It says: Too hot."),
        (error_answer(429, "Rate limit reached"), RateLimited, "Rate limit reached"),
        (error_answer(429, "You exceeded", "insufficient_quota"), RateLimited, "no quota left"),
        (error_answer(402, "Insufficient credits"), RateLimited, "no quota left"),
        (error_answer(500, "boom"), ServerFault, "boom"),
        (Answer([b"<html>nginx</html>"], status=502, content_type="text/html"), ServerFault, "502"),
        (Answer([b"<html>a page</html>"], content_type="text/html"), BadReply, "web page"),
        (Answer([b"not json"]), BadReply, "not of its API"),
        (Answer([b"\xff\xfe"]), BadReply, "not of its API"),
        (Answer([b'{"half": '], headers={"content-encoding": "gzip"}), BadReply, "not of its API"),
    ],
)
async def test_what_a_server_answers_is_told_in_words(answer: Answer, kind: type[BackendError], words: str) -> None:
    error = await error_for(answer)
    assert type(error) is kind
    assert words in error.happened
    assert error.todo
    assert error.facts.provider.endswith("/v1")
    if answer.status >= 400:
        assert (error.facts.status, error.facts.request_id) in [(answer.status, "req_test"), (None, None)]
    assert "<html>" not in str(error)


@pytest.mark.parametrize(
    ("status", "wait", "todo"), [(429, "7", "in 7 s"), (429, "1800", "in 30 minutes"), (503, "20", "in 20 s")]
)
async def test_the_wait_that_a_server_names_is_told(status: int, wait: str, todo: str) -> None:
    error = await error_for(error_answer(status, "Busy", headers={"retry-after": wait}))
    assert isinstance(error, RateLimited | ServerFault)
    assert error.retry_after_s == float(wait)
    assert todo in error.todo


@pytest.mark.parametrize(
    ("pieces", "words"), [([CUT], "closed the connection without an answer"), ([b'{"da', CUT], "ended in the middle")]
)
async def test_a_connection_that_breaks_off_is_told(pieces: list[object], words: str) -> None:
    error = await error_for(Answer(pieces))
    assert words in error.happened


async def test_no_key_is_ever_shown() -> None:
    for status in (400, 401, 403, 404, 422, 429, 500):
        message = f"bad key {KEY} or Bearer {KEY} or sk-other-key-987654"
        error = await error_for(error_answer(status, message))
        assert "secret" not in str(error)
        assert "987654" not in str(error)
        assert KEY not in repr(Server("http://x/v1", KEY))


@pytest.mark.parametrize(
    ("said", "noted"),
    [("req_0-9.a:b", "req_0-9.a:b"), (f"req-{KEY}", None), ("what a user said", None), ("", None)],
)
async def test_a_request_id_is_noted_if_it_can_be_one(said: str, noted: str | None) -> None:
    error = await error_for(error_answer(500, "x", headers={"x-request-id": said, "x-should-retry": "false"}))
    assert error.facts.request_id == noted


def test_neither_form_of_a_password_is_shown() -> None:
    _address, key = without_password(f"https://me:{KEY}@host/v1")
    told = Server("https://host/v1", key).words(f"bad {key} or {key.split()[1]} or me:{KEY}")
    assert told == "bad … or … or me:…"


async def test_without_a_key_401_asks_for_one() -> None:
    error = await error_for(error_answer(401, "no key"), key="")
    assert "asks for an API key" in error.happened


async def test_a_gateway_without_a_database_that_does_not_know_the_key_is_told_so() -> None:
    unknown = {"error": {"message": "No connected db.", "type": "no_db_connection", "param": None, "code": "400"}}
    error = await error_for(json_answer(unknown, 400))
    assert (type(error), error.facts.status) == (AuthFailed, 401)
    assert "does not accept the API key" in error.happened
    assert "asks for an API key" in (await error_for(json_answer(unknown, 400), key="")).happened


async def test_a_placeholder_for_a_key_is_no_secret() -> None:
    error = await error_for(error_answer(422, "ollama-small cannot do this"), key="ollama")
    assert "ollama-small cannot" in error.happened


async def test_a_servers_words_are_made_safe_and_short() -> None:
    error = await error_for(error_answer(422, "a\x1b[31mred\x1b]52;c;evil\x07 " + "x" * 5000))
    assert "\x1b" not in str(error)
    assert "evil" not in str(error)
    assert len(error.happened) < 500


async def test_a_key_of_another_server_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    async with serve(lambda _call: Answer([b"{}"])) as server:
        client = OpenAIClient(Server(server.base_url))
        await client.open()
        with suppress(BackendError):
            await client.call(lambda: client.reads.models.with_streaming_response.list())
        await client.close()
        assert KEY not in str(server.calls)


@pytest.mark.parametrize(
    ("address", "is_loopback"),
    [
        ("http://127.0.0.1:1/v1", True),
        ("http://localhost/v1", True),
        ("http://[::1]:8/v1", True),
        ("https://api.openai.com/v1", False),
        ("http://192.168.0.1/v1", False),
    ],
)
def test_loopback_is_known_by_its_address(address: str, is_loopback: bool) -> None:
    assert Server(address).is_loopback is is_loopback
