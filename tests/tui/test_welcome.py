import asyncio
import logging
import os
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual import events

from frieza_tui.backends.base import Preparation
from frieza_tui.backends.local_servers import LocalServer
from frieza_tui.backends.scripted import Reply
from frieza_tui.chosen import ChosenFile
from frieza_tui.i18n import _
from frieza_tui.text.breaking import wrapped_lines
from frieza_tui.tui.widgets.choice_list import ChoiceList
from frieza_tui.tui.widgets.entry import Entry
from tests.support.chat_double import ChatDouble
from tests.support.raw_http import Answer as HttpAnswer
from tests.support.raw_http import Call, Loopback, error_answer, serve
from tests.support.responses_double import ResponsesDouble
from tests.support.stage import Stage
from tests.support.welcome_stage import open_welcome

KEY = "sk-w3lc0me-right-1234"
WRONG = "sk-w3lc0me-wrong-9876"
LAN = "http://192.0.2.7:11434/v1"
MISSING = ("no_such_module",)
QUESTION = "Who shall answer?"


@asynccontextmanager
async def model_server(key: str = "") -> AsyncGenerator[tuple[Loopback, ChatDouble], None]:
    double = ChatDouble()

    def answer(call: Call) -> HttpAnswer:
        if key and call.headers.get("authorization") != f"Bearer {key}":
            return error_answer(401, f"Incorrect API key provided: {call.headers.get('authorization')}.")
        return double.answer(call)

    async with serve(answer) as server:
        yield server, double


async def paste(at: Stage, text: str) -> None:
    """Put a text into the entry as a paste does, in the place of what is selected."""
    at.screen.query_one(Entry).query_one("Input").post_message(events.Paste(text))
    await at.pilot.pause()


def all_processes() -> str:
    """The command lines and environments of all processes, as far as they may be read."""
    return subprocess.run(["ps", "axewww", "-o", "args"], capture_output=True, text=True, check=True).stdout


