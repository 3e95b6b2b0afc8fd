"""What a chat screen does so that nothing is lost: shows what came before, keeps the draft. Knows no file."""

import asyncio
import logging
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.timer import Timer

from frieza_tui.chat import Chat, Past
from frieza_tui.domain.errors import StoreError, UnusableFile
from frieza_tui.domain.thread import Thread
from frieza_tui.i18n import _
from frieza_tui.text.safe import make_safe
from frieza_tui.tui.collecting import put_off_collections
from frieza_tui.tui.log.bubble import BubbleState
from frieza_tui.tui.log.message_log import MessageLog
from frieza_tui.tui.messages import KeepingChanged
from frieza_tui.tui.parts.notices import Notices
from frieza_tui.tui.parts.outbox import Outbox
from frieza_tui.tui.parts.turn_runner import TurnRunner
from frieza_tui.tui.turns import Turns
from frieza_tui.tui.widgets.composer import Composer
from frieza_tui.tui.widgets.greeting import sample_messages
from frieza_tui.tui.widgets.queue_view import QueueView
from frieza_tui.tui.widgets.waiting_line import WaitingLine

log = logging.getLogger(__name__)

DRAFT_S = 0.1
"""How long what is typed is gathered before it is kept."""
LOST_DRAFT_S = 0.5
"""After the first picture and the first keys there is time to open the file."""
_NOT_KEPT = "not-kept"


class KeptScreen(Screen[None]):
    """A screen with one conversation, whose thread and draft are kept."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f9", "keep_anew", show=False)]

    _chat: Chat
    _message_log: MessageLog
    _turns: Turns
    _composer: Composer
    _waiting_line: WaitingLine
    _notices: Notices
    _runner: TurnRunner
    _outbox: Outbox
    _draft_timer: Timer | None = None

    def on_mount(self) -> None:
        """Show what came before; listen to what becomes of the thread on disk."""
        self._chat.on_trouble = self._tell_trouble
        self._chat.ahead.opening = sample_messages()[0]
        self._show_past()
        if self._chat.can_rejoin:
            self.call_after_refresh(self.action_retry)
        self.set_timer(LOST_DRAFT_S, self._bring_lost_draft)

    def action_retry(self) -> None:
        """Fetch the rest of the last answer, or ask again; the chat screen knows how."""
        raise NotImplementedError

    def _show_situation(self) -> None:
        """Bring the status bar and the key line in step; the chat screen knows how."""
        raise NotImplementedError

    def action_go_on(self) -> None:
        """Ask the assistant to go on with an answer that is only a part."""
        self._outbox.go_on()

    @work(exclusive=True, group="draft", exit_on_error=False)
    async def _bring_lost_draft(self) -> None:
        """Give back what was written when the program was ended from outside."""
        lost = await self._chat.lost_unsent()
        if lost.queued and not len(self._chat.queue):
            self._outbox.is_old = True
            self._chat.queue.replace(lost.queued)
        if lost.draft and not self._composer.offer(lost.draft):
            self._composer.remember(lost.draft)
            self._waiting_line.say(_("What you had written last time is back: ↑ brings it."))

    def _show_past(self) -> None:
        self.set_class(not self._chat.thread.messages, "-empty")
        with put_off_collections():
            self._runner.show_path()
        self._message_log.follow_end()
        self._outbox.is_old = len(self._chat.queue) > 0
        if self._chat.past.draft:
            self._composer.offer(self._chat.past.safe_draft)

    @work(exclusive=True, group="threads", exit_on_error=False)
    async def action_threads(self) -> None:
        """Show the kept threads, and go on with the one that is chosen there."""
        from frieza_tui.tui.screens.threads import ThreadsScreen

        opened = await self.app.push_screen_wait(ThreadsScreen(self._chat.thread.id))
        if opened is None:
            return
        if opened.past.thread.id != self._chat.thread.id:
            if not self._go_on_with(await self._with_its_run(opened.past)):
                self._waiting_line.say(_("Cancel the answer first."))
                return
        elif opened.message_id and not self._chat.is_busy and self._chat.branches.go_to(opened.message_id):
            self._runner.show_path()
        if opened.found:
            self.call_after_refresh(self._message_log.find, opened.found)

    def action_new_thread(self) -> None:
        """Begin a new thread; the one before stays among the kept ones."""
        if not self._go_on_with(Past(Thread())):
            self._waiting_line.say(_("Cancel the answer first."))

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
            return False
        self._keep_draft()
        self._outbox.remember_all()
        self._chat.go_on_with(past)
        self._composer.put_aside()
        self._turns.forget()
        self._message_log.clear()
        self._show_past()
        self.post_message(Composer.DraftChanged(self._composer.has_draft))
        if self._chat.can_rejoin:
            self.action_retry()
        return True

    def _tell_trouble(self, error: StoreError | None) -> None:
        self.post_message(KeepingChanged(error))

    @on(KeepingChanged)
    def _say_trouble(self, message: KeepingChanged) -> None:
        message.stop()
        self._notices.remove(_NOT_KEPT)
        if message.error is None:
            kept_anew = _("Kept from now on; the old file is {path}.").format(path=message.moved_to)
            self._waiting_line.say(kept_anew if message.moved_to else _("Kept on disk again."), 20.0)
            return
        happened, is_unusable = make_safe(str(message.error)), isinstance(message.error, UnusableFile)

        def say() -> str:
            return " ".join([happened, _("F9 does it now and keeps this conversation.")]) if is_unusable else happened

        state = BubbleState(lambda: _("in memory"), "warning")
        self._notices.put(_NOT_KEPT, lambda: _("This thread is not kept on disk"), state, say)

    @work(exclusive=True, group="keep", exit_on_error=False)
    async def action_keep_anew(self) -> None:
        """Move a file of the threads aside that cannot be used, and keep this conversation in a new one."""
        if not isinstance(self._chat.trouble, UnusableFile):
            return
        try:
            path = await self._chat.keep_anew()
        except StoreError as error:
            self._tell_trouble(error)
            return
        self.post_message(KeepingChanged(None, path))  # behind the one that says that it works again

    @on(Composer.Changed)
    @on(QueueView.Changed)
    def _keep_draft_soon(self) -> None:
        if self._draft_timer is None:
            self._draft_timer = self.set_timer(DRAFT_S, self._keep_draft)

    def _keep_draft(self) -> None:
        self._draft_timer = None
        self._chat.keep_unsent(self._composer.text)
        self._chat.ahead.note(make_safe(self._composer.text).strip("\n"))
