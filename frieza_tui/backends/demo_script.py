"""The replies of --demo and of the screenshots: made up by us, in the voice of the assistant that ships."""

from collections.abc import Iterator
from typing import Final

from frieza_tui.backends.base import Label
from frieza_tui.backends.scripted import Pause, Piece, Reply, ScriptedBackend
from frieza_tui.domain.events import StepChanged, StepDelta
from frieza_tui.domain.run import RunStep, ToolCall
from frieza_tui.i18n import _

_GREETING: Final = """\
ホッホッホ。よく来ましたね、名もなき地球の方。私がこの宇宙の帝王、**フリーザ**です。

これは*台本どおりの芝居*で、本物の頭脳ではありません。それでも画面の出来は、たっぷりご覧に入れましょう。
"""

_HEADINGS: Final = """\
# 宇宙征服の進め方

仕方がありません。下等なあなたにも分かるように教えてあげましょう。

## 手順

1. 手ごろな星を選ぶ
2. 住民に立ち退きを*お願い*する
3. 聞き入れなければ、
   - 部下を送る
   - それでも駄目なら、私が指を一本立てる

> 帝王は走りません。走るのは、いつも逃げる方々です。

---

詳しくは[軍の手引き](https://example.invalid/army)をお読みなさい。
"""

_TABLE: Final = """\
部下の査定です。数字は正直ですねえ。

| 名前 | 戦闘力 | 評価 |
| :-- | --: | :-: |
| ザーボンさん | 23,000 | よろしい |
| ドドリアさん | 22,000 | まずまず |
| あなた | 5 | **論外** |

`あなた` の行は、書くまでもありませんでしたね。
"""

_CODE: Final = """\
おやおや、この程度のことも書けないのですか。お手本を見せましょう。

```python
def scout(powers: dict[str, int], emperor: int = 530_000) -> list[str]:
    \"\"\"逆らえる見込みのある者の名を返す。\"\"\"
    return [name for name, power in powers.items() if power > emperor]


print(scout({"地球人": 5, "戦士": 180_000}))  # []
```

結果は空です。つまり、**誰もいない**ということですよ。
"""

_MEASURING: Final = "少々お待ちなさい。スカウターで測って差し上げます。\n\n"
_MEASURED: Final = """\
ふむ、出ましたよ。

- [x] 計測
- [ ] あなたの成長

平均は **3.5** です。虫けらとしては、まあ上出来でしょう。~~期待していました~~
"""

_LONG: Final = """\
私の歴史を聞きたいとは、良い心がけです。

私は生まれながらの帝王でした。努力という言葉は、部下の口から聞いて初めて知ったくらいです。星を一つ手に入れるたび、\
宇宙は少しずつ静かになりました。静けさはよいものです。逆らう声のしない夜に飲む一杯は、格別ですからね。

もっとも、退屈もしました。そこで私は*変身*を覚えたのです。一度、二度、三度。姿が変わるたびに、敵の顔色も\
変わりました。あれは実に愉快でしたよ。

さて、昔話はこのくらいにしましょう。あなたの星の番が来るまで、せいぜい機嫌よくお過ごしなさい。ホッホッホ。
"""

_STEP: Final = "step_demo"


class DemoBackend(ScriptedBackend):
    """Gives the canned replies, again and again."""

    def __init__(self, delay_s: float) -> None:
        """delay_s: seconds before each text delta."""
        super().__init__(demo_replies(), delay_s=delay_s, is_endless=True, label=Label("", "demo", ""))

    @property
    def label(self) -> Label:
        """What it is, in the language in use."""
        return Label(_("canned replies"), "demo", "")


def demo_replies() -> list[Reply]:
    """Return the demo's replies in their order: greeting, headings and lists, table, code, a tool call, a long one."""
    return [
        Reply(*_typed(_GREETING)),
        Reply(*_typed(_HEADINGS)),
        Reply(*_typed(_TABLE)),
        Reply(*_typed(_CODE)),
        Reply(*_typed(_MEASURING), *_measuring(), *_typed(_MEASURED)),
        Reply(*_typed(_LONG)),
    ]


def _typed(text: str) -> Iterator[Piece]:
    """Cut text into pieces of one to four characters, about as a model's tokens are."""
    sizes = (2, 3, 1, 4, 2, 1, 3)
    start = turn = 0
    while start < len(text):
        yield text[start : start + sizes[turn % len(sizes)]]
        start += sizes[turn % len(sizes)]
        turn += 1


def _measuring() -> Iterator[Piece]:
    call = ToolCall("code_interpreter", "call_demo", input="sum([5, 2]) / 2", outputs=("3.5\n",))
    yield StepChanged(RunStep(_STEP, "tool_calls", "in_progress"))
    for piece in ("sum([5, 2])", " / 2"):
        yield Pause(0.2)
        yield StepDelta(_STEP, 0, ToolCall("code_interpreter", "call_demo", input=piece))
    yield Pause(0.4)
    yield StepDelta(_STEP, 0, ToolCall("code_interpreter", "call_demo", outputs=("3.5\n",)))
    yield StepChanged(RunStep(_STEP, "tool_calls", "completed", tool_calls=(call,)))
