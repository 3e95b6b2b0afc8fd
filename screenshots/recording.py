"""The recording: a short conversation, frame by frame. Knows the stage, neither files nor browsers."""

from collections.abc import AsyncIterator
from typing import TypeAlias

from frieza_tui.backends.scripted import Piece, Reply
from screenshots.stage import Turnstile, draw, open_app, pieces
from tests.support.stage import Stage

Frame: TypeAlias = tuple[str, int]
"""An SVG, and the milliseconds that it stands."""

SIZE = (72, 22)
THEME = "frieza"
WORD = "530000"
"""Something that the last frame shows."""
PIECE = 4
"""Characters that come at once."""
PIECE_MS, KEY_MS, THINK_MS, READ_MS, END_MS = 80, 130, 500, 1200, 3500
TALK = (
    ("こんにちは", "ホッホッホ。よく来ましたね。私がこの宇宙の帝王、**フリーザ**です。\n\nさて、何をお望みですか？"),
    (
        "戦闘力を計るコードを書いて",
        "この程度のことも書けないのですか。仕方がありませんねえ。\n\n"
        "```python\n"
        "def scouter(name: str) -> int:\n"
        '    return 530000 if name == "フリーザ" else 5\n'
        "```\n\n"
        "`5` はもちろん、**あなた**の数字ですよ。",
    ),
)


async def record() -> list[Frame]:
    """Play the conversation and return what is to be seen of it; a screen that did not change just stands longer."""
    frames: list[Frame] = []
    async for svg, ms in _play():
        if frames and frames[-1][0] == svg:
            ms += frames.pop()[1]
        frames.append((svg, ms))
    return frames


async def _play() -> AsyncIterator[Frame]:
    gate = Turnstile()
    async with open_app([_held(gate, answer) for _question, answer in TALK], SIZE, THEME) as at:
        await at.wait_for("ready")
        yield await draw(at), READ_MS
        for turn, (question, answer) in enumerate(TALK, start=1):
            async for frame in _ask(at, question):
                yield frame
            async for frame in _listen(at, gate, f"reply-{turn}", answer):
                yield frame
            gate.set()
            await _wait_for_completed(at, turn)
            yield await draw(at), READ_MS if turn < len(TALK) else END_MS


def _held(gate: Turnstile, answer: str) -> Reply:
    """Make a reply that waits at the gate before each piece, and before its end."""
    held: list[Piece] = []
    for piece in pieces(answer, PIECE):
        held += [gate, piece]
    return Reply(*held, gate)


async def _ask(at: Stage, question: str) -> AsyncIterator[Frame]:
    for letter in question:
        at.composer.insert(letter)
        yield await draw(at), KEY_MS
    await at.press("enter")
    await at.wait_for("in progress")
    yield await draw(at), THINK_MS


async def _listen(at: Stage, gate: Turnstile, bubble: str, answer: str) -> AsyncIterator[Frame]:
    shown = ""
    for piece in pieces(answer, PIECE):
        shown += piece
        gate.set()
        await _wait_for_text(at, bubble, shown)
        yield await draw(at), PIECE_MS


async def _wait_for_text(at: Stage, bubble: str, text: str) -> None:
    await at.wait_until(lambda: at.log.bubbles.source_of(bubble) == text)


async def _wait_for_completed(at: Stage, turns: int) -> None:
    await at.wait_until(lambda: at.text.count("completed") == turns)
