from textual import events
from textual.widgets import Input

from frieza_tui.backends.scripted import Reply
from tests.support.stage import Stage, open_stage

FULL_WIDTH_SPACE = "\u3000"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


async def type_in(at: Stage, text: str) -> None:
    """Send keys as the parser does; the pilot's own way has no character for most of these."""
    for character in text:
        at.app.post_message(events.Key(f"key_{ord(character)}", character))
    await at.pilot.pause()


async def test_text_that_python_does_not_call_printable_is_typed() -> None:
    text = f"孫{FULL_WIDTH_SPACE}悟空 {FAMILY} no\u00a0break new \U0001fac8"
    async with open_stage() as at:
        await type_in(at, text)
        await at.wait_until(lambda: at.composer.text == text)


async def test_such_text_is_the_boxs_too_when_the_log_has_the_focus() -> None:
    async with open_stage(Reply("one")) as at:
        await at.say("hello")
        await at.wait_for("one")
        at.screen.set_focus(None)
        await type_in(at, f"あ{FULL_WIDTH_SPACE}い")
        await at.wait_until(lambda: at.composer.text == f"あ{FULL_WIDTH_SPACE}い")


async def test_a_search_takes_it() -> None:
    async with open_stage() as at:
        await at.press("ctrl+t")
        await at.wait_for("Threads")
        await type_in(at, f"孫{FULL_WIDTH_SPACE}悟")
        box = at.app.screen.query_one(Input)
        await at.wait_until(lambda: box.value == f"孫{FULL_WIDTH_SPACE}悟")


async def test_controls_and_what_cannot_be_seen_are_no_text() -> None:
    async with open_stage() as at:
        await type_in(at, "a\x07\u202e\u200b\ue000b")
        await at.wait_until(lambda: at.composer.text == "ab")
