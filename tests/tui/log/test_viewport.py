"""The picture depends on the text alone, and what the reader looks at does not move."""

import gc
import random
from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from frieza_tui.tui.log.block import Block
from frieza_tui.tui.log.bubble import BubbleState
from frieza_tui.tui.log.content import Bubble
from frieza_tui.tui.log.rows import Span
from frieza_tui.tui.log.viewport import Viewport, VisibleRow
from tests.support.markdown_corpus import CORPUS

WORDS = ["alpha", "beta", "**gamma**", "delta", "`epsilon`", "零", "壱「弐」、", "参。", "[link](http://x.y)", "zeta"]


def drawn(visible: VisibleRow) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    at = visible.place.row
    return visible.block.prefix(at), visible.block.row(at).spans


def lasting(visible: VisibleRow) -> tuple[tuple[Span, ...], ...]:
    """What a row shows but for the state beside its author, which changes under the reader's eyes."""
    prefix, spans = drawn(visible)
    return prefix, tuple(span for span in spans if span[1] != "state")


def picture(viewport: Viewport) -> list[tuple[tuple[Span, ...], tuple[Span, ...]]]:
    viewport.height = 10_000
    return [drawn(row) for row in viewport.visible()]


def thread_of(*texts: str, width: int = 40) -> Viewport:
    viewport = Viewport()
    viewport.resize(width, 20)
    for number, text in enumerate(texts):
        viewport.rows.add(Bubble(str(number), "assistant", "F", waiting_source=text, is_settled=True))
    return viewport


def message(dice: random.Random) -> str:
    blocks = [
        " ".join(dice.choice(WORDS) for _ in range(dice.randint(1, 60))),
        "\n".join(f"- {dice.choice(WORDS)}" for _ in range(dice.randint(1, 6))),
        "```py\n" + "x = 1\n" * dice.randint(1, 9) + "```",
        "| a | b |\n|---|---|\n" + "".join(f"| {dice.choice(WORDS)} | {dice.choice(WORDS)} |\n" for _ in range(4)),
    ]
    dice.shuffle(blocks)
    return "\n\n".join(blocks)


def grown(pieces: Iterable[str], width: int) -> Viewport:
    """A thread whose reply came in pieces, each of them looked at before the next."""
    viewport = thread_of("before", width=width)
    growing = Bubble("g", "assistant", "F")
    viewport.rows.add(growing)
    for piece in pieces:
        growing.append("text:0", piece)
        viewport.rows.refresh(1)
        viewport.visible()
    return viewport


@given(st.sampled_from(sorted(CORPUS)), st.integers(0, 10_000), st.sampled_from([12, 25, 60]))
def test_a_reply_in_pieces_looks_like_the_whole(name: str, seed: int, width: int) -> None:
    dice = random.Random(seed)
    text = CORPUS[name] + "\n\n" + message(dice)
    pieces: list[str] = []
    while rest := text[sum(map(len, pieces)) :]:
        pieces.append(rest[: dice.choice([1, 1, 2, 3, 5, 9, 40])])
    viewport, whole = grown(pieces, width), thread_of("before", text, width=width)
    assert picture(viewport) == picture(whole)
    assert viewport.total == whole.total


@pytest.mark.parametrize("text", CORPUS.values(), ids=CORPUS.keys())
def test_a_reply_cut_anywhere_looks_like_the_whole(text: str) -> None:
    whole = thread_of("before", text, width=30)
    expected, total = picture(whole), whole.total
    for at in range(1, len(text)):
        viewport = grown([text[:at], text[at:]], 30)
        assert (picture(viewport), viewport.total) == (expected, total)


@pytest.mark.parametrize("pieces", [("```\na\n", "`", "``\n\nb"), ("```\na\n\n", "``", "`"), ("```\n", "``", "`\nb")])
def test_a_fence_closed_in_parts_leaves_no_blank_row(pieces: tuple[str, ...]) -> None:
    viewport, whole = grown(pieces, 40), thread_of("before", "".join(pieces))
    assert picture(viewport) == picture(whole)
    assert viewport.total == whole.total


def fold_elsewhere(viewport: Viewport, dice: random.Random) -> None:
    """Fold or unfold a message or a block that the top row is not of."""
    index = dice.randrange(len(viewport.bubbles))
    bubble, top = viewport.bubbles[index], viewport.top
    block = dice.randrange(1, 9)
    if index != top.bubble and dice.random() < 0.5:
        bubble.is_folded = not bubble.is_folded
    elif (index, block) != top[:2]:
        bubble.folded_blocks ^= {block}
    viewport.rows.forget(index)


def unfold(viewport: Viewport, bubble: Bubble) -> None:
    bubble.is_folded, bubble.folded_blocks = False, frozenset()
    viewport.rows.forget(viewport.bubbles.index(bubble))


