"""The turns on the screen: each one's bubbles, and which of them is open. Knows the log, no screen and no chat."""

from dataclasses import dataclass
from typing import TypeAlias

from frieza_tui.backends.base import Preparation
from frieza_tui.domain.turn import PastTurn, TurnEnded, TurnEvent
from frieza_tui.i18n import _
from frieza_tui.tui.log.bubble import BubbleState, Words
from frieza_tui.tui.log.message_log import MessageLog
from frieza_tui.tui.reply_bubble import ReplyBubble
from frieza_tui.tui.words import USER_LABEL

Number: TypeAlias = int


@dataclass(slots=True)
class _Turn:
    """One turn as the screen remembers it."""

    text: str
    user_key: str
    reply: ReplyBubble
    ended: TurnEnded | None = None
    is_past: bool = False
    """It comes from a kept thread."""


class Turns:
    """Opens turns, hands their events to their bubbles, and closes each exactly once."""

    def __init__(self, log: MessageLog, assistant_name: str) -> None:
        self._log = log
        self._assistant_name = assistant_name
        self.number = 0
        """Of the turn that began last; 0 before the first."""
        self._current: _Turn | None = None

    @property
    def is_open(self) -> bool:
        """Whether a turn has begun and not ended."""
        return self._current is not None and self._current.ended is None

    @property
    def last_text(self) -> str:
        """The user's message of the turn that began last."""
        return self._current.text if self._current else ""

    @property
    def last_ended(self) -> TurnEnded | None:
        """How the turn that began last ended; None while it is open or if there was none."""
        return self._current.ended if self._current else None

    @property
    def own_ended(self) -> TurnEnded | None:
        """As `last_ended`, but None for a turn of a kept thread, which tells nothing of the server now."""
        return self._current.ended if self._current and not self._current.is_past else None

    def open(self, text: str, waiting_for: Words) -> Number:
        """Show the user's message and an empty reply that says what it waits for; return the turn's number.

        A message that was not sent and is sent now, changed or not, takes the place of the one that failed.
        """
        if self._current and self._current.ended and not self._current.ended.is_sent and self._current.text == text:
            self._log.remove_bubble(self._current.user_key)
            self._log.remove_bubble(self._current.reply.key)
        self.number += 1
        user_key = f"user-{self.number}"
        self._log.add_bubble(user_key, "user", USER_LABEL, BubbleState(), source=text)
        return self._open_reply(text, user_key, waiting_for)

    def reopen(self, waiting_for: Words) -> Number:
        """Show an empty reply in place of the last one, under the same message; return the turn's number."""
        last = self._current
        if last is None:
            raise RuntimeError("no turn to open again")
        self._log.remove_bubble(last.reply.key)
        self._log.set_state(last.user_key, BubbleState())
        self.number += 1
        return self._open_reply(last.text, last.user_key, waiting_for)

    def forget(self) -> None:
        """Begin with another thread; the bubbles are the log's business."""
        self._current = None

    def show_past(self, past: PastTurn) -> None:
        """Show a turn of a kept thread, its texts safe; it can be asked again like any other."""
        self.number += 1
        user_key, text = f"user-{self.number}", past.user.text if past.user else ""
        if past.user is not None:
            self._log.add_bubble(user_key, "user", USER_LABEL, BubbleState(), source=text)
        self._open_reply(text, user_key, "", is_past=True)
        for event in past.events:
            self.take(self.number, event)
        self.take(self.number, past.ended)

    def wait(self, preparation: Preparation) -> None:
        """Say in the open reply how far the backend is, as long as its run has not begun."""
        if self._current is not None and self.is_open:
            self._current.reply.wait(preparation)

    def take(self, turn: Number, event: TurnEvent) -> bool:
        """Hand an event to its reply. False if the turn is not the open one: the event is dropped."""
        if self._current is None or not self.is_open or turn != self.number:
            return False
        if isinstance(event, TurnEnded):
            self._close(self._current, event)
        else:
            self._current.reply.take(event)
        return True

    def _open_reply(self, text: str, user_key: str, waiting_for: Words, *, is_past: bool = False) -> Number:
        reply = ReplyBubble(self._log, f"reply-{self.number}", self._assistant_name, waiting_for)
        self._current = _Turn(text, user_key, reply, is_past=is_past)
        self._log.follow_end()
        return self.number

    def _close(self, turn: _Turn, ended: TurnEnded) -> None:
        turn.ended = ended
        turn.reply.end(ended)
        if not ended.is_sent:
            self._log.set_state(turn.user_key, BubbleState(lambda: _("not sent"), "error"))
