"""What came before in a conversation that is gone on with. Knows no file and no face."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from frieza_tui.chat.cut_run import CutRun
from frieza_tui.domain.events import RunEvent
from frieza_tui.domain.thread import Thread
from frieza_tui.domain.turn import PastTurn
from frieza_tui.text.safe import make_safe, safe_line
from frieza_tui.text.safe_events import SafeEvents, safe_message


@dataclass(frozen=True, slots=True)
class Past:
    """A kept thread, its texts as they came."""

    thread: Thread
    turns: tuple[PastTurn, ...] = ()
    """On whatever branch."""
    draft: str = ""
    """What was written and not sent."""
    cut_run: CutRun | None = None
    """The path's last turn's run, if the server may have the rest of it."""
    queued: tuple[str, ...] = ()
    """What waited to be sent, oldest first."""

    @property
    def safe_draft(self) -> str:
        """The draft, safe to show."""
        return make_safe(self.draft)


def safe_turn(turn: PastTurn) -> PastTurn:
    """Return a turn with every text in it safe to show."""
    ended = turn.ended
    if ended is not None and (ended.happened or ended.todo):
        ended = replace(ended, happened=safe_line(ended.happened, 600), todo=safe_line(ended.todo, 600))
    user = safe_message(turn.user) if turn.user is not None else None
    return PastTurn(user, tuple(_safe(turn.events)), ended, turn.reply_id)


def _safe(events: tuple[RunEvent, ...]) -> Iterator[RunEvent]:
    safe = SafeEvents()
    for event in events:
        yield from safe.make(event)
    yield from safe.close()