def files_with(text: str, folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


async def closed(at: Stage) -> None:
    await at.wait_until(lambda: not at.screen.query(ChoiceList) and not at.screen.query(Entry))
    await at.wait_until(lambda: at.screen.focused is at.composer)


# -- what is asked ---------------------------------------------------------------------------------------------------


async def test_at_the_first_start_three_ways_are_offered_and_typing_works() -> None:
    async with open_welcome(Reply("はい")) as at:
        await at.wait_for(QUESTION, "1 The embedded model: just type", "2 api.openai.com", "3 Another server")
        assert at.screen.focused is at.composer
        await at.say("こんにちは")
        await at.wait_for("はい", "completed")
        assert QUESTION not in at.text
    assert ChosenFile().read().answerer == "embedded"


async def test_with_nothing_installed_it_is_said_how_to_install_it() -> None:
    async with open_welcome(needs=MISSING) as at:
        await at.wait_for(QUESTION, "1 Embedded model, once installed", "pip install", "2 api.openai.com")
        assert "Nobody can answer" not in at.text


async def test_what_was_chosen_is_not_asked_again() -> None:
    ChosenFile().choose("embedded")
    async with open_welcome() as at:
        await at.wait_for("ready")
        assert QUESTION not in at.text


async def test_somebody_who_set_a_key_is_asked_nothing() -> None:
    async with open_welcome(api_key=KEY, base_url="http://127.0.0.1:9/v1", api="chat") as at:
        await at.wait_for("127.0.0.1:9")
        assert QUESTION not in at.text


async def test_escape_leads_to_the_chat_and_the_embedded_model_stays_chosen() -> None:
    async with open_welcome(Reply("はい")) as at:
        await at.wait_for(QUESTION, "  ready")
        await at.press("escape")
        await closed(at)
    assert ChosenFile().read().answerer == "embedded"


async def test_escape_with_nobody_to_answer_says_so_and_asks_again_next_time() -> None:
    async with open_welcome(needs=MISSING) as at:
        await at.wait_for(QUESTION, "not ready")
        await at.press("escape")
        await closed(at)
        await at.wait_for("Nobody can answer yet", "pip install", "/welcome")
        assert "is listening" not in at.text
        at.screen.parts.start.follow(Preparation("connecting"), is_busy=False)
        await at.wait_for("is listening")
    assert ChosenFile().read().answerer is None


@pytest.mark.parametrize("way", ["2", "3"])
async def test_escape_leads_from_a_line_to_the_chat(way: str) -> None:
    async with open_welcome() as at:
        await at.wait_for(QUESTION)
        await at.press(way, "enter")
        await at.wait_until(lambda: bool(at.screen.query(Entry)) and at.screen.focused is not at.composer)
        await at.press("escape")
        await closed(at)
        await at.write("abc")
        assert at.composer.text == "abc"


async def test_arrows_and_enter_choose_in_the_empty_box_only() -> None:
    async with open_welcome() as at:
        await at.wait_for(QUESTION)
        await at.press("a", "2", "backspace", "backspace")
        assert at.screen.query(ChoiceList)
        await at.press("down", "down", "up", "enter")
        await at.wait_for("A key of api.openai.com")


@pytest.mark.parametrize("typed", ["2", "２", " 2 "], ids=["ascii", "from an IME", "with spaces"])
async def test_a_number_that_is_the_whole_message_chooses_its_line(typed: str) -> None:
    async with open_welcome() as at:
        await at.wait_for(QUESTION)
        await at.write(typed)
        await at.wait_for("▸ 2 api.openai.com")
        await at.press("enter")
        await at.wait_for("A key of api.openai.com")
        assert at.composer.text == ""


async def test_a_message_may_begin_with_a_number() -> None:
    async with open_welcome(Reply("はい")) as at:
        await at.wait_for(QUESTION)
        await at.say("3 wishes, please")
        await at.wait_for("3 wishes, please", "はい", "completed")
        assert QUESTION not in at.text


async def test_a_number_of_no_line_and_a_pasted_text_that_begins_with_one_are_messages() -> None:
    async with open_welcome(Reply("はい"), Reply("ほう"), preparation=()) as at:
        await at.wait_for(QUESTION)
        at.composer.post_message(events.Paste("1\n2\n"))
        await at.wait_until(lambda: at.composer.text == "1\n2\n")
        await at.press("enter")
        await at.wait_for("はい", "completed")
        await at.say("/welcome")
        await at.wait_for(QUESTION)
        await at.say("7")
        await at.wait_for("ほう")


async def test_ctrl_c_below_the_panel_cancels_the_answer_that_is_coming() -> None:
    ChosenFile().choose("embedded")
    async with open_welcome(Reply("so far", asyncio.Event())) as at:
        await at.wait_for("ready")
        await at.say("hello")
        await at.wait_for("so far")
        await at.say("/welcome")
        await at.wait_for(QUESTION)
        await at.press("ctrl+c")
        await at.wait_for("cancelled", QUESTION)


async def test_it_comes_back_by_a_command_and_by_the_palette() -> None:
    ChosenFile().choose("embedded")
    async with open_welcome() as at:
        await at.wait_for("ready")
        await at.say("/welcome")
        await at.wait_for(QUESTION)
        await at.press("escape")
        await closed(at)
        await at.press("ctrl+p")
        await at.write("Choose who")
        await at.wait_for("Choose who answers")
        await at.press("down", "enter")
        await at.wait_for(QUESTION)


async def test_what_is_installed_meanwhile_answers_without_a_new_start() -> None:
    needs = ["no_such_module"]
    async with open_welcome(Reply("はい"), needs=needs) as at:
        await at.wait_for(QUESTION, "not ready")
        await at.say("聞こえますか")
        await at.wait_for("queued  聞こえますか")
        await at.press("1", "enter")
        await at.wait_for("not installed yet")
        needs.clear()
        await at.press("1", "enter")
        await at.wait_for("はい", "completed")


async def test_who_was_chosen_is_not_said_to_be_missing_while_it_gets_ready() -> None:
    needs, gate = ["no_such_module"], asyncio.Event()
    async with open_welcome(needs=needs, preparation=(gate,)) as at:
        await at.wait_for(QUESTION, "not ready")
        needs.clear()
        await at.press("1", "enter")
        await closed(at)
        assert at.log.bubbles.is_empty
        await at.wait_for("is listening", "  connecting")
        gate.set()
        await at.wait_for("  ready")


async def test_who_takes_the_place_of_a_server_that_does_not_answer_is_not_said_to_have_failed() -> None:
    gate = asyncio.Event()
    async with (
        serve(lambda _call: HttpAnswer([asyncio.Event()])) as server,
        open_welcome(base_url=server.base_url, api_key=KEY, preparation=(gate,)) as at,
    ):
        await server.asked("GET", "/assistants")
        await at.say("/welcome")
        await at.wait_for(QUESTION)
        await at.press("1", "enter")
        await closed(at)
        await at.wait_for("embedded", "  connecting")
        assert at.log.bubbles.is_empty
        gate.set()
        await at.wait_for("  ready")


# -- a key -----------------------------------------------------------------------------------------------------------


async def test_a_wrong_key_stays_in_the_entry_and_the_right_one_answers_what_waited(
    caplog: pytest.LogCaptureFixture, own_world: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    seen: list[str] = []
    async with model_server(KEY) as (server, double):
        double.will("キーの主です。")
        async with open_welcome(needs=MISSING, openai_url=server.base_url) as at:
            await at.wait_for(QUESTION, "not ready")
            await at.say("待っています")
            await at.press("2", "enter")
            await at.wait_for("A key of 127.0.0.1")
            await paste(at, WRONG)
            await at.wait_for("•••", "the last ones are 9876")
            seen.append(at.text)
            await at.press("enter")
            await at.wait_for("does not accept the API key")
            seen.append(at.text)
            assert ChosenFile().kept_key(server.base_url) is None
            await paste(at, f" {KEY}\n")
            await at.wait_for("the last ones are 1234")
            await at.press("enter")
            await at.wait_for("キーの主です。", "completed")
            seen.append(at.text)
            await closed(at)
            assert await ChosenFile().fetch_key(server.base_url) == KEY
            processes = await asyncio.to_thread(all_processes)
        assert [call.headers["authorization"] for call in server.calls[:2]] == [f"Bearer {WRONG}", f"Bearer {KEY}"]
    for place in (*seen, caplog.text, processes, *os.environ.values()):
        assert "sk-w3lc0me" not in place
    assert files_with("sk-w3lc0me", own_world) == ["chosen.json"]


@pytest.mark.parametrize("text", ["日本語のキー", "two words"])
async def test_what_can_be_no_key_is_sent_nowhere(text: str) -> None:
    async with model_server(KEY) as (server, _double), open_welcome(openai_url=server.base_url) as at:
        await at.wait_for(QUESTION)
        await at.press("2", "enter")
        await at.wait_for("A key of")
        await paste(at, text)
        await at.press("enter")
        await at.wait_for("one word of Latin letters")
        assert server.calls == []


# -- a server --------------------------------------------------------------------------------------------------------


async def test_a_found_server_is_offered_not_taken_and_answers_when_it_is_picked() -> None:
    async with model_server() as (server, double):
        double.will("オラマです。")
        found = [
            LocalServer("Ollama", server.base_url, 12, 0.01),
            LocalServer("", "http://127.0.0.1:8000/v1", None, 0.01),
        ]
        async with open_welcome(needs=MISSING, found=found) as at:
            await at.wait_for("4 Ollama at 127.0.0.1", "12 models", "5 A server at 127.0.0.1:8000", "wants a key")
            assert server.calls == []
            await at.press("4", "enter")
            await closed(at)
            await at.say("やあ")
            await at.wait_for("オラマです。", "completed", "Chat Completions")
        assert ChosenFile().read().answerer == server.base_url


async def test_a_server_that_wants_a_key_is_asked_for_with_its_name() -> None:
    async with model_server(KEY) as (server, double):
        double.will("鍵が要ります。")
        async with open_welcome(needs=MISSING) as at:
            await at.wait_for(QUESTION, "not ready")
            await at.press("3", "enter")
            await at.wait_for("address")
            await at.write(server.base_url.removeprefix("http://").removesuffix("/v1"))
            await at.press("enter")
            await at.wait_for(f"A key of {server.base_url[7:-3]}")
            await paste(at, KEY)
            await at.press("enter")
            await closed(at)
            await at.say("やあ")
            await at.wait_for("鍵が要ります。", "completed")


async def test_the_entry_changes_its_language_and_breaks_its_lines_by_the_rules() -> None:
    async with open_welcome(needs=MISSING, size=(24, 24)) as at:
        await at.wait_for("1 ")
        await at.press("2", "enter")
        await at.wait_for("A key of", "It is tried once")
        at.screen.parts.language.speak("ja")
        await at.wait_for("のキー")
        assert "tried" not in at.text
        note = _("It is tried once, then kept in the system's keyring or, without one, in a file for you alone.")
        await at.wait_for(*wrapped_lines(note, 18))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("http://127.0.0.1:9", "Nothing answers at 127.0.0.1:9"),
        ("nowhere.invalid", "no machine called nowhere.invalid"),
        ("ftp://127.0.0.1/x", "is not an address"),
        ("http://[::1", "is not an address"),
    ],
)
async def test_an_address_where_nobody_is_stays_in_the_entry(typed: str, said: str) -> None:
    async with open_welcome() as at:
        await at.wait_for(QUESTION)
        await at.press("3", "enter")
        await at.wait_for("address")
        await paste(at, typed)
        await at.press("enter")
        await at.wait_for(said, typed)
        assert at.screen.query(Entry)


