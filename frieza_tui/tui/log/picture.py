"""How the picture on the terminal moves: a terminal that scrolls its own rows need be told only the new ones.

Knows no widget and no driver.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol, TypeVar, runtime_checkable

Row = TypeVar("Row")
WORTH: Final = 0.5
"""Part of the rows that must be there already; below it scrolling saves nothing."""


@runtime_checkable
class Output(Protocol):
    """The terminal, as far as the log has to do with it."""

    @property
    def is_behind(self) -> bool:
        """Whether a picture is still on its way, so that another one would only make keys wait longer."""
        ...

    @property
    def frames(self) -> int:
        """Pictures written so far."""
        ...

    def written_at(self, row: int, column: int) -> int:
        """Return the number of the last picture that wrote something from a place on, both from 0; 0 for none."""
        ...

    def scroll(self, top: int, bottom: int, rows: int) -> bool:
        """Have the terminal move the rows from `top` to `bottom`, from 0, up by `rows`, or down if that is negative.

        It does so just before the next picture. Returns: False if it cannot be done.
        """
        ...


class NoOutput:
    """A terminal that is never behind, and cannot scroll."""

    is_behind = False
    frames = 0

    def written_at(self, row: int, column: int) -> int:  # noqa: ARG002 - the protocol's names
        """Return that nothing was written."""
        return 0

    def scroll(self, top: int, bottom: int, rows: int) -> bool:  # noqa: ARG002 - the protocol's names
        """Refuse."""
        return False


class Pending:
    """Places on the screen that were drawn anew, until a picture with them has been written.

    Textual writes them a little later, and meanwhile perhaps a picture without them: to scroll then would leave behind
    what was there before.
    """

    def __init__(self, output: Callable[[], Output]) -> None:
        self._output = output
        self._places: dict[tuple[int, int], int] = {}

    def add(self, rows: Iterable[int], column: int) -> None:
        """Wait for rows to be written from a column on."""
        frames = self._output().frames
        self._places.update(((row, column), frames) for row in rows)

    def clear(self) -> None:
        """Wait for nothing any more: all is drawn anew."""
        self._places.clear()

    def is_empty(self) -> bool:
        """Return whether all of it was written."""
        written_at = self._output().written_at
        self._places = {place: frames for place, frames in self._places.items() if written_at(*place) <= frames}
        return not self._places


def rows_moved(before: Sequence[object], after: Sequence[object], blank: object) -> int:
    """Return by how many rows a picture has moved up; 0 if it has not, or has little in common with the one before.

    Rows are compared by identity; one that is `blank` says nothing.
    """
    places = {id(row): y for y, row in enumerate(before) if row is not blank}
    moves = Counter(places[id(row)] - y for y, row in enumerate(after) if id(row) in places)
    for move, count in moves.most_common(1):
        return move if count >= len(after) * WORTH else 0
    return 0


def changed_rows(before: Sequence[object], after: Sequence[object]) -> list[int]:
    """Return the rows of a picture that differ from those of the one before."""
    return [y for y, row in enumerate(after) if y >= len(before) or (row is not before[y] and row != before[y])]


def moved(picture: Sequence[Row], rows: int) -> list[Row | None]:
    """Return a picture after the terminal has moved it up, or down if negative; None is a row that is left empty."""
    height = len(picture)
    return [picture[y + rows] if 0 <= y + rows < height else None for y in range(height)]
