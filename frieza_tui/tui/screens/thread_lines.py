"""Kept threads as lines of a list: found by words, and how each is shown. Knows no widget."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Final

from textual.content import Content

from frieza_tui.store.thread_reader import Hit, ThreadSummary
from frieza_tui.store.threads import Threads
from frieza_tui.text.moments import local_time
from frieza_tui.text.width import cell_len, graphemes

ROOMY_COLUMNS: Final = 60
"""In narrower windows a thread has its day, and no time of day …"""
NARROW_COLUMNS: Final = 40
"""… and in narrower ones than this no year."""


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """A thread, and the words in it for which it was found."""

    summary: ThreadSummary
    hit: Hit | None = None

    def content(self, columns: int, doomed: Container[str], current_id: str) -> Content:
        """Return the line for a window of so many columns; with a hit there are two.

        doomed: ids of the threads that are to be deleted. current_id: of the one that goes on.
        """
        one = self.summary
        is_doomed, is_current = one.id in doomed, one.id == current_id
        first = Content.assemble(
            "✗ " if is_doomed else "● " if is_current else "  ",
            (_moment(one, columns), "$foreground-muted"),
            "  ",
            (one.title, "strike $foreground-muted" if is_doomed else "bold"),
            (f"  {one.first_words}", "$foreground-muted"),
        )
        return first if self.hit is None else Content.assemble(first, "\n    …", _excerpt(self.hit, columns))


def find_lines(threads: Threads, words: str) -> list[ThreadLine]:
    """Return the threads that have these words; without words all."""
    hits = {hit.thread.id: hit for hit in threads.first_hits(words)}
    return [ThreadLine(one, hits.get(one.id)) for one in threads.recent(words)]


def _moment(one: ThreadSummary, columns: int) -> str:
    start, end = 0 if columns >= NARROW_COLUMNS else 5, 16 if columns >= ROOMY_COLUMNS else 10
    return local_time(one.updated_at)[start:end]


def _excerpt(hit: Hit, columns: int) -> Content:
    before = hit.before
    while cell_len(before) > columns // 4:
        before = before.removeprefix(next(graphemes(before)))
    muted = "$foreground-muted"
    return Content.assemble((before, muted), (hit.found, "reverse"), (hit.after, muted))