@given(st.integers(0, 10_000), st.just(150))
@example(991, 500)  # the thread got shorter than the window below that row
def test_the_top_row_stays_whatever_happens(seed: int, changes: int) -> None:
    dice = random.Random(seed)
    viewport = thread_of(*(message(dice) for _ in range(dice.randint(1, 30))))
    growing = Bubble("g", "assistant", "F")
    viewport.rows.add(growing)
    growing.append("text:0", message(dice) * 2)
    viewport.rows.refresh(len(viewport.bubbles) - 1)
    viewport.visible()
    for _ in range(dice.randint(1, 30)):
        viewport.move(-dice.randint(1, 30))
        viewport.visible()
    top = lasting(viewport.visible()[0])
    for _ in range(changes):
        match dice.randint(0, 30):
            case 0:
                viewport.resize(dice.randint(10, 80), 20)
            case 1:
                growing.state = BubbleState("x" * dice.randint(0, 60))
            case 2:
                viewport.rows.add(Bubble(f"n{dice.random()}", "user", "U", waiting_source="text", is_settled=True))
            case 3 | 4:
                fold_elsewhere(viewport, dice)
            case _:
                growing.append("text:0", dice.choice([*WORDS, "\n", "\n\n", "- ", "> ", "```\n", "| a | b |\n"]))
        viewport.rows.refresh(viewport.bubbles.index(growing))
        shown = viewport.visible()
        if viewport.width == 40 and viewport.rows_below:
            assert lasting(shown[0]) == top
    viewport.resize(40, 20)
    unfold(viewport, growing)  # else what comes may make no rows below the window
    growing.append("text:0", "\n\n- x" * 20)
    viewport.rows.refresh(viewport.bubbles.index(growing))
    assert lasting(viewport.visible()[0]) == top


@pytest.mark.parametrize("step", [1, 3, 19, 60])
def test_moving_up_and_down_shows_every_row_once_and_in_order(step: int) -> None:
    dice = random.Random(step)
    viewport = thread_of(*(message(dice) for _ in range(40)))
    whole = picture(thread_of(*(bubble.source for bubble in viewport.bubbles)))
    viewport.visible()
    at = len(whole) - 20
    while at > 0:
        viewport.move(-step)
        at = max(0, at - step)
        assert [drawn(row) for row in viewport.visible()] == whole[at : at + 20]
    assert not viewport.is_following
    while at < len(whole) - 20:
        viewport.move(step)
        at = min(len(whole) - 20, at + step)
        assert [drawn(row) for row in viewport.visible()] == whole[at : at + 20]
    assert viewport.is_following
    assert viewport.total == len(whole)


def bar_top(viewport: Viewport) -> float:
    """Where the scroll bar's thumb begins, in rows."""
    thumb = max(1.0, viewport.height**2 / viewport.total)
    return (viewport.height - thumb) * viewport.top_row / (viewport.total - viewport.height)


def test_the_scroll_bar_does_not_jump_while_heights_become_known() -> None:
    dice = random.Random(3)
    viewport = thread_of(*(message(dice) for _ in range(80)))
    viewport.visible()
    guessed, at = viewport.total, bar_top(viewport)
    while viewport.top_row > 0:
        viewport.move(-3)
        viewport.visible()
        assert at - 0.25 < bar_top(viewport) <= at
        at = bar_top(viewport)
    assert viewport.total != guessed


def test_a_jump_lands_near_and_moves_go_on_from_there() -> None:
    dice = random.Random(1)
    viewport = thread_of(*(message(dice) for _ in range(300)))
    viewport.visible()
    viewport.jump(viewport.total // 2)
    shown = viewport.visible()
    assert 100 < shown[0].place.bubble < 200
    viewport.move(-1)
    assert viewport.visible()[1:] == shown[:-1]


def alive(kind: type) -> int:
    gc.collect()
    return sum(isinstance(one, kind) for one in gc.get_objects())


def test_three_thousand_messages_appended_and_scrolled_through_keep_only_those_in_view() -> None:
    before = alive(Block)
    viewport = thread_of(width=40)
    viewport.height = 200
    for number in range(3_000):
        bubble = Bubble(str(number), "assistant", "F")
        viewport.rows.add(bubble)
        bubble.append("text:0", f"message {number}")
        bubble.is_settled = True
        if number % 500 == 0:
            viewport.visible()
    shown = {row.place.bubble for row in viewport.visible()}
    while viewport.top_row > 0:
        viewport.move(-200)
        shown |= {row.place.bubble for row in viewport.visible()}
    assert len(shown) == 3_000
    assert len(viewport.rows._views) < 200
    assert alive(Block) - before < 500
    assert sum(1 for bubble in viewport.bubbles if bubble.segments) < 200


def test_a_removed_bubble_leaves_the_reader_where_they_are() -> None:
    viewport = thread_of(*(f"message {number}" for number in range(100)))
    viewport.visible()
    viewport.move(-50)
    shown = [drawn(row) for row in viewport.visible()]
    viewport.remove([3])
    assert [drawn(row) for row in viewport.visible()] == shown
    viewport.clear()
    assert viewport.visible() == []
    assert viewport.total == viewport.rows_below == viewport.top_row == 0
    viewport.move(-1)
    viewport.jump(5)
