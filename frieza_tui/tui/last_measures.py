"""Which turn's measures the top line tells: the last one's, as long as those who answered it are who answers now."""

from frieza_tui.domain.turn import TurnEnded
from frieza_tui.tui.turns import Turns


class LastMeasures:
    """The measures of the last turn; they stay while the next one runs."""

    def __init__(self, turns: Turns) -> None:
        """Take the turns of the screen."""
        self._turns = turns
        self._server = ""
        self._last_of_others = 0
        self._ended: TurnEnded | None = None

    @property
    def are_due(self) -> bool:
        """Whether a turn of this thread has begun here, and not only been read from disk."""
        return self._turns.has_begun

    def forget(self) -> None:
        """Somebody else answers from now on; what is open is still the other one's."""
        self._last_of_others, self._ended = self._turns.number, None

    def with_server(self, server: str) -> TurnEnded | None:
        """Return the turn to tell of, with this server answering now."""
        if server != self._server:
            self._server = server
            self.forget()
        ended = self._turns.own_ended
        if not self.are_due:
            self._ended = None
        elif ended is not None and self._turns.number > self._last_of_others:
            self._ended = ended
        return self._ended
