import asyncio
import re
from collections.abc import Sequence

import pytest
from textual.app import App, ComposeResult
from textual.containers import Container
from textual.pilot import Pilot

from frieza_tui.backends.base import Label, ModelFacts
from frieza_tui.backends.scripted import Reply, final
from frieza_tui.domain.errors import AuthFailed, RateLimited, Unreachable
from frieza_tui.domain.run import RunError, Usage
from frieza_tui.domain.turn import TurnEnded
from frieza_tui.i18n import use_language
from frieza_tui.tui.last_measures import LastMeasures
from frieza_tui.tui.log.message_log import MessageLog
from frieza_tui.tui.measures import measures_within
from frieza_tui.tui.told_words import told_words
from frieza_tui.tui.turns import Turns
from frieza_tui.tui.widgets.status_bar import StatusBar
from tests.support.models_double import ModelsDouble
from tests.support.stage import NAME, open_stage

USAGE = Usage(input_tokens=1234, output_tokens=188, cached_tokens=1100, reasoning_tokens=100)
ENDED = TurnEnded("done", usage=USAGE, first_token_s=0.62, tokens_per_s=41.7)
EMBEDDED = Label("Assistants", "embedded", "qwen2.5-coder-1.5b-instruct")
OPENAI = Label("Responses", "api.openai.com", "gpt-5.5")
OLLAMA = Label("Chat Completions", "127.0.0.1:11434", "qwen3:8b")
BIG = TurnEnded("done", usage=Usage(128_400, 12_888, 127_100, 11_100), first_token_s=12.3, tokens_per_s=141.7)
WIDTHS = (160, 120, 100, 80, 60, 40, 24)
USUAL, LOW = [(width, 24) for width in WIDTHS], [(width, 8) for width in WIDTHS]
READABLE = [*((width, height) for width in range(40, 160, 29) for height in (8, 16)), (24, 12), (30, 12), (39, 12)]
SIDES = 4


class Bars(App[None]):
    """Status bars, each in a window of so many columns and rows."""

    def __init__(self, windows: Sequence[tuple[int, int]], label: Label, ended: TurnEnded | None) -> None:
        super().__init__()
        self._windows = windows
        self._label, self._ended = label, ended

    def compose(self) -> ComposeResult:
        for width, height in self._windows:
            bar = StatusBar(NAME)
            bar.label, bar.ended, bar.is_measured = self._label, self._ended, self._ended is not None
            window = Container(bar)
            window.styles.width, window.styles.height = width, height
            yield window

    async def texts(self, *states: str) -> list[list[str]]:
        """What the bars say in each state, a bar's rows joined and its gaps closed."""
        async with self.run_test(size=(160, sum(height for _width, height in self._windows))) as pilot:
            return [await self._in_state(state, pilot) for state in states]

    async def _in_state(self, state: str, pilot: Pilot[None]) -> list[str]:
        for bar in self.query(StatusBar):
            bar.state = state
        await pilot.pause()
        strips = self.screen._compositor.render_strips()
        bars = [bar.region for bar in self.query(StatusBar)]
        rows = [[strip.text.strip() for strip in strips[bar.y : bar.bottom]] for bar in bars]
        return [" | ".join(" ".join(row.split()) for row in of_bar) for of_bar in rows]


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        (
            OPENAI,
            [
                f"{NAME} Responses · api.openai.com · gpt-5.5 · 1,234 in (1,100 cached) · 188 out (100 reasoning)"
                " · first token 0.62 s · 42 tok/s ready",
                f"{NAME} Responses · api.openai.com · gpt-5.5 ready"
                " | 1,234 in (1,100 cached) · 188 out (100 reasoning) · first token 0.62 s · 42 tok/s",
                f"{NAME} Responses · api.openai.com · gpt-5.5 ready"
                " | 1,234 in (1,100 cached) · 188 out (100 reasoning) · first token 0.62 s · 42 tok/s",
                f"{NAME} Responses · api.openai.com · gpt-5.5 ready"
                " | 1,234 in (1,100 cached) · 188 out (100 reasoning) · first 0.62 s · 42 tok/s",
                "Responses · api.openai.com · gpt-5.5 ready | 1.2k in (1.1k) · 188 out (100) · first 0.62 s · 42 tok/s",
                "Responses api…com gpt-5.5 ready | ↑1.2k(1.1k) ↓188(100) 0.62s 42/s",
                "Responses ready | api.o….com · gpt-5.5 | ↑1.2k(1.1k) | ↓188(100) 0.62s 42/s",
            ],
        ),
        (
            EMBEDDED,
            [
                "Assistants · embedded · qwen2.5-coder-1.5b-instruct · 1,234 in (1,100 cached)"
                " · 188 out (100 reasoning) · first token 0.62 s · 42 tok/s ready",
                f"{NAME} Assistants · embedded · qwen2.5-coder-1.5b-instruct ready"
                " | 1,234 in (1,100 cached) · 188 out (100 reasoning) · first token 0.62 s · 42 tok/s",
                f"{NAME} Assistants · embedded · qwen2.5-coder-1.5b-instruct ready"
                " | 1,234 in (1,100 cached) · 188 out (100 reasoning) · first token 0.62 s · 42 tok/s",
                f"{NAME} Assistants · embedded · qwen2.5-coder-1.5b-instruct ready"
                " | 1,234 in (1,100 cached) · 188 out (100 reasoning) · first 0.62 s · 42 tok/s",
                "Assistants · embedded · qwen2.5-co…b-instruct ready"
                " | 1.2k in (1.1k) · 188 out (100) · first 0.62 s · 42 tok/s",
                "Asst embedded qwen2…truct ready | ↑1.2k(1.1k) ↓188(100) 0.62s 42/s",
                "Asst ready | embedded qwen2…truct | ↑1.2k(1.1k) | ↓188(100) 0.62s 42/s",
            ],
        ),
    ],
    ids=["responses", "assistants"],
)
async def test_a_second_row_and_shorter_words_make_room_before_a_fact_is_left_out(
    label: Label, shown: list[str]
) -> None:
    assert await Bars(USUAL, label, ENDED).texts("ready") == [shown]


