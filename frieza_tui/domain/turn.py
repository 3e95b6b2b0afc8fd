"""A turn: the user's message and the run that answers it, as the program sees it."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from frieza_tui.domain.events import RunEvent
from frieza_tui.domain.run import Usage
from frieza_tui.domain.thread import Message

TurnOutcome: TypeAlias = Literal["done", "incomplete", "cancelled", "failed"]
Trouble: TypeAlias = Literal["", "connection", "key", "limit"]
"""What kind of failure it was, as far as the screen tells kinds apart; "" for any other and for none."""
Rest: TypeAlias = Literal["", "lost", "on_server"]
"""Of a reply that was cut off: gone, or maybe still to be had from the server."""


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The turn is over. Each turn ends with exactly one of these, and nothing follows it."""

    outcome: TurnOutcome
    happened: str = ""
    """For incomplete and failed: one sentence on what happened, safe to show."""
    todo: str = ""
    """One sentence on what to do now, safe to show."""
    is_sent: bool = True
    """False: the user's message never reached a server, and has been taken out of the thread again."""
    usage: Usage | None = None
    first_token_s: float | None = None
    """Seconds from the request to the first piece of text, refusal or reasoning."""
    tokens_per_s: float | None = None
    """While the reply was written, from the server's own count of tokens; None where it gives none."""
    total_s: float = 0.0
    """Seconds from sending to the end, all waits included."""
    trouble: Trouble = ""
    rest: Rest = ""
    """What became of the part of the reply that is missing; empty for a reply that was not cut off."""


@dataclass(frozen=True, slots=True)
class TurnDelayed:
    """The server asked for a wait; the request is sent again after it. Comes once a second, at last with 0 left."""

    happened: str
    """One sentence on what happened, safe to show."""
    is_limit: bool
    """A rate limit; else an overload."""
    left_s: int
    is_news: bool = False
    """It is the first of its wait."""


@dataclass(frozen=True, slots=True)
class TurnSilent:
    """Nothing has come from the server for some seconds. Comes once a second while that lasts, at last with 0."""

    silent_s: int


TurnEvent: TypeAlias = RunEvent | TurnDelayed | TurnSilent | TurnEnded


@dataclass(frozen=True, slots=True)
class PastTurn:
    """A turn of a thread that was kept, as it came."""

    user: Message | None
    """None for what an imported assistant said unasked."""
    events: tuple[RunEvent, ...] = ()
    """What there is to show of the run, texts joined; empty if nothing answered, or if the message tells it all."""
    ended: TurnEnded | None = TurnEnded("done")
    """None: nobody has been asked, or the reply was deleted."""
    reply_id: str = ""
    """Of the message that answered; "" if none did."""

    @property
    def key(self) -> str:
        """What no other turn of a thread has: the reply's id, without a reply the user's message's."""
        return self.reply_id or (self.user.id if self.user else "")


@dataclass(frozen=True, slots=True)
class Unsent:
    """What a user wrote that no server has."""

    draft: str = ""
    queued: tuple[str, ...] = ()
    """Messages that waited for the turn before them, oldest first."""
