"""Messages that wait for the turn before them to end. Knows no face."""

from collections.abc import Callable, Iterable, Iterator


class MessageQueue:
    """The user's messages still to be sent, oldest first; each has a number by which it can be taken back."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.on_change: Callable[[], None] = lambda: None
        self._waiting = dict(enumerate(texts, 1))
        self._last_id = len(self._waiting)

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return iter(tuple(self._waiting.items()))

    def __len__(self) -> int:
        return len(self._waiting)

    def push(self, text: str) -> int:
        """Queue a message; returns its number."""
        self._last_id += 1
        self._waiting[self._last_id] = text
        self.on_change()
        return self._last_id

    def replace(self, texts: Iterable[str]) -> None:
        """Let these wait, and no others."""
        self._waiting = dict(enumerate(texts, self._last_id + 1))
        self._last_id += len(self._waiting)
        self.on_change()

    def take_back(self, number: int) -> str | None:
        """Take a message out by its number; None if it is no longer here."""
        text = self._waiting.pop(number, None)
        if text is not None:
            self.on_change()
        return text

    def take_back_last(self) -> str | None:
        """Take out the message that was queued last; None if none waits."""
        return self.take_back(next(reversed(self._waiting))) if self._waiting else None

    def pop_next(self) -> str | None:
        """Take out the message that has waited longest; None if none waits."""
        return self.take_back(next(iter(self._waiting))) if self._waiting else None
