"""How long a server asks to be left alone, as the headers of its reply say, or its words. Knows no error and no API."""

import email.utils
import math
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

_RESET: Final = "x-ratelimit-reset"
_REMAINING: Final = "x-ratelimit-remaining"
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_UNIT_S: Final = {"ms": 0.001, "milli": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_TOLD: Final = re.compile(r"again (?:in|after) ((?:\d+(?:\.\d+)?\s?(?:ms|milli|[smhd])[a-z]*\s?)+)", re.IGNORECASE)
_TOLD_PART: Final = re.compile(r"(\d+(?:\.\d+)?)\s?(ms|milli|[smhd])", re.IGNORECASE)
_TOLD_LIMIT: Final = 1000
"""Characters of a message that are looked at."""
_EPOCH: Final = 1e9
"""A bare number from here on is a moment, in seconds since the epoch; a thousand times that, in milliseconds."""


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return the wait in seconds that a reply names, None if it names none.

    headers: names in lower case. Read are `retry-after-ms`, `retry-after` (seconds or a date), and for a limit that is
    used up `x-ratelimit-reset-…`, as OpenAI (6m0s), Groq (7.66s) and OpenRouter (a moment) write it.
    """
    for name, factor in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        with suppress(KeyError, ValueError):
            seconds = float(headers[name]) * factor
            if math.isfinite(seconds):
                return max(0.0, seconds)
    date = email.utils.parsedate_tz(headers.get("retry-after", ""))
    if date is not None:
        with suppress(ValueError, OverflowError):  # a year that no calendar has
            return max(0.0, email.utils.mktime_tz(date) - time.time())
    return _reset_s(headers)


def told_wait_s(message: str) -> float | None:
    """Return the wait in seconds that an error's words name ("Please try again in 1m6.5s."), None if they name none."""
    told = _TOLD.search(message[:_TOLD_LIMIT])
    if told is None:
        return None
    return sum(float(number) * _UNIT_S[unit.lower()] for number, unit in _TOLD_PART.findall(told[1]))


def _reset_s(headers: Mapping[str, str]) -> float | None:
    """Return when the limits are whole again that have nothing left; where that is not told, the first of them."""
    resets = {name.removeprefix(_RESET): _seconds(headers[name]) for name in headers if name.startswith(_RESET)}
    waits = {kind: wait_s for kind, wait_s in resets.items() if wait_s is not None}
    used_up = [wait_s for kind, wait_s in waits.items() if headers.get(_REMAINING + kind, "").strip() == "0"]
    return max(used_up) if used_up else min(waits.values(), default=None)


def _seconds(words: str) -> float | None:
    parts = _DURATION.findall(words)
    if parts:
        wait_s = sum(float(number) * _UNIT_S[unit] for number, unit in parts)
        return wait_s if math.isfinite(wait_s) else None
    try:
        number = float(words)
    except ValueError:
        return None
    if not math.isfinite(number):
        return None
    if number < _EPOCH:
        return max(0.0, number)
    moment_s = number / 1000 if number >= 1000 * _EPOCH else number
    return max(0.0, moment_s - time.time())
