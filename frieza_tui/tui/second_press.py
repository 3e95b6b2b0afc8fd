"""Whether a key was pressed twice in a short time. A plain class; knows no widget."""

import time
from collections.abc import Callable

WITHIN_S = 2.0
"""How long the first press waits for the second."""


class SecondPress:
    """Tells second presses from first ones."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Take the clock, in seconds."""
        self._clock = clock
        self._first_s: float | None = None

    def forget(self) -> None:
        """Something else was done since: the next press is a first one."""
        self._first_s = None

    def is_second(self) -> bool:
        """Note a press; say whether another came within the time before it."""
        now_s = self._clock()
        is_second = self._first_s is not None and now_s - self._first_s <= WITHIN_S
        self._first_s = None if is_second else now_s
        return is_second
