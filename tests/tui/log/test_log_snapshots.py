"""Pictures of the log. Each also asserts a word that it shows, for a first snapshot approves anything."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import pytest
from textual.pilot import Pilot

from frieza_tui.tui.log.bubble import BubbleState
from tests.support.log_app import LogApp, painted, until

Part: TypeAlias = Callable[[LogApp, Pilot[None]], Awaitable[None]]
SnapCompare: TypeAlias = Callable[..., bool]

REPLY = """\
# A long reply

Prose with **strong**, *emphasis*, ~~a mistake~~, `inline code`, [a link](https://example.org), math $x_1^2$ and
a line end that stays. Then a footnote[^1].

1. first
   - [x] done, and long enough to be wrapped where the bubble ends
   - [ ] not done
2. second

   with a paragraph

> A quotation
> > within another

```python
@dataclass
class Form(Base):
    \"\"\"A form.\"\"\"

    def power(self, form: int = 1) -> int:
        return 530_000 * 2**form  # more to come
```

```diff
- 420
+ 530,000
```

| form | power | remark |
|:-----|------:|:------:|
| first | 530,000 | a long remark that has to be wrapped in its cell |
| last | 120,000,000 | `done` |

---

<details>
left as it is
</details>

[^1]: At the end.
"""
CODE = """\
第一形態のpowerは530,000です。このコードで計算なさい。

```python
def power(form: int) -> int:
    if form < 1:
        raise ValueError(form)
    if form == 1:
        return 530_000
    half = power(form - 1)
    return half * 2


for form in range(1, 5):
    print(form, power(form))
print("end")
print("done")
```
"""
JAPANESE = """\
## ご機嫌よう

このフリーザ様が、直々に答えて差し上げましょう。**「戦闘力530,000」**、これがわたしの力です。ホッホッホッ……。ﾊﾟﾜｰも👨‍👩‍👧も。

- 一、ナメック星へ行く（ドラゴンボールを七つ集める）
- 二、不老不死を願う

| 形態 | 戦闘力 | 感想 |
| --- | ---: | --- |
| 第一 | 530,000 | 宇宙の帝王にふさわしい、申し分のない力です。 |
| 最終 | 120,000,000 | 完璧 |
"""


@pytest.fixture
def picture(snap_compare: SnapCompare) -> Callable[..., bool]:
    def compare(part: Part, *, size: tuple[int, int] = (80, 30), theme: str = "frieza", word: str) -> bool:
        app = LogApp(theme)

        async def play(pilot: Pilot[None]) -> None:
            app.message_log.bubbles.add("u", "user", "あなた", source="How does **this** look?")
            await part(app, pilot)
            await painted(pilot)
            assert word in "\n".join(app.lines())

        return snap_compare(app, terminal_size=size, run_before=play)

    return compare


async def show_reply(app: LogApp, _pilot: Pilot[None]) -> None:
    app.message_log.bubbles.add("a", "assistant", "フリーザ様", BubbleState("completed"), source=REPLY)


async def show_japanese(app: LogApp, _pilot: Pilot[None]) -> None:
    app.message_log.bubbles.add("a", "assistant", "フリーザ様", BubbleState("in progress", "active"))
    app.message_log.bubbles.feed("a", JAPANESE)


@pytest.mark.parametrize(("width", "height"), [(40, 74), (80, 60), (160, 56)])
def test_markdown(picture: Callable[..., bool], width: int, height: int) -> None:
    assert picture(show_reply, size=(width, height), word="A long reply")


@pytest.mark.parametrize(
    ("width", "height", "theme"),
    [
        (40, 40, "frieza"),
        (80, 24, "frieza"),
        (160, 16, "frieza"),
        (60, 28, "frieza-light"),
        (60, 28, "frieza-terminal"),
    ],
)
def test_japanese(picture: Callable[..., bool], width: int, height: int, theme: str) -> None:
    assert picture(show_japanese, size=(width, height), theme=theme, word="ご機嫌よう")


@pytest.mark.parametrize("theme", ["frieza-light", "frieza-terminal"])
def test_themes(picture: Callable[..., bool], theme: str) -> None:
    assert picture(show_reply, size=(60, 64), theme=theme, word="A long reply")


def test_no_colour(picture: Callable[..., bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert picture(show_reply, size=(60, 64), word="A long reply")


@pytest.mark.parametrize(
    ("width", "theme"),
    [(40, "frieza"), (80, "frieza"), (160, "frieza"), (60, "frieza-light"), (60, "frieza-terminal")],
)
def test_cursor_folds_branches_and_places_found(picture: Callable[..., bool], width: int, theme: str) -> None:
    async def part(app: LogApp, pilot: Pilot[None]) -> None:
        log = app.message_log
        log.bubbles.add("a1", "assistant", "フリーザ様", BubbleState("completed"), source=CODE)
        log.bubbles.add("u2", "user", "あなた", source="では、最終形態のpowerは?")
        log.bubbles.add("a2", "assistant", "フリーザ様", BubbleState("completed"), source=JAPANESE)
        log.bubbles.set_mark("u2", "2/2")
        log.bubbles.set_mark("a1", "1/3")
        await painted(pilot)
        log.focus()
        await pilot.pause()
        await pilot.press("enter", "k", "k", "J", "J", "enter")
        log.finding.find("power")
        await painted(pilot)

    assert picture(part, size=(width, 24), theme=theme, word="more lines")


@pytest.mark.parametrize(
    ("width", "theme"), [(80, "frieza"), (160, "frieza"), (80, "frieza-light"), (40, "frieza-terminal")]
)
def test_selection(picture: Callable[..., bool], width: int, theme: str) -> None:
    async def part(app: LogApp, pilot: Pilot[None]) -> None:
        await (show_reply if width > 40 else show_japanese)(app, pilot)
        await painted(pilot)
        await pilot.mouse_down("MessageLog", offset=(6, 4))
        await pilot.hover("MessageLog", offset=(14, 22))
        await pilot.mouse_up("MessageLog", offset=(14, 22))
        await until(pilot, lambda: bool(app.screen.get_selected_text()))

    assert picture(part, size=(width, 30), theme=theme, word="remark" if width > 40 else "ご機嫌よう")
