"""What the bubbles of a kept thread show, read when they come into view. Knows no widget and no file."""

from frieza_tui.chat.path_turn import PathTurn
from frieza_tui.domain.thread import Message
from frieza_tui.tui.log.bubble import Author, BubbleState, Words
from frieza_tui.tui.log.content import Bubble, measures_of
from frieza_tui.tui.reply_bubble import ReplyBubble


class PastMessage:
    """What the user said in a turn."""

    __slots__ = ("_turn",)

    def __init__(self, turn: PathTurn) -> None:
        self._turn = turn

    def measures(self) -> tuple[int, int]:
        """Return line ends and cells."""
        return _measures(self._turn.user)

    def source(self) -> str:
        """Return the text."""
        return self._turn.user_text

    def fill(self, bubble: Bubble) -> None:
        """Show the text."""
        bubble.put("text:0", self._turn.user_text)


class PastReply:
    """What answered in a turn: text, tool calls, and how it ended."""

    __slots__ = ("_label", "_turn", "_was_shown")

    def __init__(self, turn: PathTurn, label: str) -> None:
        self._turn = turn
        self._label = label
        self._was_shown = False

    def measures(self) -> tuple[int, int]:
        """Return line ends and cells of the message."""
        return _measures(self._turn.reply)

    def source(self) -> str:
        """Return the text."""
        text = self._turn.reply_text
        if text is not None:
            return text
        bubble = Bubble("", "assistant", self._label)
        self.fill(bubble)
        return bubble.source

    def fill(self, bubble: Bubble) -> None:
        """Show it as if the run had only just ended; what the reader unfolded stays so."""
        turn, is_first = self._turn.read(), not self._was_shown
        self._was_shown = self._was_shown or bubble.sleeper is self
        reply = ReplyBubble(_OneBubble(bubble, folds=is_first), bubble.key, self._label, "")
        for event in turn.events:
            reply.take(event)
        if turn.ended is not None:
            reply.end(turn.ended)


def _measures(message: Message | None) -> tuple[int, int]:
    return measures_of(message.text) if message is not None else (1, 0)


class _OneBubble:
    """Takes for a bubble what a reply says."""

    def __init__(self, bubble: Bubble, *, folds: bool) -> None:
        self._bubble = bubble
        self._folds = folds

    def add(self, key: str, author: Author, label: Words, state: BubbleState) -> None:
        """It is there already."""

    def feed(self, key: str, text: str, segment: str) -> None:  # noqa: ARG002 - as a place has it
        """Append text to a segment."""
        if text:
            self._bubble.put(segment, text)

    def fold(self, key: str, segment: str) -> None:  # noqa: ARG002 - as a place has it
        """Show the first rows only of a segment."""
        if self._folds:
            self._bubble.segments_to_fold |= {segment}

    def note(self, key: str, words: Words, segment: str) -> None:  # noqa: ARG002 - as a place has it
        """Say something in a segment of its own."""
        self._bubble.note(segment, words)

    def set_state(self, key: str, state: BubbleState) -> None:  # noqa: ARG002 - as a place has it
        """Show another state."""
        self._bubble.state = state

    def settle(self, key: str) -> None:
        """It is settled already."""
