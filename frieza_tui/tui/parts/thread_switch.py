"""Which thread is on the screen: the one that came with the conversation, a kept one, or a new one. Knows no file."""

import asyncio
import logging
from collections.abc import Callable

from frieza_tui.chat import Chat, Past
from frieza_tui.domain.errors import StoreError
from frieza_tui.domain.thread import Thread
from frieza_tui.i18n import _
from frieza_tui.tui.collecting import put_off_collections
from frieza_tui.tui.log.message_log import MessageLog
from frieza_tui.tui.parts.drafts import Drafts
from frieza_tui.tui.parts.outbox import Outbox
from frieza_tui.tui.parts.turn_runner import TurnRunner
from frieza_tui.tui.parts.workers import Workers
from frieza_tui.tui.widgets.waiting_line import WaitingLine

log = logging.getLogger(__name__)


class ThreadSwitch:
    """Shows a thread whole, and goes on with another."""

    def __init__(
        self,
        chat: Chat,
        message_log: MessageLog,
        waiting_line: WaitingLine,
        runner: TurnRunner,
        outbox: Outbox,
        drafts: Drafts,
        workers: Workers,
    ) -> None:
        self.on_shown: Callable[[], object] = lambda: None
        """Called when another thread is shown."""
        self._chat = chat
        self._message_log = message_log
        self._waiting_line = waiting_line
        self._runner = runner
        self._outbox = outbox
        self._drafts = drafts
        self._workers = workers

    def begin(self) -> None:
        """Show what came before, and fetch the rest of a reply that was cut off."""
        self._show_past()
        if self._chat.can_rejoin:
            self._message_log.call_after_refresh(self._runner.retry)

    def _show_past(self) -> None:
        with put_off_collections():
            self._runner.show_path()
        self._message_log.follow_end()
        self._outbox.is_old = len(self._chat.queue) > 0
        self._drafts.offer(self._chat.past.safe_draft)
        self.on_shown()

    def choose(self) -> None:
        """Show the kept threads, and go on with the one that is chosen there."""
        self._workers.start("threads", self._choose)

    async def _choose(self) -> None:
        from frieza_tui.tui.screens.threads import ThreadsScreen

        opened = await self._workers.ask(ThreadsScreen(self._chat.thread.id))
        if opened is None:
            return
        if opened.past.thread.id != self._chat.thread.id:
            if not self._go_on_with(await self._with_its_run(opened.past)):
                return
        elif opened.message_id and not self._chat.is_busy and self._chat.branches.go_to(opened.message_id):
            self._runner.show_path()
        if opened.found:
            self._message_log.call_after_refresh(self._message_log.finding.find, opened.found)

    def begin_new(self) -> None:
        """Begin a new thread; the one before stays among the kept ones."""
        self._go_on_with(Past(Thread()))

    async def _with_its_run(self, past: Past) -> Past:
        """Return a past with the run of its last reply, if that was cut off and the rest may be had."""
        if self._chat.is_busy:
            return past
        try:
            return await asyncio.to_thread(self._chat.take_over, past)
        except StoreError as error:
            log.warning("whether the rest of the last reply is to be had is not known: %s", error.happened)
            return past

    def _go_on_with(self, past: Past) -> bool:
        """Go on with another thread; what is not sent stays with the one before, and among the earlier inputs."""
        if self._chat.is_busy:
            self._waiting_line.say(_("Cancel the answer first."))
            return False
        self._drafts.keep()
        self._outbox.remember_all()
        self._chat.go_on_with(past)
        self._drafts.put_aside()
        self._runner.forget()
        self._show_past()
        if self._chat.can_rejoin:
            self._runner.retry()
        return True
