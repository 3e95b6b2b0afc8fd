from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.widgets import Input

from frieza_tui.backends.base import ModelFacts
from frieza_tui.backends.registry import BackendConfig
from frieza_tui.backends.scripted import Reply
from frieza_tui.domain.errors import AuthFailed, Unreachable
from tests.support.chat_double import ChatDouble
from tests.support.models_double import ModelsDouble
from tests.support.raw_http import error_answer, serve
from tests.support.stage import Stage, open_stage, open_stage_on

SMALL = ModelFacts("script-small", 32_768)
OLD = ModelFacts("script-old", shutdown_date="2026-12-11")
LARGE = ModelFacts("script-large")


@asynccontextmanager
async def open_picker(models: ModelsDouble, *replies: Reply, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Stage]:
    async with open_stage(*replies, size=size) as at:
        at.backend.models = models
        await at.press("f2")
        await at.wait_for("Enter uses it")
        yield at


async def test_the_list_is_the_servers_with_windows_and_shutdown_dates() -> None:
    async with open_picker(ModelsDouble(SMALL, OLD, LARGE)) as at:
        await at.wait_for("Models of script", "script-small  32,768 tokens", "script-old  shuts down 2026-12-11")


async def test_typing_filters_and_enter_uses_what_is_left() -> None:
    models = ModelsDouble(SMALL, OLD, LARGE)
    async with open_picker(models) as at:
        await at.wait_for("script-small")
        await at.write("LAR")
        await at.wait_gone("script-small")
        await at.press("enter")
        await at.wait_for("The next answer is by script-large.")
        assert models.used == ["script-large"]
        assert at.app.focused is at.composer


async def test_a_whole_name_chooses_its_model_among_longer_ones() -> None:
    models = ModelsDouble(ModelFacts("script-5-mini"), ModelFacts("script-5"))
    async with open_picker(models) as at:
        await at.wait_for("script-5-mini")
        await at.write("script-5")
        await at.press("enter")
        await at.wait_until(lambda: bool(models.used))
        assert models.used == ["script-5"]


async def test_the_arrows_choose() -> None:
    models = ModelsDouble(SMALL, OLD, LARGE)
    async with open_picker(models) as at:
        await at.wait_for("script-large")
        await at.press("down", "enter")
        await at.wait_until(lambda: models.used == ["script-old"])


async def test_escape_leaves_everything_as_it_was() -> None:
    models = ModelsDouble(SMALL)
    async with open_picker(models) as at:
        await at.press("escape")
        await at.wait_gone("Enter uses it")
        assert models.used == []


async def test_a_name_that_is_not_listed_can_be_written() -> None:
    models = ModelsDouble(SMALL)
    async with open_picker(models) as at:
        await at.write("script-7")
        await at.wait_for("Enter uses script-7 as it is written.")
        await at.press("enter")
        await at.wait_until(lambda: models.used == ["script-7"])


async def test_an_error_is_said_and_a_name_can_be_written_all_the_same() -> None:
    models = ModelsDouble(error=AuthFailed("script does not accept the API key.", "Set another one."))
    async with open_picker(models) as at:
        await at.wait_for("does not accept the API key.", "Write the name")
        await at.write("mine")
        await at.press("enter")
        await at.wait_until(lambda: models.used == ["mine"])


async def test_a_refused_list_is_asked_for_again_by_a_key_only() -> None:
    models = ModelsDouble(SMALL, error=AuthFailed("script does not accept the API key."))
    async with open_picker(models) as at:
        await at.wait_for("does not accept the API key.", "asks again.")
        await at.press("escape", "f2")
        await at.wait_for("does not accept the API key.", "asks again.")
        assert models.asked == 1
        models.error = None
        await at.press("ctrl+r")
        await at.wait_for("script-small")
        await at.press("escape", "f2")
        await at.wait_for("script-small")
        assert "accept" not in at.text


