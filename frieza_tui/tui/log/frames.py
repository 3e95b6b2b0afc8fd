"""When the log is painted: as often as helps the eye, and as this machine and the terminal can take. Paints nothing."""

from collections.abc import Callable
from time import monotonic
from typing import Final, Protocol

FRAME_S: Final = 1 / 30
"""Shortest time between two paintings of a reply that grows, in seconds."""
HIDDEN_FRAME_S: Final = 0.2
"""The same where nobody looks at it: out of view, where only the number of its lines is shown, or behind a sheet."""
_COST_SHARE: Final = 3
"""Between two paintings are so many times the cost of the last: a slow text is shown less often; typing stays quick."""


class Ticks(Protocol):
    """A timer that goes on until it is stopped."""

    def pause(self) -> None:
        """Let it rest."""
        ...

    def resume(self) -> None:
        """Let it go on."""
        ...

    def stop(self) -> None:
        """End it."""
        ...


class Clock(Protocol):
    """What calls back: a widget does."""

    def set_interval(self, interval: float, callback: Callable[[], None], *, pause: bool = False) -> Ticks:
        """Call again and again, `interval` in seconds."""
        ...

    def call_later(self, callback: Callable[[], None]) -> object:
        """Call when what has happened so far has been dealt with."""
        ...

    def call_after_refresh(self, callback: Callable[[], None]) -> object:
        """Call right after the next picture."""
        ...


class Frames:
    """Paints when there is something new."""

    def __init__(
        self, clock: Clock, paint: Callable[[], None], is_hidden: Callable[[], bool], is_behind: Callable[[], bool]
    ) -> None:
        """Take what calls back, and what paints.

        is_hidden: whether nobody sees what has changed. is_behind: whether the terminal has yet to take a picture.
        """
        self.has_news = False
        """Something has changed since the last painting."""
        self._clock = clock
        self._paint = paint
        self._is_hidden = is_hidden
        self._is_behind = is_behind
        self._timer: Ticks | None = None
        self._painted_s = 0.0
        self._cost_s = 0.0
        """How long the last painting took."""

    def begin(self) -> None:
        """Begin to paint; the timer rests while nothing happens.

        It is one that repeats: on a busy machine a short timer for one time may be late before it runs, and never fire.
        """
        self._timer = self._clock.set_interval(FRAME_S, self.pass_by, pause=True)
        self.wake()

    def wake(self) -> None:
        """Have the next frame painted."""
        self.has_news = True
        if self._timer is not None:
            self._timer.resume()

    def hurry(self) -> None:
        """Paint what waits right after the next picture: somebody has typed, and looks at the screen."""
        if self.has_news:
            self._painted_s = 0.0
            self._clock.call_after_refresh(self.pass_by)

    def pass_by(self) -> None:
        """Paint, if it is time."""
        start = monotonic()
        least_s = HIDDEN_FRAME_S if self._is_hidden() else FRAME_S
        if start - self._painted_s < max(least_s, self._cost_s * _COST_SHARE) * 0.9 or self._is_behind():
            return
        self.has_news = False
        self._paint()
        self._painted_s = start
        self._cost_s = monotonic() - start
        if not self.has_news and self._timer is not None:
            self._timer.pause()
