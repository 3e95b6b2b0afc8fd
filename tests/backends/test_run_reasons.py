from typing import get_args

import pytest

from frieza_tui.backends.run_reasons import advice_for, limit_of
from frieza_tui.domain.run import RunError

AGAIN, OTHER, NEW = "Ask again.", "Change the message", "Shorten the message"


@pytest.mark.parametrize(
    ("code", "message", "advice"),
    [
        ("server_error", "sorry", AGAIN),
        ("vector_store_timeout", "late", AGAIN),
        ("error", "upstream is gone", AGAIN),
        ("context_length_exceeded", "Your input exceeds the context window of this model.", NEW),
        ("500", "request (5011 tokens) exceeds the available context size (4096 tokens)", NEW),
        ("invalid_prompt", "flagged", OTHER),
        ("image_too_large", "too many pixels", OTHER),
        ("bio_policy", "no", OTHER),
    ],
)
def test_the_advice_fits_what_ended_a_run(code: str, message: str, advice: str) -> None:
    assert advice_for(RunError(code, message)).startswith(advice)


def test_every_code_of_the_sdk_but_faults_of_the_server_is_about_the_message() -> None:
    from openai.types.responses.response_error import ResponseError

    codes = set(get_args(ResponseError.model_fields["code"].annotation))
    again = {code for code in codes if advice_for(RunError(code, "")) == AGAIN}
    assert again == {"server_error", "rate_limit_exceeded", "vector_store_timeout"}


@pytest.mark.parametrize(
    ("code", "message", "is_lasting"),
    [
        ("rate_limit_exceeded", "Slow down.", False),
        ("rate_limit_exceeded", "You exceeded your current quota.", True),
        ("insufficient_quota", "Pay.", True),
        ("429", "upstream limit", False),
    ],
)
def test_a_limit_is_one_that_passes_or_one_that_lasts(code: str, message: str, *, is_lasting: bool) -> None:
    limit = limit_of(RunError(code, message))
    assert limit is not None
    assert limit.is_lasting is is_lasting


def test_another_error_is_no_limit() -> None:
    assert limit_of(RunError("server_error", "sorry")) is None
