import asyncio

import pytest

from frieza_tui.backends.scripted import Reply
from frieza_tui.tui.commands import COMMANDS, begun, called, offered
from frieza_tui.tui.recall import RecallList
from tests.support.stage import open_stage


@pytest.mark.parametrize("text", ["/etc/passwd", "/nothing", "/", "/ help", "say /help", "/help\nme", "/helpme"])
def test_other_texts_with_a_slash_are_messages(text: str) -> None:
    assert called(text) is None


@pytest.mark.parametrize("text", ["/lang en", " /lang  en \n", "/LANG en", "／ｌａｎｇ　ｅｎ"])
def test_a_command_is_understood_however_it_is_typed(text: str) -> None:
    call = called(text)
    assert call is not None
    assert (call.command.name, call.argument) == ("lang", "en")


async def test_every_command_has_its_handler() -> None:
    async with open_stage() as at:
        assert set(at.screen.parts.command_line.handlers) == {one.name for one in COMMANDS}


async def test_a_path_is_sent_and_a_command_is_not() -> None:
    async with open_stage(Reply("fine")) as at:
        await at.say("/help")
        await at.wait_for("Esc closes")
        await at.press("escape")
        await at.say("/etc/hosts")
        await at.wait_for("fine")
        assert at.log.bubbles.source_of("user-1") == "/etc/hosts"


async def test_the_help_lists_every_command() -> None:
    async with open_stage(size=(100, 80)) as at:
        await at.press("f1")
        await at.wait_for("Commands", *(f"{one.shown}  " for one in COMMANDS), *(one.does() for one in COMMANDS))


async def test_a_wrong_argument_is_not_lost_and_the_line_says_what_is_allowed() -> None:
    async with open_stage() as at:
        await at.say("/lang fr")
        await at.wait_for("It is written /lang [ja|en|auto]")
        assert at.composer.text == "/lang fr"
        at.composer.clear()
        await at.say("/quit now")
        await at.wait_for("/quit stands alone.")
        assert at.composer.text == "/quit now"
        assert at.log.bubbles.is_empty


async def test_a_command_works_while_an_answer_comes_and_queues_nothing() -> None:
    async with open_stage(Reply("half", asyncio.Event())) as at:
        await at.say("hello")
        await at.wait_for("half")
        await at.say("/lang en")
        await at.wait_for("Language: English")
        assert len(at.screen._chat.queue) == 0


async def test_quit_ends_the_program() -> None:
    async with open_stage() as at:
        await at.say("/quit")
        await at.wait_until(lambda: at.app.return_code is not None)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("/", [one.name for one in COMMANDS]),
        ("/l", ["lang"]),
        ("/LANG ja", ["lang"]),
        ("／ｔ", ["threads"]),
        (" /th　", ["threads"]),
        ("/x", []),
    ],
)
def test_what_is_typed_narrows_the_commands(text: str, names: list[str]) -> None:
    fitting = offered(text)
    assert fitting is not None
    assert [one.name for one in fitting] == names


@pytest.mark.parametrize("text", ["", "l", "/etc/", "say /", "/a b/c\n"])
def test_other_texts_offer_no_command(text: str) -> None:
    assert offered(text) is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("/l", ["lang"]),
        ("／ｌ ", ["lang"]),
        ("/", [one.name for one in COMMANDS]),
        ("/lang", []),
        ("/lang j", []),
        ("/l j", []),
        ("a", []),
        ("/l\nl", []),
    ],
)
def test_a_message_may_be_the_beginning_of_a_command(text: str, names: list[str]) -> None:
    assert [one.name for one in begun(text)] == names


async def test_enter_does_the_marked_command_and_sends_nothing() -> None:
    async with open_stage() as at:
        await at.write("/th")
        await at.wait_for("▸ /threads", "Enter do it")
        await at.press("enter")
        await at.wait_for("Threads")
        assert at.log.bubbles.is_empty


@pytest.mark.parametrize("text", ["/th ", " /th"])
async def test_what_enter_does_is_offered_whatever_blanks_are_around(text: str) -> None:
    async with open_stage() as at:
        await at.write(text)
        await at.wait_for("▸ /threads", "Enter do it")
        await at.press("enter")
        await at.wait_for("Ctrl+N new")


async def test_the_arrows_mark_another_command() -> None:
    async with open_stage() as at:
        await at.write("/")
        await at.wait_for("▸ /help")
        await at.press("up")
        await at.wait_for("▸ /quit")
        await at.press("down", "down")
        await at.wait_for("▸ /new")
        await at.press("up", "tab")
        await at.wait_until(lambda: at.composer.text == "/help")


async def test_arrows_go_on_among_earlier_messages_from_a_whole_command() -> None:
    recall = RecallList()
    recall.add("hello")
    recall.add("/help")
    async with open_stage(recall=recall) as at:
        await at.press("up")
        await at.wait_for("▸ /help")
        await at.press("up")
        await at.wait_until(lambda: at.composer.text == "hello")


async def test_a_marked_command_that_needs_words_is_written_out() -> None:
    async with open_stage() as at:
        await at.say("/la")
        await at.wait_for("It is written /lang [ja|en|auto]")
        assert at.composer.text == "/lang "


async def test_the_marked_command_is_shown_where_not_all_fit() -> None:
    async with open_stage(size=(40, 12)) as at:
        await at.write("/")
        await at.press("up")
        await at.wait_for("▸ /quit")


async def test_a_slash_shows_the_commands_and_tab_completes_one() -> None:
    async with open_stage(Reply("fine")) as at:
        await at.say("hello")
        await at.wait_for("completed")
        await at.press("slash")
        await at.wait_for(*(one.does() for one in COMMANDS))
        await at.press("t")
        await at.wait_for("Tab complete")
        await at.press("tab")
        await at.wait_until(lambda: at.composer.text == "/threads")
        await at.press("tab")
        await at.wait_until(lambda: at.log.has_focus)
        assert at.composer.text == "/threads"


async def test_an_unknown_command_is_said_to_be_a_message() -> None:
    async with open_stage(Reply("fine")) as at:
        await at.write("/nothing")
        await at.wait_for("There is no such command; Enter sends it as a message.")
        await at.press("enter")
        await at.wait_for("fine")
        await at.wait_gone("no such command")


async def test_new_begins_a_thread_unless_an_answer_comes() -> None:
    gate = asyncio.Event()
    async with open_stage(Reply("half", gate)) as at:
        await at.say("hello")
        await at.wait_for("half")
        await at.say("/new")
        await at.wait_for("Cancel the answer first.")
        gate.set()
        await at.wait_for("completed")
        await at.say("/new")
        await at.wait_gone("completed")
        assert at.log.bubbles.is_empty
