"""Deterministic reply texts of several kinds, cut into deltas. Knows no API."""

import itertools
import random
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, Literal, TypeAlias, get_args

Kind: TypeAlias = Literal["markdown", "plain", "ja", "code", "table", "longline"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

CHARACTERS_PER_DELTA: Final = 4
_WORDS: Final = tuple(
    re.findall(
        r"\w+",
        "the of and a to in is it you that he was for on are with as his they be at one have this from or had by "
        "hot but some what there we can out other were all your when up use word how said an each she which do "
        "their time if will way about many then them would write like so these her long make thing see him two has "
        "look more day could go come did my sound no most number who over know water than call first people may "
        "down side been now find any new streaming terminal renderer latency buffer token message assistant "
        "conversation ",
    )
)
_JAPANESE: Final = (
    "返事が届くたびに、画面は一文字か二文字ずつ伸びていく。入力欄はいつでも打てなければならず、読み返している人の行は"
    "動いてはならない。「待たされた」と感じる前に、最初の一語が見えること。それだけのことが、思いのほかむずかしい。"
    "ひらがな、カタカナ、漢字、そして「」、。・ー々のような記号が混じると、行の折り返しと幅の計算が試される。"
)


def reply_deltas(kind: Kind, n: int, tokens: int, burst: int = 0) -> tuple[list[str], int]:
    """Return the deltas of one reply and how many of them come before the pause after the burst (0: no pause).

    The first delta is the word ZZSTART<n>, the last one ZZEND<n>; a burst ends with ZZPAUSE<n>. What follows a burst
    is the same text whatever the burst's length. tokens and burst are numbers of deltas, without these words.
    """
    opening, closing = _frame(kind)
    start, end = _word(kind, f"ZZSTART{n}"), f"ZZEND{n}"
    first = [*start, *_cut(opening)] if opening else start
    last = [closing, end] if closing else [end]
    if not burst:
        return [*first, *_body(kind, tokens, "whole"), *last], 0
    before = [*first, *_cut(_whole_units(kind, burst)), *_cut(_row(kind, f"ZZPAUSE{n}"))]
    return [*before, *_body(kind, tokens - burst, "steady"), *last], len(before)


def _frame(kind: Kind) -> tuple[str, str]:
    """Return what opens and closes a text: code is one fence, a table one table."""
    match kind:
        case "code":
            return "```python\n", "\n```\n\n"
        case "table":
            return "| name | state | notes |\n| --- | --- | --- |\n", "\n\n"
        case "longline":
            return "", " "
        case _:
            return "", "\n\n"


def _word(kind: Kind, word: str) -> list[str]:
    """Return a word and what sets it apart from what follows."""
    return [word, " " if kind == "longline" else "\n\n"]


def _row(kind: Kind, word: str) -> str:
    """Return a word as a unit of its own in the middle of a text."""
    match kind:
        case "code":
            return f"# {word}\n"
        case "table":
            return f"| {word} | - | - |\n"
        case _:
            return "".join(_word(kind, word))


def _units(kind: Kind, seed: str) -> Iterator[str]:
    """Yield paragraphs, lines of code, rows or words for ever."""
    dice = random.Random(kind + seed)
    for number in itertools.count():
        match kind:
            case "plain":
                yield _sentence(dice, 60) + "\n\n"
            case "ja":
                yield _japanese(number) + "\n\n"
            case "code":
                yield _code_line(dice)
            case "table":
                yield f"| {dice.choice(_WORDS)} | {dice.choice(_WORDS)} | {_some(dice, 4)} |\n"
            case "longline":
                yield _some(dice, 20) + " "
            case "markdown":
                yield _markdown(dice, number)


def _markdown(dice: random.Random, number: int) -> str:
    match number % 8:
        case 0:
            return f"## {_some(dice, 4).capitalize()}\n\n"
        case 3:
            return "```python\n" + "".join(_code_line(dice) for _ in range(12)) + "```\n\n"
        case 4:
            return "".join(f"- {_some(dice, 8)}\n" for _ in range(4)) + "\n"
        case 6:
            rows = "".join(f"| {dice.choice(_WORDS)} | {dice.choice(_WORDS)} | {_some(dice, 4)} |\n" for _ in range(6))
            return f"| name | state | notes |\n| --- | --- | --- |\n{rows}\n"
        case _:
            return _sentence(dice, 60, is_marked=True) + "\n\n"


def _some(dice: random.Random, count: int) -> str:
    return " ".join(dice.choice(_WORDS) for _ in range(count))


def _sentence(dice: random.Random, count: int, *, is_marked: bool = False) -> str:
    marks = ("**", "*", "`") if is_marked else ("",)
    words = (dice.choice(_WORDS) for _ in range(count))
    dressed = (f"{mark}{word}{mark}" for word in words for mark in [dice.choice(marks) if dice.random() < 0.1 else ""])
    return " ".join(dressed).capitalize() + "."


def _code_line(dice: random.Random) -> str:
    one, two, three = dice.choices(_WORDS, k=3)
    return dice.choice(
        (
            f"def {one}_{two}(self, {three}: int) -> str:\n",
            f'    {one} = {two}["{three}"]  # {_some(dice, 3)}\n',
            f"    for {one} in range({two}):\n",
            f'        return f"{{{one}}} {two} {three}"\n',
        )
    )


def _japanese(number: int) -> str:
    shift = number * 37 % len(_JAPANESE)
    return _JAPANESE[shift:] + _JAPANESE[:shift]


def _characters(kind: Kind) -> float:
    """Return the mean length of a delta."""
    return 1.5 if kind == "ja" else CHARACTERS_PER_DELTA


def _whole_units(kind: Kind, tokens: int) -> str:
    text = ""
    for unit in _units(kind, "burst"):
        if len(text) >= tokens * _characters(kind):
            break
        text += unit
    return text


@lru_cache(maxsize=16)
def _body(kind: Kind, tokens: int, seed: str) -> list[str]:
    """Return exactly so many deltas."""
    parts: list[str] = []
    length = 0
    for unit in _units(kind, seed):
        parts.append(unit)
        length += len(unit)
        if length > tokens * CHARACTERS_PER_DELTA:
            break
    return _cut("".join(parts), kind)[:tokens]


def _cut(text: str, kind: Kind = "plain") -> list[str]:
    """Cut a text as a model's tokens would: four characters each, Japanese one or two."""
    if kind != "ja":
        return [text[at : at + CHARACTERS_PER_DELTA] for at in range(0, len(text), CHARACTERS_PER_DELTA)]
    pieces = (text[at : at + size] for start in range(0, len(text), 3) for at, size in ((start, 1), (start + 1, 2)))
    return [piece for piece in pieces if piece]
