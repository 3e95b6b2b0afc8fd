from frieza_tui.backends.base import Preparation
from frieza_tui.domain.errors import ModelError
from tests.support.stage import open_stage

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
        at.screen._tell_preparation(Preparation("ready"))
        await at.wait_gone("Nobody can answer yet")


async def test_nothing_is_prepared_before_the_first_picture() -> None:
    async with open_stage(preparation=(Preparation("loading_model"),)) as at:
        await at.wait_for("is listening", "Message")
