"""A turn of a thread's path, of which a long thread has many: made safe, and read, only where somebody looks.

Knows no file and no face.
"""

from dataclasses import replace
from typing import Final, NamedTuple

from frieza_tui.chat.past import safe_turn
from frieza_tui.domain.thread import Message, TextPart
from frieza_tui.domain.turn import PastTurn, TurnEnded
from frieza_tui.store.run_events import events_of
from frieza_tui.text.safe import make_safe

_DONE: Final = TurnEnded("done")


class PathTurn(NamedTuple):
    """A message of the user's and what answered it. What is not said to be safe is as it came, for counting only."""

    user: Message | None
    """None for what an imported assistant said unasked."""
    reply: Message | None
    """None if none came, or it was deleted."""
    known: PastTurn | None
    """What is known of the run besides the messages."""
    is_rest_lost: bool = False
    """The reply was cut off, and nobody fetches the rest any more."""

    @property
    def user_id(self) -> str:
        """Of the user's message; "" without one."""
        return self.user.id if self.user is not None else ""

    @property
    def reply_id(self) -> str:
        """Of the reply; "" without one."""
        return self.reply.id if self.reply is not None else ""

    @property
    def has_reply(self) -> bool:
        """Whether something is to be shown for the reply, if only why there is none."""
        return self.reply is not None or (self.known is not None and self.known.ended is not None)

    @property
    def user_text(self) -> str:
        """The user's text, safe to show."""
        return make_safe(self.user.text) if self.user is not None else ""

    @property
    def reply_text(self) -> str | None:
        """The reply's Markdown, safe to show; None if it takes the whole turn to tell."""
        if self.reply is None or (self.known is not None and self.known.events):
            return None
        texts = (make_safe(part.text) for part in self.reply.parts if isinstance(part, TextPart))
        return "\n\n".join(text for text in texts if text)

    def read(self) -> PastTurn:
        """Return the turn with every text in it safe to show, and with events that tell all of it."""
        known, reply = self.known, self.reply
        if reply is None:
            turn = known if known is not None else PastTurn(self.user, ended=None)
        else:
            events = (known.events if known is not None else ()) or tuple(events_of(reply))
            turn = PastTurn(self.user, events, known.ended if known is not None else _DONE, reply.id)
        if self.is_rest_lost and turn.ended is not None:
            turn = replace(turn, ended=replace(turn.ended, rest="lost"))
        return safe_turn(turn)
