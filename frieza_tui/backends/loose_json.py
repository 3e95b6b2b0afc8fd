"""JSON of servers that may leave out anything: values of the kind that is due, or empty ones. Knows no API."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from frieza_tui.domain.run import Usage

Json: TypeAlias = Mapping[str, Any]
_MOST_DIGITS: Final = 15
"""Of a number that counts anything; every way of keeping numbers keeps these whole."""


def json_object(value: object) -> Json:
    """Return a JSON object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def json_objects(value: object) -> list[Json]:
    """Return the objects of a JSON array, none for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text_of(value: object) -> str:
    """Return a string, an empty one for anything else."""
    return value if isinstance(value, str) else ""


def number_of(value: object) -> int:
    """Return a whole number, 0 for anything else and for what no count can be; metadata holds numbers as strings."""
    if isinstance(value, str):
        return int(value) if value.isdecimal() and len(value) <= _MOST_DIGITS else 0
    return int(value) if isinstance(value, int | float) and abs(value) < 10**_MOST_DIGITS else 0


def usage_of(value: object) -> Usage | None:
    """Return the tokens that an object holds, in any API's way of naming them, or DeepSeek's; None if it holds none."""
    data = json_object(value)
    if not data:
        return None
    read = data.get("prompt_token_details") or data.get("prompt_tokens_details") or data.get("input_tokens_details")
    written = data.get("completion_tokens_details") or data.get("output_tokens_details")
    return Usage(
        input_tokens=number_of(data.get("prompt_tokens", data.get("input_tokens"))),
        output_tokens=number_of(data.get("completion_tokens", data.get("output_tokens"))),
        cached_tokens=number_of(json_object(read).get("cached_tokens", data.get("prompt_cache_hit_tokens"))),
        reasoning_tokens=number_of(json_object(written).get("reasoning_tokens")),
    )
