import asyncio

import pytest

from frieza_tui.backends.base import Preparation
from frieza_tui.backends.registry import BackendConfig
from frieza_tui.backends.scripted import Reply
from frieza_tui.domain.errors import ModelError
from frieza_tui.tui.messages import PreparationMoved
from tests.support.assistants_double import AssistantsDouble
from tests.support.chat_double import ChatDouble
from tests.support.raw_http import Answer, serve
from tests.support.stage import open_stage, open_stage_on

MISSING = ModelError("The embedded model is not installed.", "Install it, set OPENAI_API_KEY, or name a server.")


async def test_with_nothing_to_answer_the_ways_on_are_shown_and_the_message_is_kept() -> None:
    async with open_stage(preparation=(MISSING,)) as at:
        await at.wait_for("Nobody can answer yet", "not ready", "set OPENAI_API_KEY")
        await at.say("hello")
        await at.wait_for("failed", "not sent")
        assert at.composer.text == "hello"


async def test_the_notice_goes_when_the_backend_gets_ready() -> None:
    async with open_stage(preparation=(MISSING,)) as at:
        await at.wait_for("Nobody can answer yet")
        at.screen.post_message(PreparationMoved(Preparation("ready")))
        await at.wait_gone("Nobody can answer yet")


async def test_nothing_is_prepared_before_the_first_picture() -> None:
    async with open_stage(preparation=(Preparation("loading_model"),)) as at:
        await at.wait_for("is listening", "Message")


async def test_a_server_of_a_named_api_is_ready_only_once_it_has_answered() -> None:
    double = AssistantsDouble()
    double.will("はい")
    async with (
        serve(double.answer) as server,
        open_stage_on(BackendConfig("assistants", base_url=server.base_url)) as at,
    ):
        await at.wait_for("  not connected yet")
        assert server.calls == []
        await at.say("hello")
        await at.wait_for("はい", "completed", "  ready")


@pytest.mark.parametrize("api", ["chat", "responses", "auto"])
async def test_a_server_that_is_not_there_is_told_before_the_first_message_and_after_it(api: str) -> None:
    async with open_stage_on(BackendConfig(api, base_url="http://127.0.0.1:9/v1")) as at:
        await at.wait_for("Nobody can answer yet", "Nothing answers at 127.0.0.1:9", "  not ready")
        await at.say("hello")
        await at.wait_for("not sent", "  no connection")
        assert "connecting" not in at.text


async def test_a_server_that_comes_up_later_answers_the_same_message() -> None:
    double = ChatDouble()
    double.will("はい")
    async with serve(double.answer) as server:
        url = server.base_url
    async with open_stage_on(BackendConfig("auto", base_url=url)) as at:
        await at.say("hello")
        await at.wait_for("not sent", "  no connection")
        async with serve(double.answer, port=int(url.split(":")[2].split("/")[0])):
            await at.press("enter")
            await at.wait_for("はい", "completed", "  ready")


@pytest.mark.parametrize("api", ["chat", "auto"])
async def test_the_model_that_will_answer_is_named_before_the_first_message(api: str) -> None:
    double = ChatDouble(models=[{"id": "nomic-embed-text"}, {"id": "double-1"}])
    async with serve(double.answer) as server, open_stage_on(BackendConfig(api, base_url=server.base_url)) as at:
        await at.wait_for("double-1  ", "  ready")
        assert server.count("GET", "/models") == 1


async def test_openais_default_model_is_named_before_it_is_asked_anything() -> None:
    async with open_stage_on(BackendConfig("responses", api_key="sk-planted"), size=(100, 24)) as at:
        await at.wait_for("api.openai.com · gpt-5.5  ", "  not connected yet")


async def test_a_message_is_being_sent_until_the_server_says_that_there_is_a_run() -> None:
    unanswered, queued = asyncio.Event(), asyncio.Event()
    async with open_stage(Reply(queued, "はい", before=[unanswered])) as at:
        await at.say("hello")
        await at.wait_for("フリーザ様  sending")
        unanswered.set()
        await at.wait_gone("sending")
        queued.set()
        await at.wait_for("はい", "completed")


async def test_a_keyring_that_asks_for_its_password_is_said_to_be_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("frieza_tui.backends.openai_client.KEY_WAIT_S", 0.0)
    unlocked = asyncio.Event()

    async def find_key() -> str:
        await unlocked.wait()
        return "sk-of-the-keyring"

    async with (
        serve(lambda _call: Answer([asyncio.Event()])) as server,
        open_stage_on(BackendConfig("chat", base_url=server.base_url, find_key=find_key)) as at,
    ):
        await at.wait_for("  asking the keyring")
        await at.say("hello")
        await at.wait_for("フリーザ様  asking the keyring", "  asking the keyring")
        unlocked.set()
        await server.asked("GET", "/models")
        assert server.calls[-1].headers["authorization"] == "Bearer sk-of-the-keyring"


async def test_escape_from_a_server_that_does_not_answer_leaves_nobody_connecting() -> None:
    async with serve(lambda _call: Answer([])) as server:
        url, port = server.base_url, int(server.base_url.split(":")[2].split("/")[0])
    async with open_stage_on(BackendConfig("auto", base_url=url)) as at:
        await at.wait_for("  not ready")
        async with serve(lambda _call: Answer([asyncio.Event()]), port=port) as server:
            await at.say("hello")
            await server.asked("GET", "/assistants")
            await at.wait_for("  connecting")
            await at.press("escape")
            await at.wait_for("cancelled", "had not answered when that was cancelled", "  not ready")
            assert "connecting" not in at.text
