"""Pictures of how it is asked who answers. Each also asserts a word that it shows."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import pytest
from textual import events
from textual.pilot import Pilot

from frieza_tui.backends.base import Deletion, Preparation
from frieza_tui.backends.local_servers import LocalServer
from frieza_tui.backends.scripted import Step
from frieza_tui.i18n import use_language
from tests.support.raw_http import error_answer, serve
from tests.support.stage import Stage
from tests.support.welcome_stage import make_welcome_app

Part: TypeAlias = Callable[[Stage], Awaitable[None]]

FOUND = (
    LocalServer("Ollama", "http://127.0.0.1:11434/v1", 12, 0.01),
    LocalServer("llama.cpp", "http://127.0.0.1:8080/v1", 1, 0.01),
    LocalServer("vLLM", "http://127.0.0.1:8000/v1", None, 0.01),
)


def loading() -> tuple[Step, ...]:
    return Preparation("loading_model", 0.34), asyncio.Event()


@pytest.fixture
def picture(snap_compare: Callable[..., bool]) -> Callable[..., bool]:
    def compare(part: Part, size: tuple[int, int] = (80, 24), **facts: Any) -> bool:
        app, backend = make_welcome_app(**facts)

        async def play(pilot: Pilot[tuple[Deletion, ...]]) -> None:
            stage = Stage(app, backend, pilot)
            await stage.wait_for("F1")
            await part(stage)

        return snap_compare(app, terminal_size=size, run_before=play)

    return compare


def test_welcome(picture: Callable[..., bool]) -> None:
    async def part(at: Stage) -> None:
        await at.wait_for("just type  loading the model 34%", "Another server")

    assert picture(part, preparation=loading())


def test_welcome_with_nothing_installed_at_40_columns(picture: Callable[..., bool]) -> None:
    async def part(at: Stage) -> None:
        await at.wait_for("once installed", "pip install", "not ready")
        await at.write("hello")

    assert picture(part, (40, 16), needs=["no_such_module"])


def test_welcome_in_japanese_in_a_low_window(picture: Callable[..., bool]) -> None:
    use_language("ja")

    async def part(at: Stage) -> None:
        await at.wait_for("誰に答えて", "内蔵モデル")

    assert picture(part, (60, 12), preparation=loading())


def test_found_servers(picture: Callable[..., bool]) -> None:
    async def part(at: Stage) -> None:
        await at.wait_for("4 Ollama at 127.0.0.1:11434  12 models", "1 model", "wants a key")
        await at.press("down", "down", "down")
        await at.wait_for("▸ 4")

    assert picture(part, preparation=loading(), found=FOUND)


def test_wrong_key(picture: Callable[..., bool], monkeypatch: pytest.MonkeyPatch) -> None:
    async def part(at: Stage) -> None:
        async with serve(lambda _call: error_answer(401, "Incorrect API key provided.")) as proxy:
            monkeypatch.setenv("HTTP_PROXY", proxy.base_url.removesuffix("/v1"))
            await at.wait_for("with your key")
            await at.press("2", "enter")
            await at.wait_for("A key of api.example")
            at.screen.query_one("Entry Input").post_message(events.Paste("sk-planted-wrong-9876"))
            await at.wait_for("the last ones are 9876")
            await at.press("enter")
            await at.wait_for("does not accept the API key")

    assert picture(part, preparation=loading(), openai_url="http://api.example/v1", allow_http=("api.example",))


def test_retired_api(picture: Callable[..., bool]) -> None:
    async def part(at: Stage) -> None:
        await at.wait_for("2026-08-26", "1 Go on with the Responses API", "not ready")

    assert picture(part, api="assistants", base_url="https://api.openai.com/v1", api_key="sk-x")


def test_plain_http(picture: Callable[..., bool]) -> None:
    async def part(at: Stage) -> None:
        await at.wait_for("over plain http", "1 Use it all the same", "not ready")

    assert picture(part, base_url="http://192.0.2.7:11434/v1")
