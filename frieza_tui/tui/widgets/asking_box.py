"""A box for words to search by, which asks for something else in between. Knows no list."""

from collections.abc import Callable
from dataclasses import dataclass

from textual import on
from textual.message import Message
from textual.widgets import Input


class AskingBox(Input):
    """Says each change of the words; what is asked for in between is no such change."""

    @dataclass
    class Searched(Message):
        """Other words are to be searched by."""

        words: str

    searched_words = ""
    """What was said last."""
    take_answer: Callable[[str], object] | None = None
    """What gets the answer, if the box asks for one; whoever handles Submitted calls it."""

    _search_placeholder = ""

    def ask(self, value: str, take: Callable[[str], object], placeholder: str = "") -> None:
        """Ask for something, of which `value` is a first proposal.

        placeholder: shown where nothing is written, while this is asked.
        """
        self._search_placeholder = str(self.placeholder)
        self.placeholder = placeholder
        self.take_answer = take
        self._write(value)

    def stop_asking(self) -> None:
        """Hold the words to search by again."""
        self.placeholder = self._search_placeholder
        self.take_answer = None
        self._write(self.searched_words)

    def _write(self, value: str) -> None:
        self.value = value
        self.cursor_position = len(value)

    @on(Input.Changed)
    def _say_words(self, event: Input.Changed) -> None:
        event.stop()
        if self.take_answer is None and self.value != self.searched_words:
            self.searched_words = self.value
            self.post_message(self.Searched(self.value))