async def test_a_key_in_the_place_of_an_address_is_looked_up_nowhere() -> None:
    async with open_welcome() as at:
        await at.wait_for(QUESTION)
        await at.press("3", "enter")
        await at.wait_for("address")
        await paste(at, KEY)
        await at.press("enter")
        await at.wait_for("a dot or a colon")


async def test_plain_http_wants_a_second_enter_and_nothing_is_sent_before(monkeypatch: pytest.MonkeyPatch) -> None:
    async with model_server() as (proxy, _double):
        monkeypatch.setenv("HTTP_PROXY", proxy.base_url.removesuffix("/v1"))
        async with open_welcome() as at:
            await at.wait_for(QUESTION)
            await at.press("3", "enter")
            await at.wait_for("address")
            await paste(at, LAN)
            await at.press("enter")
            await at.wait_for("plain http", "Enter once more")
            assert proxy.calls == []
            await at.press("enter")
            await closed(at)
            assert proxy.calls
    assert ChosenFile().read().http_hosts == ("192.0.2.7",)


# -- what has to be agreed to first ----------------------------------------------------------------------------------


async def test_the_retired_api_is_told_and_one_key_goes_on_with_responses() -> None:
    async with open_welcome(api="assistants", base_url="https://api.openai.com/v1", api_key=KEY) as at:
        await at.wait_for("2026-08-26", "1 Go on with the Responses API", "not ready")
        await at.say("やあ")
        await at.wait_for("queued  やあ")
        await at.press("1", "enter")
        await closed(at)
        await at.wait_for("Responses · api.openai.com")


