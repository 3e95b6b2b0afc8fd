"""The chat screen: the turn lives here. Knows the conversation and the widgets, no backend."""

import logging
from collections.abc import Callable
from contextlib import aclosing
from functools import partial
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from frieza_tui.backends.base import Preparation
from frieza_tui.chat import Chat
from frieza_tui.chat.answerers import Answerers
from frieza_tui.crash_report import report_sentence
from frieza_tui.domain.turn import TurnEnded
from frieza_tui.text.safe import make_safe
from frieza_tui.tui.answering.choice import AnswererChoice
from frieza_tui.tui.answering.start import Start
from frieza_tui.tui.interruption import Interruption
from frieza_tui.tui.keys import Situation, keys_now
from frieza_tui.tui.log.message_log import MessageLog
from frieza_tui.tui.messages import LeaveAsked, PreparationMoved, TurnAdvanced
from frieza_tui.tui.notices import Notices
from frieza_tui.tui.recall import RecallList
from frieza_tui.tui.screens.commanded import CommandScreen
from frieza_tui.tui.turns import Turns
from frieza_tui.tui.warm_up import WarmUp
from frieza_tui.tui.widgets.command_offer import CommandOffer
from frieza_tui.tui.widgets.composer import Composer
from frieza_tui.tui.widgets.greeting import Greeting
from frieza_tui.tui.widgets.key_bar import KeyBar
from frieza_tui.tui.widgets.queue_view import QueueView
from frieza_tui.tui.widgets.status_bar import StatusBar
from frieza_tui.tui.widgets.waiting_line import WaitingLine
from frieza_tui.tui.words import mistake_ending
from frieza_tui.tui.workers import Workers

log = logging.getLogger(__name__)

QUIT_WORD = "q"
"""Sent as the whole message it ends the program, as in the article."""
SHORT_ROWS = 16
"""Below so many rows the message box takes fewer of them."""
TINY_ROWS, TINY_COLUMNS = 8, 24
"""Below so many rows or columns there is room for the message box alone."""


