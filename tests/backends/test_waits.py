import email.utils
import time

import pytest

from frieza_tui.backends.waits import retry_after_s, told_wait_s

HOUR_S = 3600.0


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9.0),
        ({"retry-after": "-4"}, 0.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "tomorrow"}, None),
        ({"retry-after": "Fri, 31 Dec 99999 23:59:59 GMT"}, None),
        ({"x-ratelimit-reset-requests": "6m0s", "x-ratelimit-remaining-requests": "0"}, 360.0),
        ({"x-ratelimit-reset-tokens": "7.66s"}, 7.66),
        ({"x-ratelimit-reset-tokens": "120ms"}, 0.12),
        ({"x-ratelimit-reset-tokens": "soon"}, None),
        ({"x-ratelimit-reset-tokens": "9" * 400 + "s"}, None),
        ({}, None),
    ],
)
def test_the_wait_a_reply_names(headers: dict[str, str], wait_s: float | None) -> None:
    assert retry_after_s(headers) == wait_s


def test_of_several_limits_the_one_that_is_used_up_counts() -> None:
    headers = {
        "x-ratelimit-remaining-requests": "4999",
        "x-ratelimit-reset-requests": "12h",
        "x-ratelimit-remaining-tokens": "0",
        "x-ratelimit-reset-tokens": "2m59.5s",
    }
    assert retry_after_s(headers) == 179.5


@pytest.mark.parametrize("factor", [1, 1000], ids=["seconds", "milliseconds"])
def test_a_limit_may_name_the_moment_it_ends(factor: int) -> None:
    wait_s = retry_after_s({"x-ratelimit-reset": str(int((time.time() + HOUR_S) * factor))})
    assert wait_s is not None
    assert HOUR_S - 60 < wait_s <= HOUR_S


def test_a_wait_may_be_a_date() -> None:
    wait_s = retry_after_s({"retry-after": email.utils.formatdate(time.time() + 60, usegmt=True)})
    assert wait_s is not None
    assert 50 < wait_s <= 60


@pytest.mark.parametrize(
    ("message", "wait_s"),
    [
        ("Rate limit reached: Limit 3, Used 3, Requested 1. Please try again in 20s. Visit the site.", 20.0),
        ("Please try again in 1m6.5s.", 66.5),
        ("Please retry again after 250ms.", 0.25),
        ("Try again in 2 minutes 10 seconds.", 130.0),
        ("try again in 500 milliseconds", 0.5),
        ("Please try again in 8h", 28_800.0),
        ("Please try again later.", None),
        ("Wait 20s.", None),
        ("", None),
    ],
)
def test_the_wait_that_an_errors_words_name(message: str, wait_s: float | None) -> None:
    assert told_wait_s(message) == wait_s


def test_words_without_an_end_are_read_in_time() -> None:
    assert told_wait_s("try again in " + "1s" * 1_000_000 + "!") is not None
