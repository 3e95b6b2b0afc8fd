"""Finds the example that is most like a message, by the rare letters and words they share. Pure, does no I/O."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from math import log, sqrt

from frieza_tui.domain.assistant import Example

LIKE = 0.38
"""From here on a reply can follow the example closely."""
A_LITTLE_LIKE = 0.2
"""From here on an example helps more than it misleads. Both measured with the messages of tests/quality."""

_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[a-z0-9']+")
_HIRAGANA = re.compile(r"[\u3041-\u309f]+")
_HIRAGANA_WEIGHT = 0.5
"""Hiragana are mostly grammar."""
_JAPANESE_RUN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f]+")


def _features(text: str) -> frozenset[str]:
    """Words of Latin letters, numbers (all alike), and pairs of neighbours in Japanese text."""
    text = _NUMBER.sub("0", text.lower())
    runs = _JAPANESE_RUN.findall(text)
    pairs = (run[start : start + 2] for run in runs for start in range(max(1, len(run) - 1)))
    return frozenset((*_WORD.findall(text), *pairs))


def _letter_weight(feature: str) -> float:
    return _HIRAGANA_WEIGHT if _HIRAGANA.fullmatch(feature) else 1.0


class ExampleIndex:
    """Examples, ready to be compared with messages. A feature weighs more the fewer examples have it."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self._entries = [(example, _features(example.user)) for example in examples]
        self._counts = Counter(feature for _example, features in self._entries for feature in features)

    def _weight(self, features: frozenset[str]) -> float:
        return sum(self._rarity(feature) ** 2 * _letter_weight(feature) for feature in features)

    def _rarity(self, feature: str) -> float:
        return log((len(self._entries) + 1) / (self._counts[feature] or 1))

    def nearest(self, text: str) -> tuple[float, Example] | None:
        """Return the likest example with its likeness, 0 to 1; None if there is no example."""
        asked = _features(text)
        weight = self._weight(asked)
        scored = [(self._likeness(asked, weight, features), example) for example, features in self._entries]
        return max(scored, key=lambda pair: pair[0], default=None)

    def _likeness(self, asked: frozenset[str], weight: float, features: frozenset[str]) -> float:
        product = weight * self._weight(features)
        return self._weight(asked & features) / sqrt(product) if product else 0.0


@lru_cache(maxsize=8)
def _index_of(examples: tuple[Example, ...]) -> ExampleIndex:
    return ExampleIndex(examples)


def like_example(examples: tuple[Example, ...], text: str) -> tuple[Example, bool] | None:
    """Return the example most like a message, and whether it is close; None if none is like it at all."""
    found = _index_of(examples).nearest(text)
    if found is None or found[0] < A_LITTLE_LIKE:
        return None
    return found[1], found[0] >= LIKE
