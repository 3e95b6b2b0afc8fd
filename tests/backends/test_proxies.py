import pytest

from frieza_tui.backends.named_server import Server
from frieza_tui.backends.openai_client import OpenAIClient
from frieza_tui.backends.proxies import variable_of
from tests.support.raw_http import Answer, serve
from tests.support.socks import socks_proxy


async def asked_at(base_url: str) -> object:
    client = OpenAIClient(Server(base_url), loads_assistants=False)
    try:
        await client.open()
        return await client.call(client.request("GET", "/models", is_repeated=False))
    finally:
        await client.close()


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
async def test_a_socks_proxy_is_gone_through_as_it_comes(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serve(lambda _call: Answer([b'{"data": []}'])) as server, socks_proxy() as (port, hosts):
        monkeypatch.setenv("ALL_PROXY", f"{scheme}://127.0.0.1:{port}")
        answer = await asked_at(server.base_url.replace("127.0.0.1", "models.invalid"))
        assert (answer, hosts) == ({"data": []}, ["models.invalid"])


@pytest.mark.parametrize("name", ["HTTP_PROXY", "all_proxy"])
def test_the_variable_that_names_the_proxy_is_known(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "socks5://127.0.0.1:1")
    assert variable_of("http://127.0.0.1:9/v1") == name
