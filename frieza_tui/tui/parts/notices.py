"""Notices in the log: what is the matter, said by nobody of the conversation. Knows the log, no reason of theirs."""

from collections.abc import Callable

from frieza_tui.tui.log.bubble import BubbleState, Words
from frieza_tui.tui.log.message_log import MessageLog


class Notices:
    """Bubbles of the program's own, one for each matter."""

    def __init__(self, log: MessageLog, show_log: Callable[[], object]) -> None:
        """Take the log, and what shows it in place of the greeting."""
        self._log = log
        self._show_log = show_log

    def put(self, matter: str, label: Words, state: BubbleState, words: Words) -> None:
        """Say something at the end of the log, in place of what was said of the same matter."""
        self._show_log()
        self._log.remove_bubble(matter)
        self._log.add_bubble(matter, "notice", label, state)
        self._log.note(matter, words)
        self._log.settle(matter)

    def remove(self, matter: str) -> None:
        """Say nothing of a matter any more."""
        self._log.remove_bubble(matter)