class ChatScreen(CommandScreen):
    """Log, queue, message box, and the turn that is open."""

    AUTO_FOCUS = "#composer"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False),
        Binding("ctrl+c", "interrupt", show=False, priority=True),
        Binding("ctrl+r", "retry", show=False),
        Binding("ctrl+g", "go_on", show=False),
        Binding("f2", "models", show=False, priority=True),
        Binding("ctrl+t", "threads", show=False, priority=True),
        Binding("pageup", "scroll_log('page_up')", show=False, priority=True),
        Binding("pagedown", "scroll_log('page_down')", show=False, priority=True),
        Binding("ctrl+up", "scroll_log('up')", show=False, priority=True),
        Binding("ctrl+down", "scroll_log('down')", show=False, priority=True),
        Binding("ctrl+end", "follow", show=False, priority=True),
    ]

    def __init__(
        self,
        chat: Chat,
        recall: RecallList,
        *,
        is_blinking: bool = True,
        reads_from_top: bool = False,
        is_output_behind: Callable[[], bool] = bool,
        answerers: Answerers | None = None,
    ) -> None:
        """Take the conversation, the earlier inputs, and what can change who answers, if anything can.

        is_blinking: whether the caret blinks. reads_from_top: keep a long reply's first line in view, not its end.
        is_output_behind: whether the terminal has yet to take a picture; a reply's next one waits for that.
        """
        super().__init__(classes="-empty")
        self._chat = chat
        self._message_log = MessageLog(id="log")
        self._message_log.reads_from_top = reads_from_top
        self._message_log.is_output_behind = is_output_behind
        self._status_bar = StatusBar(chat.assistant.name)
        self._queue_view = QueueView(chat.queue)
        self._command_offer = CommandOffer()
        self._composer = Composer(recall, is_blinking=is_blinking, id="composer")
        self._key_bar = KeyBar()
        self._turns = Turns(self._message_log, chat.assistant.name)
        self._waiting_line = WaitingLine(self._turns.silence)
        self._interruption = Interruption(self, self._composer, self._waiting_line, self._cancel_turn)
        self._is_leaving = False
        self._warm_up = WarmUp(chat, Workers(self))
        self._choice = AnswererChoice(
            answerers,
            chat,
            self._composer,
            self._waiting_line,
            mount=partial(self.mount, before=self._waiting_line),
            prepare=self._warm_up.begin,
        )
        self._choice.on_leave = self._end_choice
        notices = Notices(self._message_log, partial(self.remove_class, "-empty"))
        self._start = Start(chat, self._choice, notices, self._waiting_line, self._send_next)

    def compose(self) -> ComposeResult:
        """From top to bottom; the greeting and the log share one place."""
        yield self._status_bar
        yield Greeting(self._chat.assistant.name)
        yield self._message_log
        yield self._waiting_line
        yield self._queue_view
        yield self._command_offer
        yield Static(id="too-small", markup=False)
        yield self._composer
        yield self._key_bar

    def on_mount(self) -> None:
        """Listen to the conversation; warm it up once the first picture is on the screen."""
        self._chat.on_preparation = lambda preparation: self.post_message(PreparationMoved(preparation))
        self._show_words()
        self._choice.begin()
        self.call_after_refresh(self._warm_up.begin)

    def on_resize(self, event: events.Resize) -> None:
        """Mark small windows by a class; others have none, for each class that changes styles everything anew."""
        width, height = event.size
        self.set_class(height < SHORT_ROWS, "-short")
        is_tiny = height < TINY_ROWS or width < TINY_COLUMNS
        self.set_class(is_tiny, "-tiny")
        self._choice.fit(height, is_tiny=is_tiny)

    @on(events.Key)
    @on(events.Paste)
    def _hand_to_composer(self, event: events.Key | events.Paste) -> None:
        """What was typed before the box had the focus, or after it lost it, is the box's all the same."""
        if self.focused not in (None, self._composer) or self._is_leaving:
            return
        if isinstance(event, events.Paste):
            self._composer.post_message(events.Paste(event.text))
        elif event.key == "ctrl+j":  # Enter, as a terminal sends it before the program has set it up
            self._composer.post_message(events.Key("enter", event.character))
        elif self._composer.takes(event):
            self._composer.post_message(event.copy())
        else:
            return
        event.stop()
        if self.focused is None and self._composer.is_attached:
            self._composer.focus()

    # The turn.

    @work(exclusive=True, group="turn", exit_on_error=False)
    async def _stream_turn(self, turn: int, text: str | None, message_id: str) -> None:
        """Read the turn's events and post them; touches no widget."""
        begun = self._chat.retry(message_id) if text is None else self._chat.send(text, message_id)
        async with aclosing(begun) as turn_events:
            async for event in turn_events:
                self.post_message(TurnAdvanced(turn, event))

    @on(Composer.Submitted)
    def _take_message(self, message: Composer.Submitted) -> None:
        """Queue the message; with no turn open it goes out at once."""
        text = make_safe(message.text).strip("\n")
        if text.strip() == QUIT_WORD:
            self.post_message(LeaveAsked())
            return
        if self._obey(text):
            return
        if not self._send_edited(text):
            self._chat.queue.push(text)
            self._start.note_message()
            self._send_next()

    @on(Composer.NothingSubmitted)
    def _send_next(self) -> None:
        if self._turns.is_open or self._is_leaving or self._start.must_wait():
            return
        self._is_queue_old = False
        text = self._chat.queue.pop_next()
        if text is not None:
            self._begin_turn(text)

    @on(TurnAdvanced)
    def _advance_turn(self, message: TurnAdvanced) -> None:
        message.stop()
        was_delayed = self._turns.delayed is not None
        if not self._turns.take(message.turn, message.event):
            return
        if isinstance(message.event, TurnEnded):
            self._finish_turn(message.event)
        elif was_delayed or self._turns.delayed is not None:
            self._show_situation()

    def _finish_turn(self, ended: TurnEnded) -> None:
        """Every road of a turn ends here, once."""
        self._settle_turn(ended)
        if ended.outcome != "failed" and not self._is_queue_old:
            self.call_later(self._send_next)
        self._show_situation()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker broke down: log it, show it, unlock."""
        error = event.worker.error
        if event.state is not WorkerState.ERROR or error is None:
            return
        log.error("the %s worker broke down", event.worker.group, exc_info=error)
        ended = mistake_ending(error, report_sentence(error))
        if event.worker.group == "turn" and self._turns.take(self._turns.number, ended):
            self._finish_turn(ended)
        elif event.worker.group == "prepare":
            self.post_message(PreparationMoved(Preparation("failed", detail=ended.happened)))

    @on(PreparationMoved)
    def _follow_preparation(self, message: PreparationMoved) -> None:
        message.stop()
        self._turns.wait(message.preparation)
        self._start.follow(message.preparation, is_busy=self._turns.is_open)
        self._show_situation()

    def _end_choice(self) -> None:
        self._start.end_choice()
        self._show_situation()

    # What the user sees and does beside it.

    @on(Composer.DraftChanged)
    @on(QueueView.Changed)
    @on(events.DescendantFocus)
    def _show_situation(self) -> None:
        """Bring the status bar and the key line in step with everything else."""
        ended = self._turns.last_ended
        is_failed = ended is not None and ended.outcome == "failed"
        self._queue_view.held_since = "start" if self._is_queue_old else "failure" if is_failed else ""
        situation = Situation(
            is_busy=self._turns.is_open,
            has_draft=self._composer.has_draft,
            can_complete=self._can_complete,
            has_queue=bool(len(self._chat.queue)),
            has_earlier=self._composer.has_earlier and not self._choice.is_open,
            can_retry=self._turns.is_unanswered or (ended is not None and ended.outcome != "done"),
            can_go_on=self._chat.can_go_on and not self._chat.can_rejoin,
            is_held=bool(self._queue_view.held_since),
            is_following=self._waiting_line.is_following,
            is_in_log=self.focused is self._message_log,
            is_leaving=self._is_leaving,
        )
        self._key_bar.keys = tuple(keys_now(situation))
        self._show_server(is_leaving=self._is_leaving)

    @on(MessageLog.FollowChanged)
    def _show_waiting(self, message: MessageLog.FollowChanged) -> None:
        message.stop()
        has_turned = self._waiting_line.is_following != message.is_following
        self._waiting_line.lines_below = message.lines_below
        self._waiting_line.is_following = message.is_following
        if has_turned:
            self._show_situation()

    @on(QueueView.TakenBack)
    def _take_back(self, message: QueueView.TakenBack) -> None:
        self._composer.put_aside()
        self._composer.put(message.text)

    @on(Composer.EarlierWanted)
    def _give_earlier(self) -> None:
        text = None if self._composer.has_draft else self._chat.queue.take_back_last()
        if text is None:
            self._composer.recall_older()
        else:
            self._composer.put(text)

    def action_cancel(self) -> None:
        """Leave what is asked; else cancel the open turn; with none, go between the log and the message box."""
        if self._choice.leave() or self._cancel_turn():
            return
        if self._leave_editing() or not self._turn_to_messages():
            self._composer.focus()

    def _cancel_turn(self) -> bool:
        """Cancel the open turn. False if none is open."""
        if not self._turns.is_open:
            return False
        self._note_cancel()
        if not self._chat.stop():
            # The worker has not taken its first step, and never will: the turn ends here.
            self.workers.cancel_group(self, "turn")
            ended = TurnEnded("cancelled", is_sent=False)
            self._turns.take(self._turns.number, ended)
            self._finish_turn(ended)
        return True

    def action_interrupt(self) -> None:
        """Copy, cancel, put aside, or quit."""
        self._interruption.press()

    @on(Composer.DraftChanged)
    def _note_writing(self, message: Composer.DraftChanged) -> None:
        if message.has_draft:
            self._interruption.forget()

    def action_retry(self) -> None:
        """Run the last message again, if its turn did not end well."""
        ended = self._turns.last_ended
        if self._is_leaving or not self._chat.can_retry:
            return
        if self._turns.is_unanswered or (ended is not None and ended.is_sent and ended.outcome != "done"):
            self._ask_again()
        else:
            self._retry_unsent()

    def action_scroll_log(self, way: str) -> None:
        """Scroll the log: page_up, page_down, up or down."""
        match way:
            case "page_up":
                self._message_log.scroll_page_up(animate=False)
            case "page_down":
                self._message_log.scroll_page_down(animate=False)
            case "up":
                self._message_log.scroll_up(animate=False)
            case _:
                self._message_log.scroll_down(animate=False)

    @on(WaitingLine.Clicked)
    @on(Composer.EndWanted)
    def action_follow(self) -> None:
        """Go to the end of the log and follow it."""
        self._message_log.follow_end()

    def put_away(self) -> None:
        """Get ready to leave: what is not sent goes to the earlier inputs, and nothing more is taken."""
        self._is_leaving = True
        for _number, text in self._chat.queue:
            self._composer.remember(text)
        self._chat.queue.replace(())
        self._composer.put_aside()
        self._composer.read_only = True
        self._chat.keep_unsent("")
        self._show_situation()
