"""Pictures of what the screen says of servers. Each also asserts a word that it shows."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count
from types import SimpleNamespace
from typing import TypeAlias

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Input

from frieza_tui.backends.base import Deletion, Label, ModelFacts
from frieza_tui.backends.scripted import Reply
from frieza_tui.chat import Patience
from frieza_tui.domain.errors import AuthFailed, RateLimited
from frieza_tui.domain.events import ReasoningDelta
from frieza_tui.domain.run import Usage
from frieza_tui.domain.turn import TurnEnded
from frieza_tui.tui.themes import THEMES
from frieza_tui.tui.widgets.status_bar import StatusBar
from tests.support.models_double import ModelsDouble
from tests.support.stage import NAME, Stage, make_app

Part: TypeAlias = Callable[[Stage], Awaitable[None]]
SnapCompare: TypeAlias = Callable[..., bool]

SIZES = pytest.mark.parametrize("size", [(80, 24), (40, 16)], ids=["80", "40"])
OPENAI = Label("Responses", "api.openai.com", "gpt-5.5")
THOUGHTS = "\n".join(f"{number}. 相手の戦闘力を測る。たったの {number}。" for number in range(1, 13))
ENDED = TurnEnded("done", usage=Usage(1234, 188, 1100, 100), first_token_s=0.62, tokens_per_s=41.7)
BARS = [
    (Label("Assistants", "embedded", "qwen2.5-coder-1.5b-instruct"), ENDED, "ready", ""),
    (OPENAI, ENDED, "ready", ""),
    (Label("Chat Completions", "127.0.0.1:11434", "qwen3:8b"), None, "answering", "active"),
    (OPENAI, ENDED, "waiting 12 s", "warning"),
    (Label("", "10.0.0.7:8000", ""), None, "no connection", "error"),
]


@pytest.fixture(autouse=True)
def counting_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look at the clock is 0.6 s after the one before."""
    ticks = count(0.0, 0.6)
    monkeypatch.setattr("frieza_tui.chat.conversation.time", SimpleNamespace(monotonic=lambda: next(ticks)))


@pytest.fixture
def picture(snap_compare: SnapCompare) -> Callable[..., bool]:
    def compare(part: Part, *replies: Reply, size: tuple[int, int]) -> bool:
        app, backend = make_app(replies, label=OPENAI)

        async def play(pilot: Pilot[tuple[Deletion, ...]]) -> None:
            stage = Stage(app, backend, pilot)
            await stage.wait_for("F1", "ready")
            await part(stage)

        return snap_compare(app, terminal_size=size, run_before=play)

    return compare


@SIZES
def test_model_picker(picture: Callable[..., bool], size: tuple[int, int]) -> None:
    models = ModelsDouble(
        ModelFacts("gpt-5.5", 400_000),
        ModelFacts("gpt-4.1-mini", shutdown_date="2027-01-14"),
        ModelFacts("gpt-6-luna", 1_000_000),
        ModelFacts("text-embedding-3-small"),
    )

    async def part(at: Stage) -> None:
        at.backend.models = models
        await at.press("f2")
        await at.wait_for("gpt-4.1-mini", "gpt-6-luna", "F1 help")  # the last one behind the sheet
        await at.write("gpt")
        await at.wait_gone("embedding")
        await at.wait_until(lambda: at.app.screen.query_one(Input).value == "gpt")

    assert picture(part, size=size)


@SIZES
def test_rate_limit_countdown(picture: Callable[..., bool], size: tuple[int, int]) -> None:
    async def part(at: Stage) -> None:
        at.screen._chat.patience = Patience(lambda _seconds: asyncio.Event().wait())
        await at.say("聞こえますか")
        await at.wait_for("rate limit, 12 s left", "Esc cancels")
        await at.say("早くしなさい")
        await at.wait_for("queued")

    limit = RateLimited("api.openai.com gets too many requests.", retry_after_s=12.0)
    assert picture(part, Reply(before=[limit]), size=size)


@SIZES
def test_wrong_key(picture: Callable[..., bool], size: tuple[int, int]) -> None:
    async def part(at: Stage) -> None:
        await at.say("聞こえますか")
        await at.wait_for("does not accept", "key refused")

    wrong = AuthFailed("api.openai.com does not accept the API key.", "Set OPENAI_API_KEY to a valid key.")
    assert picture(part, Reply(before=[wrong]), size=size)


@SIZES
@pytest.mark.parametrize("is_folded", [True, False], ids=["folded", "open"])
def test_reasoning(picture: Callable[..., bool], size: tuple[int, int], is_folded: bool) -> None:
    async def part(at: Stage) -> None:
        await at.say("私は強いですか")
        await at.wait_for("虫けら", "completed", "ready")
        await at.wait_for("… ")
        await at.press("tab", "J")
        if not is_folded:
            await at.press("enter")
            await at.wait_gone("… ")

    assert picture(part, Reply(ReasoningDelta(THOUGHTS), "論外です、虫けら。"), size=size)


class Bars(App[None]):
    """Status bars below one another, as each API has them."""

    def compose(self) -> ComposeResult:
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "frieza"
        for label, ended, state, tone in BARS:
            bar = StatusBar(NAME)
            bar.label, bar.ended, bar.state, bar.tone, bar.is_measured = label, ended, state, tone, ended is not None
            yield bar


@pytest.mark.parametrize("width", [160, 120, 100, 80, 60, 40, 24])
def test_status_bar_of_each_api(snap_compare: SnapCompare, width: int) -> None:
    app = Bars()

    async def play(pilot: Pilot[None]) -> None:
        await pilot.pause()
        text = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        assert all(word in text for word in ("ready", "answering", "waiting 12 s", "no connection")), text

    assert snap_compare(app, terminal_size=(width, 4 * len(BARS)), run_before=play)
