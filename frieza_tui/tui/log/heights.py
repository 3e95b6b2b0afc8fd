"""A list of heights that finds a row, and sums, without going through all of it. Knows nothing else."""

from collections.abc import Iterable

_BUCKET = 64


class Heights:
    """Heights in rows, in order."""

    def __init__(self, values: Iterable[int] = ()) -> None:
        self._values = list(values)
        self._sums = [sum(self._values[at : at + _BUCKET]) for at in range(0, len(self._values), _BUCKET)]
        self.total = sum(self._sums)

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, index: int) -> int:
        return self._values[index]

    def append(self, height: int) -> None:
        """Add a height at the end."""
        if len(self._values) % _BUCKET == 0:
            self._sums.append(0)
        self._values.append(height)
        self._sums[-1] += height
        self.total += height

    def set(self, index: int, height: int) -> None:
        """Change a height."""
        change = height - self._values[index]
        if change:
            self._values[index] = height
            self._sums[index // _BUCKET] += change
            self.total += change

    def truncate(self, count: int) -> None:
        """Keep the first ones only."""
        while len(self._values) > count:
            height = self._values.pop()
            self._sums[-1] -= height
            self.total -= height
            if len(self._values) % _BUCKET == 0:
                self._sums.pop()

    def before(self, index: int) -> int:
        """Return the rows before an entry."""
        bucket = index // _BUCKET
        return sum(self._sums[:bucket]) + sum(self._values[bucket * _BUCKET : index])

    def find(self, row: int) -> tuple[int, int]:
        """Return the entry that a row is in, and the row within it; past the end, the last entry's last row."""
        if not self._values:
            return 0, 0
        bucket = 0
        while bucket < len(self._sums) - 1 and row >= self._sums[bucket]:
            row -= self._sums[bucket]
            bucket += 1
        index = bucket * _BUCKET
        last = min(index + _BUCKET, len(self._values)) - 1
        while index < last and row >= self._values[index]:
            row -= self._values[index]
            index += 1
        return index, max(0, min(row, self._values[index] - 1))
