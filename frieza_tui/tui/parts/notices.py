"""Notices in the log: what is the matter, said by nobody of the conversation. Knows no reason of theirs."""

from collections.abc import Callable

from frieza_tui.tui.log.bubble import BubbleState, Words
from frieza_tui.tui.log.bubbles import Bubbles


class Notices:
    """Bubbles of the program's own, one for each matter."""

    def __init__(self, bubbles: Bubbles, show_log: Callable[[], object]) -> None:
        """Take the log's bubbles, and what shows it in place of the greeting."""
        self._bubbles = bubbles
        self._show_log = show_log

    def put(self, matter: str, label: Words, state: BubbleState, words: Words) -> None:
        """Say something at the end of the log, in place of what was said of the same matter."""
        self._show_log()
        self._bubbles.remove(matter)
        self._bubbles.add(matter, "notice", label, state)
        self._bubbles.note(matter, words)
        self._bubbles.settle(matter)

    def remove(self, matter: str) -> None:
        """Say nothing of a matter any more."""
        self._bubbles.remove(matter)
