"""Notices in the log: what is the matter, said by nobody of the conversation. Knows no reason of theirs."""

from collections.abc import Callable

from frieza_tui.tui.log.bubble import BubbleState, Words
from frieza_tui.tui.log.bubbles import Bubbles


class Notices:
    """Bubbles of the program's own, one for each matter."""

    def __init__(self, bubbles: Bubbles, fit_greeting: Callable[[], object]) -> None:
        """Take the log's bubbles, and what shows the log, or the greeting in the place of an empty one."""
        self._bubbles = bubbles
        self._fit_greeting = fit_greeting

    def put(self, matter: str, label: Words, state: BubbleState, words: Words) -> None:
        """Say something at the end of the log, in place of what was said of the same matter."""
        self._bubbles.remove(matter)
        self._bubbles.add(matter, "notice", label, state)
        self._bubbles.note(matter, words)
        self._bubbles.settle(matter)
        self._fit_greeting()

    def remove(self, matter: str) -> None:
        """Say nothing of a matter any more; a log that is empty for another reason stays as it is."""
        was_empty = self._bubbles.is_empty
        self._bubbles.remove(matter)
        if not was_empty:
            self._fit_greeting()