async def test_a_low_window_has_one_row_where_signs_can_tell_it_all() -> None:
    (told,) = await Bars(LOW, OLLAMA, ENDED).texts("ready")
    assert told == [
        f"{NAME} Chat Completions · 127.0.0.1:11434 · qwen3:8b · 1,234 in (1,100 cached) · 188 out (100 reasoning)"
        " · first token 0.62 s · 42 tok/s ready",
        "Chat Completions · 127.0.0.1:11434 · qwen3:8b · 1.2k in (1.1k) · 188 out (100)"
        " · first 0.62 s · 42 tok/s ready",
        "Chat Completions · 127.0.0.1:11434 · qwen3:8b · ↑1.2k(1.1k) ↓188(100) 0.62s 42/s ready",
        "Chat 127.0.…:11434 qwen3:8b · ↑1.2k(1.1k) ↓188(100) 0.62s 42/s ready",
        "Chat Completions · 127.0.0.1:11434 · qwen3:8b ready"
        " | 1.2k in (1.1k) · 188 out (100) · first 0.62 s · 42 tok/s",
        "Chat 127.0…11434 qwen3:8b ready | ↑1.2k(1.1k) ↓188(100) 0.62s 42/s",
        "qwen3:8b ready | ↑1.2k ↓188 42/s",
    ]


FIGURES = {
    ENDED: ["1,234|1.2k", "1,100|1.1k", "188", "100", "0.62", "42"],
    BIG: ["128.4k|128k", "127.1k|127k", "12.9k|13k", "11.1k|11k", "12", "142"],
}
STATES = ["ready", "answering", "no connection", "not connected yet", "準備完了", "準備できていません"]


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("label", [OPENAI, OLLAMA, EMBEDDED], ids=["responses", "chat", "assistants"])
@pytest.mark.parametrize("ended", FIGURES, ids=["usual", "large"])
async def test_every_fact_is_there_wherever_a_conversation_can_be_read(
    language: str, label: Label, ended: TurnEnded
) -> None:
    use_language(language)
    for state, told in zip(STATES, await Bars(READABLE, label, ended).texts(*STATES), strict=True):
        for text in told:
            assert re.search("Resp|Chat|Ass", text), text
            assert all(f"{name[:2]}" in text and name[-2:] in text for name in (label.server, label.model)), text
            assert state in text
            assert all(re.search(rf"\b({figure})\b|\b({figure})s\b", text) for figure in FIGURES[ended]), text


@pytest.mark.parametrize(
    ("tokens", "shown"),
    [(4, "4"), (999, "999"), (1000, "1.0k"), (9949, "9.9k"), (9950, "10k"), (999_499, "999k"), (999_500, "1.0M")],
)
def test_a_figure_of_tokens_takes_four_cells_where_it_is_narrow(tokens: int, shown: str) -> None:
    assert measures_within(TurnEnded("done", usage=Usage(tokens, 0)), 8).split() == [f"↑{shown}", "↓0"]


async def test_names_and_figures_stay_where_they_are_when_an_answer_begins_and_ends() -> None:
    ready, answering = await Bars(USUAL, OPENAI, ENDED).texts("ready", "answering")
    assert ready == [text.replace("answering", "ready") for text in answering]


def test_names_are_cut_in_the_middle_by_whole_characters() -> None:
    api = ("Chat", "Chat", "Chat")
    assert (
        told_words(api, "サーバー.example.org:8080", "フリーザ軍の大きな模型", 33) == "Chat · サー…:8080 · フリー…模型"
    )


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Unreachable("Nothing answers."), "no connection"),
        (AuthFailed("Wrong key."), "key refused"),
        (RateLimited("Too many.", is_lasting=True), "limit reached"),
    ],
)
async def test_a_failure_is_what_the_bar_says_until_an_answer_comes(error: Exception, words: str) -> None:
    async with open_stage(Reply(before=[error]), Reply("here", final("completed"))) as at:
        await at.say("hello")
        await at.wait_for("failed", f"  {words}")
        await at.press("ctrl+r")
        await at.wait_for("here", "  ready")
        assert words not in at.text


