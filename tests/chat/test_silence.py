import asyncio
from collections.abc import Callable

from frieza_tui.backends.scripted import Reply, ScriptedBackend
from frieza_tui.chat import Chat, SilenceWatch
from frieza_tui.chat.silence import SILENT_S
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.events import TextDelta
from frieza_tui.domain.turn import TurnEnded, TurnEvent, TurnSilent
from frieza_tui.server.event_stream import KEEP_ALIVE_S
from tests.support.seconds import Seconds


class Heard:
    """A turn in the making: what it has told so far."""

    def __init__(self, *pieces: str | asyncio.Event) -> None:
        self.backend = ScriptedBackend([Reply(*pieces)])
        self.seconds = Seconds()
        self.events: list[TurnEvent] = []
        self._news = asyncio.Event()
        chat = Chat(self.backend, Assistant("フリーザ様", "Speak."))
        chat.silence = SilenceWatch(self.seconds.sleep)
        self._reading = asyncio.create_task(self._read(chat))

    async def _read(self, chat: Chat) -> None:
        async for event in chat.send("聞け"):
            self.events.append(event)
            self._news.set()
        await chat.close()

    @property
    def silences(self) -> list[int]:
        return [event.silent_s for event in self.events if isinstance(event, TurnSilent)]

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TextDelta))

    async def until(self, is_so: Callable[[], bool]) -> None:
        while not is_so():
            self._news.clear()
            await asyncio.wait_for(self._news.wait(), 20)

    async def ended(self) -> TurnEnded:
        await asyncio.wait_for(self._reading, 20)
        last = self.events[-1]
        assert isinstance(last, TurnEnded)
        return last


async def test_a_silence_is_counted_from_the_tenth_second_until_text_comes() -> None:
    first, second = asyncio.Event(), asyncio.Event()
    heard = Heard("は", first, "い", second)
    await heard.until(lambda: heard.text == "は")
    await heard.seconds.pass_one_by_one(SILENT_S - 1)
    assert heard.silences == []
    await heard.seconds.pass_one_by_one(4)
    await heard.until(lambda: heard.silences[:3] == [SILENT_S, SILENT_S + 1, SILENT_S + 2])
    first.set()
    await heard.until(lambda: heard.text == "はい")
    await heard.seconds.pass_one_by_one(1)
    await heard.until(lambda: heard.silences[-1] == 0)
    await heard.seconds.pass_one_by_one(SILENT_S - 1)
    second.set()
    assert (await heard.ended()).outcome == "done"
    assert heard.silences[-1] == 0


async def test_a_comment_of_the_server_is_no_silence() -> None:
    gate = asyncio.Event()
    heard = Heard("は", gate)
    await heard.until(lambda: heard.text == "は")
    for _comment in range(4):
        await heard.seconds.pass_one_by_one(int(KEEP_ALIVE_S))
        heard.backend.signs_of_life += 1
    gate.set()
    await heard.ended()
    assert heard.silences == []


async def test_nobody_watches_when_the_run_has_ended() -> None:
    heard = Heard("はい")
    await heard.ended()
    assert len(asyncio.all_tasks()) == 1
