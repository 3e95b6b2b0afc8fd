"""What is written and not sent: kept on disk while it is written, and given back after a crash. Knows no file."""

from textual.timer import Timer

from frieza_tui.chat import Chat
from frieza_tui.i18n import _
from frieza_tui.text.safe import make_safe
from frieza_tui.tui.parts.outbox import Outbox
from frieza_tui.tui.parts.workers import Workers
from frieza_tui.tui.widgets.composer import Composer
from frieza_tui.tui.widgets.waiting_line import WaitingLine

DRAFT_S = 0.1
"""How long what is typed is gathered before it is kept."""
LOST_DRAFT_S = 0.5
"""After the first picture and the first keys there is time to open the file."""


class Drafts:
    """Keeps what is in the box and in the queue."""

    def __init__(
        self, chat: Chat, composer: Composer, waiting_line: WaitingLine, outbox: Outbox, workers: Workers
    ) -> None:
        self._chat = chat
        self._composer = composer
        self._waiting_line = waiting_line
        self._outbox = outbox
        self._workers = workers
        self._timer: Timer | None = None

    def begin(self) -> None:
        """Look soon for what was lost."""
        self._composer.set_timer(LOST_DRAFT_S, lambda: self._workers.start("draft", self._bring_lost))

    async def _bring_lost(self) -> None:
        """Give back what was written when the program was ended from outside."""
        lost = await self._chat.lost_unsent()
        self._outbox.bring_back(lost.queued)
        if lost.draft and not self._composer.offer(lost.draft):
            self._composer.remember(lost.draft)
            self._waiting_line.say(_("What you had written last time is back: ↑ brings it."))

    def keep_soon(self) -> None:
        """Keep what is written, once it has stood for a moment."""
        if self._timer is None:
            self._timer = self._composer.set_timer(DRAFT_S, self.keep)

    def keep(self) -> None:
        """Keep what is written, and have it read ahead."""
        self._timer = None
        self._chat.keep_unsent(self._composer.text)
        self._chat.ahead.note(make_safe(self._composer.text).strip("\n"))

    def put_aside(self) -> None:
        """Empty the box; what was in it goes to the earlier inputs."""
        self._composer.put_aside()

    def offer(self, draft: str) -> None:
        """Put a thread's draft in the box, if that is empty."""
        if draft:
            self._composer.offer(draft)
