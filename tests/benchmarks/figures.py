"""What was measured, beside what, and whether a bound is met; and the table that says so."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

Sample: TypeAlias = Mapping[str, float]
"""What one run measured, by name; empty if the run failed."""
Samples: TypeAlias = Mapping[str, Sequence[Sample]]
"""By program; the runs of one index came one after the other."""

HEAD: Final = ("what", "unit", "frieza-tui", "beside it", "ratio", "bound", "later bound")


@dataclass(frozen=True, slots=True)
class Bound:
    """What a figure must not exceed, now and later on."""

    now: float | None
    """None: there is no bound yet."""
    over: str = ""
    """The program whose figure it is a multiple of; empty: the figure itself is bounded."""
    later: float | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: the values of all runs, in order; None where a run failed."""

    what: str
    unit: str
    values: Sequence[float | None]
    beside: str = ""
    beside_values: Sequence[float | None] = ()
    bound: Bound | None = None

    @property
    def ratios(self) -> list[float]:
        """Ours over the other's, run by run."""
        pairs = zip(self.values, self.beside_values, strict=False)
        return [ours / other for ours, other in pairs if ours is not None and other]

    @property
    def is_met(self) -> bool | None:
        """Whether today's bound is met; None without one. Runs that failed do not meet it."""
        return self._meets(self.bound.now if self.bound else None)

    def row(self) -> tuple[str, ...]:
        """The line's cells."""
        beside = f"{self.beside} {_span(self.beside_values)}" if self.beside else ""
        ratio = _span(self.ratios) if self.ratios else ""
        now, later = (self.bound.now, self.bound.later) if self.bound else (None, None)
        return self.what, self.unit, _span(self.values), beside, ratio, self._verdict(now), self._verdict(later)

    def _meets(self, limit: float | None) -> bool | None:
        if limit is None:
            return None
        judged: Sequence[float | None] = self.ratios if self.bound and self.bound.over else self.values
        known = [value for value in judged if value is not None]
        return bool(known) and None not in self.values and statistics.median(known) <= limit

    def _verdict(self, limit: float | None) -> str:
        if limit is None or self.bound is None:
            return ""
        over = f" × {self.bound.over}" if self.bound.over else ""
        return f"≤ {limit:g}{over}: " + ("met" if self._meets(limit) else "**not met**")


def compare(what: str, unit: str, samples: Samples, key: str, *bounds: Bound) -> list[Figure]:
    """Return one figure for each program beside the first, with the bound that belongs to it."""
    (_, ours), *others = samples.items()
    values = [sample.get(key) for sample in ours]
    over = {bound.over: bound for bound in bounds}
    figures = [
        Figure(what, unit, values, name, [sample.get(key) for sample in theirs], over.get(name))
        for name, theirs in others
    ]
    if "" in over:
        return [Figure(what, unit, values, bound=over[""]), *figures]
    return figures or [Figure(what, unit, values)]


def table(figures: Sequence[Figure]) -> str:
    """Return a Markdown table."""
    rows = [HEAD, tuple("---" for _ in HEAD), *(figure.row() for figure in figures)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _span(values: Sequence[float | None]) -> str:
    """Write the median and the range; say how many runs of how many they come from if some failed."""
    known = [value for value in values if value is not None]
    if not known:
        return "not reached"
    median = _number(statistics.median(known))
    span = f"{median} ({_number(min(known))}–{_number(max(known))})" if len(known) > 1 else median
    return span if len(known) == len(values) else f"{span}, {len(known)} of {len(values)} runs"


def _number(value: float) -> str:
    size = abs(value)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 else 3
    return f"{value:.{digits}f}"
