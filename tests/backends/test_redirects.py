import pytest

from frieza_tui.backends.registry import BackendConfig, load_backend
from frieza_tui.domain.errors import BackendError
from tests.support.backend_contract import asking, run
from tests.support.raw_http import Answer, Call, error_answer, serve

KEY = "sk-planted-key"


@pytest.mark.parametrize("api", ["assistants", "responses", "chat", "auto"])
@pytest.mark.parametrize("status", [302, 307, 308])
async def test_nothing_follows_a_redirect_to_another_host(api: str, status: int) -> None:
    heard: list[Call] = []

    def listen(call: Call) -> Answer:
        heard.append(call)
        return error_answer(404, "no")

    async with serve(listen) as other:
        elsewhere = other.base_url.replace("127.0.0.1", "localhost")

        def send_away(call: Call) -> Answer:
            return Answer([b""], status, headers={"location": f"{elsewhere}{call.path.removeprefix('/v1')}"})

        async with serve(send_away) as server:
            backend = load_backend(BackendConfig(api, base_url=server.base_url, api_key=KEY))
            with pytest.raises(BackendError, match="sends requests on to localhost"):
                await run(backend, asking("hi"))
            await backend.close()
            assert all(KEY in str(call.headers) for call in server.calls)
    assert heard == []
