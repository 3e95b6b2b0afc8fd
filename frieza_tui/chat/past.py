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
    draft: str = ""
    """What was written and not sent."""
    cut_run: CutRun | None = None
    """The last turn's run, if the server may have the rest of it."""

    def safe_turns(self) -> Iterator[PastTurn]:
        """Yield the turns, oldest first, with every text in them safe to show."""
        for turn in self.turns:
            ended = replace(
                turn.ended, happened=safe_line(turn.ended.happened, 600), todo=safe_line(turn.ended.todo, 600)
            )
            if ended.rest == "on_server" and (self.cut_run is None or turn is not self.turns[-1]):
                ended = replace(ended, rest="lost")
            user = safe_message(turn.user) if turn.user is not None else None
            yield PastTurn(user, tuple(_safe(turn.events)), ended)

    @property
    def safe_draft(self) -> str:
        """The draft, safe to show."""
        return make_safe(self.draft)


def _safe(events: tuple[RunEvent, ...]) -> Iterator[RunEvent]:
    safe = SafeEvents()
    for event in events:
        yield from safe.make(event)
    yield from safe.close()
