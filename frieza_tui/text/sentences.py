"""Sentences put together from words of others. Knows no language."""

_ENDS = ".!?…。！？"


def as_sentence(words: str) -> str:
    """Return words with a full stop at their end, unless they end as a sentence does or are empty."""
    return words if not words or words[-1] in _ENDS else f"{words}."
