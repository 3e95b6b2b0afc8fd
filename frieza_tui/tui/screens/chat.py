"""The chat screen: the turn lives here. Knows the conversation and the widgets, no backend."""

import logging
from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual import events, on
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
from frieza_tui.tui.keys import Situation, keys_now
from frieza_tui.tui.log.message_log import MessageLog
from frieza_tui.tui.messages import LeaveAsked, PreparationMoved, TurnAdvanced
from frieza_tui.tui.parts.branching import Branching
from frieza_tui.tui.parts.editing import Editing
from frieza_tui.tui.parts.interruption import Interruption
from frieza_tui.tui.parts.notices import Notices
from frieza_tui.tui.parts.outbox import Outbox
from frieza_tui.tui.parts.turn_runner import TurnRunner
from frieza_tui.tui.parts.warm_up import WarmUp
from frieza_tui.tui.parts.workers import Workers
from frieza_tui.tui.recall import RecallList
from frieza_tui.tui.screens.commanded import CommandScreen
from frieza_tui.tui.turns import Turns
from frieza_tui.tui.widgets.command_offer import CommandOffer
from frieza_tui.tui.widgets.composer import Composer
from frieza_tui.tui.widgets.greeting import Greeting
from frieza_tui.tui.widgets.key_bar import KeyBar
from frieza_tui.tui.widgets.queue_view import QueueView
from frieza_tui.tui.widgets.status_bar import StatusBar
from frieza_tui.tui.widgets.waiting_line import WaitingLine
from frieza_tui.tui.words import mistake_ending

log = logging.getLogger(__name__)

QUIT_WORD = "q"
"""Sent as the whole message it ends the program, as in the article."""
SHORT_ROWS = 16
"""Below so many rows the message box takes fewer of them."""
TINY_ROWS, TINY_COLUMNS = 8, 24
"""Below so many rows or columns there is room for the message box and the state alone."""
LEAST_ROWS = 4
"""Below so many there is none for the state."""


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
        self._waiting_line = WaitingLine(self._turns.answer_wait)
        self._is_leaving = False
        workers = Workers(self)
        self._warm_up = WarmUp(chat, workers)
        self._notices = Notices(self._message_log, partial(self.remove_class, "-empty"))
        self._choice = AnswererChoice(
            answerers,
            chat,
            self._composer,
            self._waiting_line,
            mount=partial(self.mount, before=self._waiting_line),
            prepare=self._warm_up.begin,
        )
        self._start = Start(chat, self._choice, self._notices, self._waiting_line)
        self._editing = Editing(self._composer, self._waiting_line)
        self._runner = TurnRunner(
            chat, self._turns, self._message_log, self._composer, self._editing, workers, self.post_message
        )
        self._outbox = Outbox(chat, self._composer, self._waiting_line, self._editing, self._runner, self._start)
        self._branching = Branching(
            chat, self._turns, self._message_log, self._waiting_line, self._editing, self._runner
        )
        self._interruption = Interruption(self, self._composer, self._waiting_line, self._runner.cancel)
        self._tie()

    def _tie(self) -> None:
        """Say what follows on what the parts do."""
        self._choice.on_leave = self._end_choice
        self._start.on_free = self._outbox.send_next
        self._runner.on_begin = self._begin_turn
        self._runner.on_delay = self._branching.on_change = self._show_situation
        self._runner.on_end = self._end_turn

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
        self.set_class(height < LEAST_ROWS, "-least")

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

    @on(Composer.Submitted)
    def _take_message(self, message: Composer.Submitted) -> None:
        """Do what the message says, if it is a command; else send it."""
        text = make_safe(message.text).strip("\n")
        if text.strip() == QUIT_WORD:
            self.post_message(LeaveAsked())
        elif not self._obey(text):
            self._outbox.submit(text)

    @on(Composer.NothingSubmitted)
    def _send_held(self) -> None:
        self._outbox.send_next()

    def _begin_turn(self) -> None:
        self.remove_class("-empty")
        self._show_situation()

    @on(TurnAdvanced)
    def _advance_turn(self, message: TurnAdvanced) -> None:
        message.stop()
        self._runner.take(message)

    def _end_turn(self, ended: TurnEnded) -> None:
        if ended.outcome != "failed" and not self._outbox.is_old:
            self.call_later(self._outbox.send_next)
        self._show_situation()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker broke down: log it, show it, unlock."""
        error = event.worker.error
        if event.state is not WorkerState.ERROR or error is None:
            return
        log.error("the %s worker broke down", event.worker.group, exc_info=error)
        ended = mistake_ending(error, report_sentence(error))
        if event.worker.group == "turn":
            self._runner.end(ended)
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
        self._queue_view.held_since = self._outbox.held_since(ended)
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
        self._outbox.take_back(message.text)

    @on(Composer.EarlierWanted)
    def _give_earlier(self) -> None:
        self._outbox.take_back_last()

    def action_cancel(self) -> None:
        """Leave what is asked; else cancel the open turn; with none, go between the log and the message box."""
        if self._choice.leave() or self._runner.cancel():
            return
        if self._editing.leave() or not self._turn_to_messages():
            self._composer.focus()

    def action_interrupt(self) -> None:
        """Copy, cancel, put aside, or quit."""
        self._interruption.press()

    @on(Composer.DraftChanged)
    def _follow_draft(self, message: Composer.DraftChanged) -> None:
        if message.has_draft:
            self._interruption.forget()
        else:
            self._editing.follow_draft()

    def action_retry(self) -> None:
        """Run the last message again, if its turn did not end well."""
        if not self._is_leaving:
            self._runner.retry()

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
        self._outbox.close()
        self._composer.read_only = True
        self._chat.keep_unsent("")
        self._show_situation()