async def test_a_failed_run_is_not_ready() -> None:
    async with open_stage(Reply("half", final("failed", error=RunError("server_error", "Sorry.")))) as at:
        await at.say("hello")
        await at.wait_for("Sorry.", "  failed")
        assert "ready" not in at.text


async def test_what_the_last_turn_took_stays_while_the_next_one_runs() -> None:
    gate = asyncio.Event()
    async with open_stage(Reply("one"), Reply("two", gate, final("completed")), size=(120, 24)) as at:
        await at.say("hello")
        await at.wait_for("12 in · 1 out · first")
        await at.say("again")
        await at.wait_for("two", "  answering", "12 in · 1 out · first")
        gate.set()
        await at.wait_gone("1 out")


async def test_the_row_for_the_measures_is_there_from_the_first_message_on_so_that_nothing_moves_later() -> None:
    gate = asyncio.Event()
    async with open_stage(Reply("one", gate)) as at:
        assert at.screen.query_one(StatusBar).size.height == 1
        await at.say("hello")
        await at.wait_for("one")
        assert at.screen.query_one(StatusBar).size.height == 2
        row = next(y for y, text in enumerate(at.text.splitlines()) if "one" in text)
        gate.set()
        await at.wait_for("first token")
        assert "one" in at.text.splitlines()[row]


async def test_a_new_thread_has_no_measures() -> None:
    async with open_stage(Reply("one"), size=(120, 24)) as at:
        await at.say("hello")
        await at.wait_for("12 in · 1 out")
        await at.say("/new")
        await at.wait_gone("1 out")
        assert at.screen.query_one(StatusBar).size.height == 1


@pytest.mark.parametrize("is_open", [False, True], ids=["after a turn", "within a turn"])
async def test_measures_of_a_server_or_model_that_answers_no_more_are_gone(is_open: bool) -> None:
    gate = asyncio.Event()
    async with open_stage(Reply("one"), Reply("two", gate), Reply("three"), size=(120, 24), label=OPENAI) as at:
        at.backend.models = ModelsDouble(ModelFacts("gpt-5.5"))
        await at.say("hello")
        await at.wait_for("12 in · 1 out")
        if is_open:
            await at.say("again")
            await at.wait_for("two")
        await at.say("/model gpt-6")
        await at.wait_gone("1 out")
        gate.set()
        if is_open:
            await at.wait_for("  ready")
            assert "1 out" not in at.text
        await at.say("and now")
        await at.wait_for("12 in · 1 out")


def test_measures_are_of_the_server_that_answers_now() -> None:
    log = MessageLog()
    turns = Turns(log.bubbles, log.follow_end, NAME)
    measures = LastMeasures(turns)
    measures.with_server("one")
    turns.take(turns.open("hello", "sending"), ENDED)
    assert measures.with_server("one") is ENDED
    assert measures.with_server("two") is None
    turns.open("again", "sending")
    assert measures.with_server("three") is None
    turns.take(turns.number, ENDED)
    assert measures.with_server("three") is None
    turns.take(turns.open("again", "sending"), BIG)
    assert measures.with_server("three") is BIG


async def test_a_click_on_the_line_tells_all_of_it_in_words() -> None:
    async with open_stage(Reply("one"), size=(40, 16), label=OPENAI) as at:
        await at.say("hello")
        await at.wait_for("12 in · 1 out")
        await at.pilot.click(StatusBar)
        await at.wait_for("Responses with api.openai.com", "12 in · 1 out · first")


async def test_a_window_too_small_still_tells_the_state() -> None:
    async with open_stage(Reply("one"), size=(20, 5), label=OPENAI) as at:
        await at.wait_for("ready", "Window too small")
        await at.pilot.resize_terminal(20, 3)
        await at.wait_gone("ready")


async def test_a_server_that_counts_nothing_gets_no_numbers() -> None:
    async with open_stage(Reply("a", "b", "c", final("completed")), size=(120, 24)) as at:
        await at.say("hello")
        await at.wait_for("completed", "first token")
        assert "out" not in at.text
        assert "tok/s" not in at.text


async def test_why_an_api_was_chosen_is_said_once_it_is_known() -> None:
    async with open_stage(label=Label("Chat Completions", "127.0.0.1:8080", "m", "auto: it has no other")) as at:
        await at.wait_for("Chat Completions · auto: it has no other")
        at.screen.parts.server_label.explain()
        await at.wait_for("Chat Completions with 127.0.0.1:8080 (auto: it has no other)")
