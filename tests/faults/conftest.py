"""What the tests of faults share: the note of each fault's outcome, for the summary at the end of the run."""

from collections.abc import Callable
from typing import TypeAlias

import pytest

from tests.faults.names import outcome_of

Note: TypeAlias = Callable[[str], None]


@pytest.fixture
def note(record_property: Callable[[str, object], None]) -> Note:
    """Return what notes that a fault was gone through, and that all was as the table says."""

    def note_one(name: str) -> None:
        record_property("fault", (name, outcome_of(name)))

    return note_one
