"""When a log is painted, told by a clock that stands until it is moved."""

from collections.abc import Callable

import pytest

from frieza_tui.tui.log.frames import FRAME_S, HIDDEN_FRAME_S, Frames


class Timer:
    is_running = False

    def pause(self) -> None:
        self.is_running = False

    def resume(self) -> None:
        self.is_running = True

    def stop(self) -> None:
        self.pause()


class World:
    """A clock, something to look at, and a terminal."""

    now_s = 100.0

    def __init__(self) -> None:
        self.cost_s = 0.0
        self.paintings = 0
        self.is_hidden = self.is_behind = False
        self.timer = Timer()
        self.frames = Frames(self, self.paint, lambda: self.is_hidden, lambda: self.is_behind)

    def set_interval(self, interval: float, callback: Callable[[], None], *, pause: bool = False) -> Timer:
        assert (interval, callback, pause) == (FRAME_S, self.frames.pass_by, True)
        return self.timer

    def call_later(self, callback: Callable[[], None]) -> None:
        callback()

    call_after_refresh = call_later

    def paint(self) -> None:
        self.paintings += 1
        self.now_s += self.cost_s

    def paints_after(self, seconds: float) -> bool:
        before = self.paintings
        self.frames.wake()
        self.now_s += seconds
        self.frames.pass_by()
        return self.paintings > before


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    worlds: list[World] = []
    monkeypatch.setattr("frieza_tui.tui.log.frames.monotonic", lambda: worlds[0].now_s)
    worlds.append(World())
    worlds[0].frames.begin()
    worlds[0].frames.pass_by()
    return worlds[0]


def test_the_timer_rests_while_there_is_no_news(world: World) -> None:
    assert (world.paintings, world.timer.is_running, world.frames.has_news) == (1, False, False)
    world.frames.wake()
    assert (world.timer.is_running, world.frames.has_news) == (True, True)


def test_what_grows_in_view_is_painted_each_frame_and_what_nobody_looks_at_less_often(world: World) -> None:
    assert world.paints_after(FRAME_S)
    assert not world.paints_after(FRAME_S / 2)
    assert world.paints_after(FRAME_S / 2)
    world.is_hidden = True
    assert not world.paints_after(HIDDEN_FRAME_S / 2)
    assert world.paints_after(HIDDEN_FRAME_S / 2)


def test_a_text_that_is_slow_to_paint_leaves_time_for_typing(world: World) -> None:
    world.cost_s = 0.1
    assert world.paints_after(FRAME_S)
    assert not world.paints_after(0.1)
    assert world.paints_after(0.1)


def test_nothing_is_painted_for_a_terminal_that_is_behind(world: World) -> None:
    world.is_behind = True
    assert not world.paints_after(1.0)
    world.is_behind = False
    assert world.paints_after(0.0)


def test_whoever_types_sees_at_once_what_waits(world: World) -> None:
    assert not world.paints_after(0.0)
    world.frames.hurry()
    assert world.paintings == 2
    world.frames.hurry()
    assert world.paintings == 2
