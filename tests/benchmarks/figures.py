"""What was measured, beside what, and whether a bound is met; and the tables that say so."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Sample: TypeAlias = Mapping[str, float]
"""What one run measured, by name; empty if the run failed."""
Values: TypeAlias = Sequence[float | None]
"""One value of each run, in order; None where a run failed."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What a figure must not exceed, now and later on."""

    now: float | None
    """None: there is no bound yet."""
    over: str = ""
    """The column of which it is a multiple; empty: the figure itself is bounded."""
    later: float | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a table."""

    what: str
    unit: str
    columns: Mapping[str, Values]
    """Ours first; the runs of one index came one after the other."""
    bound: Bound | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether today's bound is met; None without one, or where nothing stands beside that it speaks of."""
        return self._meets(self.bound.now if self.bound else None)

    def row(self, columns: Sequence[str]) -> tuple[str, ...]:
        """The line's cells: what, unit, one for each column, ratio, today's bound, the later one."""
        cells = (_span(self.columns[name]) if name in self.columns else "" for name in columns)
        ratios = self._ratios(self._beside(columns))
        now, later = (self.bound.now, self.bound.later) if self.bound else (None, None)
        return self.what, self.unit, *cells, _span(ratios) if ratios else "", self._verdict(now), self._verdict(later)

    def _beside(self, columns: Sequence[str]) -> str:
        if self.bound and self.bound.over in self.columns:
            return self.bound.over
        return columns[1] if len(columns) > 1 else ""

    def _ratios(self, beside: str) -> list[float]:
        """Ours over another column's, run by run."""
        ours = next(iter(self.columns.values()))
        pairs = zip(ours, self.columns.get(beside, ()), strict=False)
        return [mine / other for mine, other in pairs if mine is not None and other]

    def _meets(self, limit: float | None) -> bool | None:
        if limit is None or self.bound is None or (self.bound.over and self.bound.over not in self.columns):
            return None
        ours = next(iter(self.columns.values()))
        judged = self._ratios(self.bound.over) if self.bound.over else [value for value in ours if value is not None]
        return bool(judged) and None not in ours and statistics.median(judged) <= limit

    def _verdict(self, limit: float | None) -> str:
        is_met = self._meets(limit)
        if is_met is None or self.bound is None:
            return ""
        over = f" × {self.bound.over}" if self.bound.over else ""
        return f"≤ {limit:g}{over}: " + ("met" if is_met else "**not met**")


def compare(
    what: str, unit: str, samples: Mapping[str, Sequence[Sample]], key: str, bound: Bound | None = None
) -> Figure:
    """Return the line for one of the things that each run measured."""
    return Figure(what, unit, {name: [run.get(key) for run in runs] for name, runs in samples.items()}, bound)


def table(figures: Sequence[Figure]) -> str:
    """Return a Markdown table; the ratio is ours to the column that the bound speaks of, else to the next one."""
    columns = list(dict.fromkeys(name for figure in figures for name in figure.columns))
    head = ("what", "unit", *columns, "ratio", "bound", "later bound")
    rows = [head, tuple("---" for _ in head), *(figure.row(columns) for figure in figures)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _span(values: Values) -> str:
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