async def test_at_openai_itself_what_waited_is_answered_by_responses_and_nothing_was_sent_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    double = ResponsesDouble(models=["gpt-5.5"])
    double.will("はい、承知しました")
    async with serve(double.answer) as proxy:  # the only way to have a server of OpenAI's name here
        monkeypatch.setenv("HTTP_PROXY", proxy.base_url.removesuffix("/v1"))
        url = "http://api.openai.com/v1"
        async with open_welcome(api="assistants", base_url=url, api_key=KEY, allow_http=("api.openai.com",)) as at:
            await at.wait_for("2026-08-26", "1 Go on with the Responses API")
            await at.say("やあ")
            await at.wait_for("queued  やあ")
            assert proxy.calls == []
            await at.press("1", "enter")
            await at.wait_for("はい、承知しました", "completed", "Responses · api.openai.com · gpt-5.5")
        assert not any("assistants" in call.path for call in proxy.calls)
        assert (double.conversations, double.items, double.responses) == ({}, {}, {})


async def test_a_plain_http_server_of_the_settings_is_asked_only_once_that_is_agreed_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with model_server(KEY) as (proxy, double):
        monkeypatch.setenv("HTTP_PROXY", proxy.base_url.removesuffix("/v1"))
        double.will("はい")
        async with open_welcome(base_url=LAN, api_key=KEY, api="chat") as at:
            await at.wait_for("192.0.2.7 is used over plain http", "1 Use it all the same")
            await at.say("やあ")
            await at.wait_for("queued  やあ")
            assert proxy.calls == []
            await at.press("enter")
            await at.wait_for("はい", "completed")
        async with open_welcome(base_url=LAN, api_key=KEY, api="chat") as at:
            await at.wait_for("ready")
            assert "plain http" not in at.text


async def test_escape_from_a_question_sends_nothing_and_a_message_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    async with model_server(KEY) as (proxy, _double):
        monkeypatch.setenv("HTTP_PROXY", proxy.base_url.removesuffix("/v1"))
        async with open_welcome(base_url=LAN, api_key=KEY) as at:
            await at.wait_for("plain http")
            await at.press("escape")
            await closed(at)
            await at.say("やあ")
            await at.wait_for("not sent", "allow_http")
            assert at.composer.text == "やあ"
            assert proxy.calls == []


# -- small windows ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(40, 12), (30, 10), (240, 70)])
async def test_it_can_be_chosen_in_a_window_of_any_size(size: tuple[int, int]) -> None:
    async with open_welcome(needs=MISSING, size=size) as at:
        await at.wait_for("▸ 1")
        await at.press("down", "down")
        await at.wait_for("▸ 3 Another server")
        assert at.composer.region.bottom <= size[1]
        await at.press("enter")
        await at.wait_until(lambda: bool(at.screen.query(Entry)))


async def test_nothing_is_chosen_from_what_is_not_to_be_seen() -> None:
    async with open_welcome(size=(20, 5)) as at:
        await at.wait_until(lambda: bool(at.screen.query(ChoiceList)))
        await at.press("2", "enter")
        assert at.composer.text == "2"
