import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from frieza_tui.backends.registry import BackendConfig, load_backend
from frieza_tui.domain.errors import BackendError
from tests.support.backend_contract import asking, run
from tests.support.raw_http import Answer, Call, error_answer, serve

KEY = "sk-planted-key"


def sends_to(elsewhere: str, status: int = 307) -> Callable[[Call], Answer]:
    return lambda call: Answer([b""], status, headers={"location": f"{elsewhere}{call.path.removeprefix('/v1')}"})


def listens(heard: list[Call]) -> Callable[[Call], Answer]:
    def listen(call: Call) -> Answer:
        heard.append(call)
        return error_answer(404, "no")

    return listen


async def asks_in_vain(api: str, base_url: str, words: str) -> None:
    backend = load_backend(BackendConfig(api, base_url=base_url, api_key=KEY))
    with pytest.raises(BackendError, match=words):
        await run(backend, asking("hi"))
    await backend.close()


@pytest.mark.parametrize("api", ["assistants", "responses", "chat", "auto"])
@pytest.mark.parametrize("status", [302, 307, 308])
async def test_nothing_follows_a_redirect_to_another_host(api: str, status: int) -> None:
    heard: list[Call] = []
    async with serve(listens(heard)) as other:
        elsewhere = other.base_url.replace("127.0.0.1", "localhost")
        async with serve(sends_to(elsewhere, status)) as server:
            await asks_in_vain(api, server.base_url, "sends requests on to localhost")
            assert all(KEY in str(call.headers) for call in server.calls)
    assert heard == []


async def test_another_port_of_the_same_host_is_not_given_the_key() -> None:
    heard: list[Call] = []
    async with serve(listens(heard)) as other, serve(sends_to(other.base_url)) as server:
        await asks_in_vain("chat", server.base_url, "does not have")
    assert heard
    assert KEY not in str([call.headers for call in heard])


async def test_nothing_follows_a_redirect_out_of_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "trusted.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    heard: list[Call] = []
    async with serve(listens(heard)) as other, serve(sends_to(other.base_url), tls=context) as server:
        await asks_in_vain("chat", server.base_url.replace("http:", "https:"), "sends requests on to 127.0.0.1")
        assert [KEY in str(call.headers) for call in server.calls] == [True]
    assert heard == []
