"""What the palette offers: an action, its name and its key. Knows no widget."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done."""

    name: str
    does: str
    """In a few words, as a reader of the name may ask."""
    do: Callable[[], object]
    key: str = ""
    """Which does the same, as people write it; "" for none."""
