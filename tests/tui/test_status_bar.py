import asyncio
from collections.abc import Iterator

import pytest
from textual.app import App, ComposeResult

from frieza_tui.backends.base import Label, Preparation
from frieza_tui.backends.scripted import Reply, final
from frieza_tui.domain.errors import AuthFailed, RateLimited, Unreachable
from frieza_tui.domain.run import RunError, Usage
from frieza_tui.domain.turn import TurnEnded
from frieza_tui.i18n import use_language
from frieza_tui.tui.told_words import told_words, width_of
from frieza_tui.tui.widgets.status_bar import StatusBar
from frieza_tui.tui.words import state_words
from tests.support.stage import NAME, open_stage

USAGE = Usage(input_tokens=1234, output_tokens=188, cached_tokens=1100, reasoning_tokens=100)
ENDED = TurnEnded("done", usage=USAGE, first_token_s=0.62, tokens_per_s=41.7)
EMBEDDED = Label("Assistants", "embedded", "qwen2.5-coder-1.5b-instruct")
OPENAI = Label("Responses", "api.openai.com", "gpt-5.5")
OLLAMA = Label("Chat Completions", "127.0.0.1:11434", "qwen3:8b")
WIDTHS = (160, 100, 80, 60, 40, 24)


class Bars(App[None]):
    """Status bars below one another, at the widths of terminals."""

    def __init__(self, label: Label, ended: TurnEnded | None) -> None:
        super().__init__()
        self._label = label
        self._ended = ended

    def compose(self) -> ComposeResult:
        for width in WIDTHS:
            bar = StatusBar(NAME)
            bar.styles.width = width
            bar.label, bar.ended, bar.state = self._label, self._ended, "ready"
            yield bar


def rows(app: Bars) -> Iterator[str]:
    for strip in app.screen._compositor.render_strips()[: len(WIDTHS)]:
        yield strip.text.strip()


@pytest.mark.parametrize(
    ("label", "ended", "shown"),
    [
        (
            OPENAI,
            ENDED,
            [
                f"{NAME} Responses · api.openai.com · gpt-5.5 · 1,234 in, 188 out · 1,100 cached · 100 reasoning"
                " · first token 0.62 s · 42 tok/s · ready",
                "Responses · api.openai.com · gpt-5.5 · 1,234 in, 188 out · first token 0.62 s · 42 tok/s · ready",
                "Responses · api.openai.com · gpt-5.5 · 1,234 in, 188 out · 42 tok/s · ready",
                "Responses · api.openai.com · gpt-5.5 · 42 tok/s · ready",
                "Responses api.op…i.com gpt-5.5 ready",
                "gpt-5.5 · ready",
            ],
        ),
        (
            EMBEDDED,
            ENDED,
            [
                f"{NAME} Assistants · embedded · qwen2.5-coder-1.5b-instruct · 1,234 in, 188 out · 1,100 cached"
                " · 100 reasoning · first token 0.62 s · 42 tok/s · ready",
                "Assistants · embedded · qwen2.5-coder-1.5b-instruct · 1,234 in, 188 out · 42 tok/s · ready",
                "Assistants · embedded · qwen2.5-coder-1.5b-instruct · 42 tok/s · ready",
                "Assistants embedded qwen2.5-coder-1.5b-instruct ready",
                "Assistants embedded qwen2…ruct ready",
                "qwen2.…truct · ready",
            ],
        ),
        (
            OLLAMA,
            ENDED,
            [
                f"{NAME} Chat Completions · 127.0.0.1:11434 · qwen3:8b · 1,234 in, 188 out · 1,100 cached"
                " · 100 reasoning · first token 0.62 s · 42 tok/s · ready",
                "Chat · 127.0.0.1:11434 · qwen3:8b · 1,234 in, 188 out · first token 0.62 s · 42 tok/s · ready",
                "Chat · 127.0.0.1:11434 · qwen3:8b · 1,234 in, 188 out · 42 tok/s · ready",
                "Chat · 127.0.0.1:11434 · qwen3:8b · 42 tok/s · ready",
                "Chat 127.0.0.1:11434 qwen3:8b ready",
                "Chat qwen3:8b ready",
            ],
        ),
    ],
    ids=["responses", "assistants", "chat"],
)
async def test_the_bar_leaves_out_measures_first_and_shortens_who_answers_before_it_leaves_that_out(
    label: Label, ended: TurnEnded, shown: list[str]
) -> None:
    app = Bars(label, ended)
    async with app.run_test(size=(160, 10)):
        found = [" ".join(row.split()) for row in rows(app)]
    assert found == shown


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("label", [OPENAI, OLLAMA, EMBEDDED], ids=["responses", "chat", "assistants"])
@pytest.mark.parametrize("columns", [40, 60, 80, 100])
def test_who_answers_and_how_it_is_fit_from_40_columns_on(language: str, label: Label, columns: int) -> None:
    use_language(language)
    state, _tone = state_words(Preparation("ready"), None, is_busy=False, is_leaving=False)
    words, between = told_words(label.api.split()[0], label.server, label.model, state, columns - 4)
    assert (len(words), words[-1]) == (4, state)
    assert width_of(words, between) <= columns - 4


def test_names_are_cut_in_the_middle_by_whole_characters() -> None:
    words, _between = told_words("Chat", "サーバー.example.org:8080", "フリーザ軍の大きな模型", "ready", 40)
    assert words == ["Chat", "サー…:8080", "フリー…模型", "ready"]


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
        await at.wait_for("failed", f"· {words}")
        await at.press("ctrl+r")
        await at.wait_for("here", "· ready")
        assert words not in at.text


async def test_a_failed_run_is_not_ready() -> None:
    async with open_stage(Reply("half", final("failed", error=RunError("server_error", "Sorry.")))) as at:
        await at.say("hello")
        await at.wait_for("Sorry.", "· failed")
        assert "ready" not in at.text


async def test_what_the_server_counted_is_told_after_the_turn_and_not_while_the_next_one_runs() -> None:
    gate = asyncio.Event()
    async with open_stage(Reply("one"), Reply("two", gate), size=(120, 24)) as at:
        await at.say("hello")
        await at.wait_for("12 in, 1 out", "first token")
        await at.say("again")
        await at.wait_for("two", "· answering")
        assert "1 out" not in at.text


async def test_a_server_that_counts_nothing_gets_no_numbers() -> None:
    async with open_stage(Reply("a", "b", "c", final("completed")), size=(120, 24)) as at:
        await at.say("hello")
        await at.wait_for("completed", "first token")
        assert "out" not in at.text
        assert "tok/s" not in at.text


async def test_why_an_api_was_chosen_is_said_once_it_is_known() -> None:
    async with open_stage(label=Label("Chat Completions", "127.0.0.1:8080", "m", "auto: it has no other")) as at:
        await at.wait_for("Chat Completions with 127.0.0.1:8080 (auto: it has no other)")