async def test_a_list_that_failed_otherwise_is_asked_for_at_the_next_opening() -> None:
    models = ModelsDouble(SMALL, error=Unreachable("Nothing answers."))
    async with open_picker(models) as at:
        await at.wait_for("Nothing answers.", "asks again.")
        models.error = None
        await at.press("escape", "f2")
        await at.wait_for("script-small")


async def test_a_mistake_of_our_own_leaves_a_name_to_be_written() -> None:
    models = ModelsDouble(error=ZeroDivisionError())
    async with open_picker(models) as at:
        await at.wait_for("ZeroDivisionError", "Write the name")
        await at.write("mine")
        await at.press("enter")
        await at.wait_until(lambda: models.used == ["mine"])


async def test_a_server_without_a_list_says_so() -> None:
    async with open_picker(ModelsDouble()) as at:
        await at.wait_for("The server lists no models.")


async def test_the_command_takes_a_name_or_opens_the_list() -> None:
    async with open_stage() as at:
        models = at.backend.models = ModelsDouble(SMALL)
        await at.say("/model script-9")
        await at.wait_for("The next answer is by script-9.")
        assert models.used == ["script-9"]
        await at.say("/model")
        await at.wait_for("Enter uses it", "script-small")


async def test_where_there_is_no_choice_that_is_said() -> None:
    async with open_stage() as at:
        await at.press("f2")
        await at.wait_for("There is one model here, and no choice.")


async def test_escape_sequences_in_names_are_not_obeyed() -> None:
    async with open_picker(ModelsDouble(ModelFacts("evil\x1b[31m", shutdown_date="\x1b]0;x\x07soon"))) as at:
        await at.wait_for("evil")
        assert "\x1b" not in at.text


@pytest.mark.parametrize("size", [(40, 12), (160, 40)])
async def test_the_list_fits(size: tuple[int, int]) -> None:
    async with open_picker(ModelsDouble(SMALL, OLD), size=size) as at:
        await at.wait_for("script-small", "script-old")


async def test_a_conversation_goes_on_with_the_other_model_on_a_real_server() -> None:
    double = ChatDouble(models=[{"id": "double-1"}, {"id": "double-2", "shutdown_date": "2027-01-14"}])
    double.will("one")
    double.will("two")
    async with serve(double.answer) as server, open_stage_on(BackendConfig("auto", base_url=server.base_url)) as at:
        await at.say("first")
        await at.wait_for("one", "completed", "double-1  ")
        await at.press("f2")
        await at.wait_for("double-2  shuts down 2027-01-14")
        await at.write("2")
        await at.press("enter")
        await at.wait_for("double-2  ")
        await at.say("second")
        await at.wait_for("two")
    assert [body["model"] for body in double.requests] == ["double-1", "double-2"]
    assert [message["content"] for message in double.requests[1]["messages"][1:]] == ["first", "one", "second"]
    assert server.count("GET", "/models") == 1


async def test_a_real_servers_401_is_said_in_the_list() -> None:
    def answer(_call: object) -> object:
        return error_answer(401, "no")

    async with (
        serve(answer) as server,  # type: ignore[arg-type]
        open_stage_on(BackendConfig("responses", base_url=server.base_url, api_key="sk-planted")) as at,
    ):
        await at.press("f2")
        await at.wait_for("does not accept the API key", "Write the name")


@pytest.mark.parametrize("key", ["f2", "ctrl+t", "ctrl+p", "slash"])
async def test_no_caret_is_painted_on_and_off_where_nothing_happens(key: str) -> None:
    async with open_stage(Reply("one")) as at:
        at.backend.models = ModelsDouble(SMALL)
        await at.say("hello")
        await at.wait_for("one")
        await at.press("tab", key)
        await at.wait_until(lambda: bool(at.app.screen.query(Input)))
        await at.pilot.pause()
        assert [box for box in at.app.screen.query(Input) if box.cursor_blink] == []
