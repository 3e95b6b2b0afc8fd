"""Turns a reply's pieces into run events; pure, does no I/O."""

from dataclasses import replace

from frieza_tui.backends.embedded.engine_client import Piece
from frieza_tui.domain.events import MessageClosed, MessageOpened, RunChanged, RunEvent, TextDelta
from frieza_tui.domain.run import Run, RunError, Usage
from frieza_tui.domain.thread import Message, MessageStatus, TextPart, new_id


class Reply:
    """One reply in the making: every method returns the events that are due, in order."""

    def __init__(self, run: Run, opener: str = "") -> None:
        self._run = run
        self._opener = opener
        self._message_id = ""
        self._texts: list[str] = []
        self._finish_reason: str | None = None
        self._usage: Usage | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the engine has said that the reply is at its end."""
        return self._finish_reason is not None

    def feed(self, piece: Piece) -> list[RunEvent]:
        """Take one piece. The opener goes out with the first text, never alone: it is the model that answers."""
        self._finish_reason = piece.finish_reason or self._finish_reason
        self._usage = piece.usage or self._usage
        if not piece.text:
            return [] if piece.read_fraction is None else self._reading(piece.read_fraction)
        events = [*self._reading(None), *self._open()]
        if self._opener and not self._texts:
            events.append(self._delta(_joined(self._opener, piece.text)))
        else:
            events.append(self._delta(piece.text))
        return events

    def _reading(self, fraction: float | None) -> list[RunEvent]:
        """Tell how far the prompt is read; without a fraction that it is."""
        if fraction == self._run.read_fraction:
            return []
        self._run = replace(self._run, read_fraction=fraction)
        return [RunChanged(self._run)]

    def finish(self) -> list[RunEvent]:
        """The reply is whole: complete, or cut by its limit."""
        if self._finish_reason == "length":
            ended = replace(
                self._run, read_fraction=None, status="incomplete", incomplete_reason="max_completion_tokens"
            )
            return [*self._close("incomplete", "max_tokens"), RunChanged(replace(ended, usage=self._usage))]
        return [
            *self._close("completed"),
            RunChanged(replace(self._run, read_fraction=None, status="completed", usage=self._usage)),
        ]

    def fail(self, error: RunError) -> list[RunEvent]:
        """The reply broke: what has come stays, as an incomplete message."""
        events = self._close("incomplete", "run_failed") if self._message_id else []
        return [
            *events,
            RunChanged(replace(self._run, read_fraction=None, status="failed", error=error, usage=self._usage)),
        ]

    def _open(self) -> list[RunEvent]:
        if self._message_id:
            return []
        self._message_id = new_id("msg")
        return [MessageOpened(self._message_id)]

    def _delta(self, text: str) -> TextDelta:
        self._texts.append(text)
        return TextDelta(self._message_id, text)

    def _close(self, status: MessageStatus, reason: str | None = None) -> list[RunEvent]:
        events = self._open()
        message = Message("assistant", (TextPart("".join(self._texts)),), self._message_id, status)
        return [*events, MessageClosed(message, reason)]


def _joined(opener: str, text: str) -> str:
    """Put an opener before the first text, with a space between them where the language has spaces."""
    gap = " " if opener.isascii() and not text[:1].isspace() else ""
    return opener + gap + text
