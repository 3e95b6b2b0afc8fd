"""What each picture shows, and how the app gets there. Knows the stage, neither files nor browsers."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from frieza_tui.backends.scripted import Reply
from frieza_tui.domain.errors import Unreachable
from screenshots.stage import draw, open_app, pieces
from tests.support.stage import Stage

Part: TypeAlias = Callable[[Stage], Awaitable[None]]

QUESTION = "部下たちを査定して、強い順に並べるコードも見せてください。"
MARKDOWN = """\
# 今期の査定

よろしい。**正直な数字**だけをお見せしましょう。*言い訳は聞きません*よ。

| 名前 | 戦闘力 | 評価 |
| :-- | --: | :-: |
| ギニューさん | 120,000 | たいへんよろしい |
| ザーボンさん | 23,000 | よろしい |
| ドドリアさん | 22,000 | まずまず |
| あなた | 5 | 論外 |

1. 上の三人には星を一つずつ
2. あなたには**宿題**を二つ
   - [x] 私の前で礼をする
   - [ ] [軍の手引き](https://example.org/army)を読む

```python
def ranking(powers: dict[str, int]) -> list[str]:
    \"\"\"強い順に並べた名前を返す。\"\"\"
    return sorted(powers, key=lambda name: -powers[name])


print(ranking({"あなた": 5, "ザーボンさん": 23_000}))
```

> 帝王は走りません。走るのは、いつも逃げる方々です。
"""
GREETING = "ホッホッホ。よく来ましたね。私がこの宇宙の帝王、**フリーザ**です。今日はどのようなご用件でしょうか？"
ADVICE = """\
月曜日が憂うつ、ですって？ かわいそうに。では、三つだけ教えて差し上げましょう。

1. 朝のうちに、いちばん**嫌な仕事**を片づけなさい。
2. 部下のせいにしてはいけません。私は*たまに*しますがね。
3. 終わったら、夜景でも眺めながら一杯やることです。

星を一つ手に入れるより、よほど簡単ですよ。
"""


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture."""

    part: Part
    word: str
    """Something that it must show."""
    replies: Callable[[], Sequence[Reply]] = tuple
    size: tuple[int, int] = (80, 20)
    theme: str = "frieza"
    is_first_start: bool = False


async def take(scene: Scene) -> str:
    """Play a scene and return its SVG. Raises: AssertionError if the scene's word is not to be seen."""
    async with open_app(scene.replies(), scene.size, scene.theme, is_first_start=scene.is_first_start) as at:
        await scene.part(at)
        await at.wait_for(scene.word)
        return await draw(at)


async def _wait(at: Stage) -> None:
    await at.wait_for("ready")


async def _ask_for_everything(at: Stage) -> None:
    await at.say(QUESTION)
    await at.wait_for("completed")


async def _watch(at: Stage) -> None:
    await at.say(QUESTION)
    await at.wait_for("in progress", "return")
    at.composer.insert("では、")


async def _talk(at: Stage) -> None:
    await at.say("こんにちは")
    await at.wait_for("ご用件")
    await at.say("月曜日が憂うつです。助言をください。")
    await at.wait_for("よほど簡単")
    await at.wait_until(lambda: at.text.count("completed") == 2)


async def _talk_at_40_columns(at: Stage) -> None:
    await at.say("こんにちは。今日はとてもいい天気ですね。散歩に行きませんか。")
    await at.wait_for("completed")


async def _cancel(at: Stage) -> None:
    await at.say("あなたの歴史を教えてください。")
    await at.wait_for("生まれながら")
    await at.press("escape")
    await at.wait_for("Cut here")


async def _fail(at: Stage) -> None:
    await at.say("こんにちは")
    await at.wait_for("failed")


async def _queue(at: Stage) -> None:
    await at.say("こんにちは")
    await at.wait_for("ホッホッホ")
    await at.say("戦闘力はいくつですか")
    await at.say("ありがとうございました")
    await at.wait_for("take back")


async def _write_too_early(at: Stage) -> None:
    await at.wait_for("Who shall answer?", "not ready")
    await at.say("こんにちは")
    await at.wait_for("queued  こんにちは")


async def _ask_for_help(at: Stage) -> None:
    await at.wait_for("ready")
    await at.press("f1")
    await at.wait_for("Esc closes")


def _everything() -> Sequence[Reply]:
    return (Reply(*pieces(MARKDOWN)),)


_REFUSED = Unreachable("No connection to http://127.0.0.1:11434/v1.", "Check the address, or start the server.")
_HISTORY = "私は生まれながらの帝王でした。努力という言葉は、部下の口から"
_WALK = "散歩ですか。よろしい、お供なさい。ただし、私は*浮いて*参りますがね。ホッホッホ。"

SCENES: dict[str, Scene] = {
    "empty": Scene(_wait, "is listening"),
    "conversation": Scene(_talk, "よほど簡単", lambda: (Reply(*pieces(GREETING)), Reply(*pieces(ADVICE))), (80, 26)),
    "streaming": Scene(
        _watch,
        "in progress",
        lambda: (Reply(*pieces(MARKDOWN[: MARKDOWN.index("sorted")]), asyncio.Event()),),
        (80, 33),
    ),
    "markdown": Scene(_ask_for_everything, "宿題", _everything, (80, 37)),
    "japanese-40-columns": Scene(_talk_at_40_columns, "浮いて", lambda: (Reply(*pieces(_WALK)),), (40, 16)),
    "cancelled": Scene(_cancel, "Cut here", lambda: (Reply(_HISTORY, asyncio.Event()),)),
    "failed": Scene(_fail, "No connection", lambda: (Reply(before=[_REFUSED]),)),
    "queued": Scene(_queue, "戦闘力は", lambda: (Reply(GREETING, asyncio.Event()),)),
    "first-run": Scene(_write_too_early, "pip install", size=(80, 24), is_first_start=True),
    "light": Scene(_ask_for_everything, "宿題", _everything, (80, 37), theme="frieza-light"),
    "golden": Scene(_ask_for_everything, "宿題", _everything, (80, 37), theme="golden-frieza"),
    "help": Scene(_ask_for_help, "Esc closes", size=(80, 38)),
}
"""By the name of the file."""
