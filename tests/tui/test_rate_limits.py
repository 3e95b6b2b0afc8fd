from frieza_tui.backends.registry import BackendConfig
from frieza_tui.backends.scripted import Reply
from frieza_tui.chat import Patience
from frieza_tui.domain.errors import RateLimited, ServerFault
from tests.support.chat_double import ChatDouble
from tests.support.raw_http import error_answer, serve
from tests.support.seconds import Seconds
from tests.support.stage import Stage, open_stage, open_stage_on

LIMIT = RateLimited("Too many requests.", "Wait a little.", retry_after_s=3.0)


def slow_down(at: Stage) -> Seconds:
    seconds = Seconds()
    at.screen._chat.patience = Patience(seconds.sleep)
    return seconds


async def test_a_rate_limit_counts_down_and_the_answer_comes_by_itself() -> None:
    async with open_stage(Reply(before=[LIMIT]), Reply("here I am")) as at:
        seconds = slow_down(at)
        await at.say("hello")
        await at.wait_for("rate limit, 3 s left", "  waiting 3 s", "by script. Trying again in 3 s; Esc cancels.")
        seconds.pass_()
        await at.wait_for("rate limit, 2 s left", "  waiting 2 s", "Trying again in 2 s")
        seconds.pass_(2)
        await at.wait_for("here I am", "completed", "  ready")
        assert "rying again" not in at.text


async def test_an_overloaded_server_is_waited_for_too() -> None:
    async with open_stage(Reply(before=[ServerFault("Down.", retry_after_s=9.0)])) as at:
        slow_down(at)
        await at.say("hello")
        await at.wait_for("overloaded, 9 s left", "script is overloaded. Trying again in 9 s")


async def test_escape_stops_the_wait_and_ctrl_r_asks_again() -> None:
    async with open_stage(Reply(before=[LIMIT]), Reply("here I am")) as at:
        slow_down(at)
        await at.say("hello")
        await at.wait_for("3 s left")
        await at.press("escape")
        await at.wait_for("cancelled", "  ready")
        assert len(at.backend.requests) == 1
        await at.press("ctrl+r")
        await at.wait_for("here I am")


async def test_messages_can_be_queued_during_the_wait() -> None:
    async with open_stage(Reply(before=[LIMIT]), Reply("one"), Reply("two")) as at:
        seconds = slow_down(at)
        await at.say("hello")
        await at.wait_for("3 s left")
        await at.say("and then")
        await at.wait_for("queued  and then", "3 s left")
        seconds.pass_(3)
        await at.wait_for("one", "two")


async def test_the_wait_fits_a_narrow_window() -> None:
    async with open_stage(Reply(before=[LIMIT]), size=(40, 12)) as at:
        slow_down(at)
        await at.say("hello")
        await at.wait_for("rate limit, 3 s left", "waiting 3 s", "Rate limited by script.", "Esc cancels.")


async def test_a_real_servers_429_is_waited_out_and_sent_once_more() -> None:
    double = ChatDouble()
    double.will(raw=error_answer(429, "Slow down.", headers={"retry-after": "2"}))
    double.will("はい、", "ただいま")
    async with (
        serve(double.answer) as server,
        open_stage_on(BackendConfig("chat", base_url=server.base_url, api_key="sk-planted")) as at,
    ):
        seconds = slow_down(at)
        await at.say("聞こえますか")
        await at.wait_for("2 s left", f"by {server.base_url.split('/')[2]}")
        seconds.pass_(2)
        await at.wait_for("はい、ただいま", "completed", "20 in · 11 out")
    assert server.count("POST", "/chat/completions") == 2
