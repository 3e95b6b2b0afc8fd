"""A wait for a condition of an app under test."""

from collections.abc import Callable
from time import monotonic
from typing import Any

from textual.pilot import Pilot

LIMIT_S = 30.0
"""A busy machine is slow."""


async def comes_true(pilot: Pilot[Any], is_so: Callable[[], bool]) -> bool:
    """Let the app work until the condition holds; False if it does not in time."""
    end_s, rest_s = monotonic() + LIMIT_S, 0.005
    while not is_so():
        if monotonic() > end_s:
            return False
        await pilot.pause(rest_s)
        rest_s = min(rest_s * 1.5, 0.03)
    return True
