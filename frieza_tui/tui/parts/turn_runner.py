"""The turn, from its beginning to its only end: sends, asks again, streams, cancels. Knows no queue.

One worker at a time reads the turn's events and posts them; they come back to `take`. Every road of a turn ends in
`on_end`, once.
"""

from collections.abc import Callable
from contextlib import aclosing
from functools import partial
from time import monotonic

from textual.message import Message

from frieza_tui.chat import Chat
from frieza_tui.domain.turn import TurnEnded
from frieza_tui.tui.log.message_log import MessageLog
from frieza_tui.tui.messages import TurnAdvanced
from frieza_tui.tui.parts.editing import Editing
from frieza_tui.tui.parts.workers import Workers
from frieza_tui.tui.second_press import WITHIN_S
from frieza_tui.tui.turns import Turns
from frieza_tui.tui.widgets.composer import Composer
from frieza_tui.tui.words import waiting_words


class TurnRunner:
    """Runs one turn at a time, and has `Turns` show it."""

    def __init__(
        self,
        chat: Chat,
        turns: Turns,
        log: MessageLog,
        composer: Composer,
        editing: Editing,
        workers: Workers,
        post: Callable[[Message], object],
    ) -> None:
        """Take the conversation and what shows it. post: brings a message to whoever calls `take`."""
        self.on_begin: Callable[[], object] = lambda: None
        """Called when a turn has begun."""
        self.on_delay: Callable[[], object] = lambda: None
        """Called when what the open turn waits for has changed."""
        self.on_end: Callable[[TurnEnded], object] = lambda _ended: None
        """Called when a turn is over."""
        self._chat = chat
        self._turns = turns
        self._log = log
        self._composer = composer
        self._editing = editing
        self._workers = workers
        self._post = post
        self._begun_beside = ""
        """The user's message beside which the turn that began last began a branch; "" for none."""
        self._is_again = False
        """The turn that began last asks a message of the thread again."""
        self._cancelled_s = 0.0
        self.is_closed = False
        """No message is sent or asked again any more."""

    @property
    def is_open(self) -> bool:
        """Whether a turn has begun and not ended."""
        return self._turns.is_open

    @property
    def is_calm(self) -> bool:
        """Whether the last cancelling is some time ago: Escape is often pressed once more, and letters are text."""
        return monotonic() - self._cancelled_s > WITHIN_S

    # Beginning.

    def begin(self, text: str, instead_of: str = "") -> None:
        """Send a message: at the end, or beside an earlier one of the user's, which gives way to it on the screen."""
        branches = self._chat.branches
        if instead_of:
            self._turns.show_path(branches.path_before(instead_of), branches.marks())
        mark = branches.next_mark(branches.parent_of(instead_of) if instead_of else self._chat.thread.head_id)
        self._begun_beside, self._is_again = instead_of, False
        self._composer.remember(text)  # not before: what waits in the queue is taken back
        number = self._turns.open(text, partial(waiting_words, self._chat.preparation), mark)
        self._begin_stream(number, text, instead_of)

    def ask_again(self, message_id: str = "") -> None:
        """Run a message of the user's again; what followed it gives way.

        If none is named, the last one; of a reply that was cut off the rest is fetched.
        """
        branches = self._chat.branches
        asked = branches.asked_by(message_id)
        if not asked:
            self._send_unsent()
            return
        at, is_cut = self._log.reading.index, not message_id and self._chat.can_rejoin
        mark = branches.marks().get(self._chat.thread.head_id, "") if is_cut else branches.next_mark(asked)
        self._turns.show_path(branches.path_to(asked), branches.marks())
        number = self._turns.reopen(partial(waiting_words, self._chat.preparation), mark)
        self._begun_beside, self._is_again = "", True
        self._log.reading.put(at)
        self._begin_stream(number, None, "" if is_cut else asked)

    def retry(self) -> None:
        """Run the last message again, if its turn did not end well."""
        ended = self._turns.last_ended
        if self.is_closed or not self._chat.can_retry:
            return
        if self._turns.is_unanswered or (ended is not None and ended.is_sent and ended.outcome != "done"):
            self.ask_again()
        else:
            self._send_unsent()

    def _send_unsent(self) -> None:
        """Send the last message once more, if it never arrived."""
        ended = self._turns.last_ended
        if ended is not None and not ended.is_sent:
            if self._composer.text == self._turns.last_text:
                self._composer.clear()
            self.begin(self._turns.last_text, self._begun_beside)

    # Going on.

    def _begin_stream(self, number: int, text: str | None, message_id: str) -> None:
        self._workers.start("turn", partial(self._stream, number, text, message_id))
        self.on_begin()

    async def _stream(self, number: int, text: str | None, message_id: str) -> None:
        """Read the turn's events and post them; touches no widget.

        text: None to ask again. message_id: what to ask again, or beside which message to begin a branch; "" for none.
        """
        begun = self._chat.retry(message_id) if text is None else self._chat.send(text, message_id)
        async with aclosing(begun) as turn_events:
            async for event in turn_events:
                self._post(TurnAdvanced(number, event))

    def take(self, message: TurnAdvanced) -> None:
        """Show what happened in a turn; nothing, if its turn is not the open one."""
        was_delayed = self._turns.delayed is not None
        if not self._turns.take(message.turn, message.event):
            return
        if isinstance(message.event, TurnEnded):
            self._settle(message.event)
        elif was_delayed or self._turns.delayed is not None:
            self.on_delay()

    # Ending.

    def cancel(self) -> bool:
        """Cancel the open turn. False if none is open."""
        if not self._turns.is_open:
            return False
        self._cancelled_s = monotonic()
        if not self._chat.stop():
            # The worker has not taken its first step, and never will: the turn ends here.
            self._workers.cancel("turn")
            self.end(TurnEnded("cancelled", is_sent=False))
        return True

    def end(self, ended: TurnEnded) -> None:
        """End the open turn, if there is one, of which no more events come."""
        self.take(TurnAdvanced(self._turns.number, ended))

    def _settle(self, ended: TurnEnded) -> None:
        """Learn which messages the turn's bubbles show; bring back what an unsent one had pushed aside."""
        if ended.is_sent and self._chat.thread.messages:
            self._turns.name_messages(self._chat.thread)
            self._turns.mark_last(self._chat.branches.marks())
        else:
            self._take_back(ended)
        self.on_end(ended)

    def _take_back(self, ended: TurnEnded) -> None:
        text = self._turns.last_text
        if self._begun_beside or self._is_again:
            self.show_path()
        if self._is_again:
            return
        if self._begun_beside:
            self._turns.take(self._turns.open(text, ""), ended)
        self._editing.bring_back(text, self._begun_beside)

    def close(self) -> None:
        """Begin nothing more by itself."""
        self.is_closed = True

    def forget(self) -> None:
        """Take all turns off the screen: another thread comes."""
        self._turns.forget()
        self._log.bubbles.clear()

    def show_path(self) -> None:
        """Show the thread's path as it is now; what is in the box stands beside no message of it any more."""
        self._turns.show_path(self._chat.branches.path(), self._chat.branches.marks())
        self._editing.end()
