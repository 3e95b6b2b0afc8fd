"""The chat screen: the turn lives here. Knows the conversation and the widgets, no backend."""

import logging
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from frieza_tui.backends.base import Preparation
from frieza_tui.chat import Chat
from frieza_tui.domain.turn import TurnEnded
from frieza_tui.i18n import _
from frieza_tui.text.safe import make_safe, safe_line
from frieza_tui.tui.keys import Situation, keys_now
from frieza_tui.tui.log.bubble import BubbleState
from frieza_tui.tui.messages import ChatClosed, PreparationMoved, QueueMoved, TurnAdvanced
from frieza_tui.tui.recall import RecallList
from frieza_tui.tui.screens.help import HelpScreen
from frieza_tui.tui.turns import Turns
from frieza_tui.tui.widgets.composer import Composer
from frieza_tui.tui.widgets.greeting import Greeting
from frieza_tui.tui.widgets.key_bar import KeyBar
from frieza_tui.tui.widgets.queue_view import QueueView
from frieza_tui.tui.widgets.standin_log import MessageLog
from frieza_tui.tui.widgets.status_bar import StatusBar
from frieza_tui.tui.widgets.waiting_line import WaitingLine
from frieza_tui.tui.words import preparation_words, ways_on

log = logging.getLogger(__name__)

HINT_S = 2.0
"""How long a hint stays, and the first Ctrl+C waits for the second."""
QUIT_WORD = "q"
"""Sent as the whole message it ends the program, as in the article."""
_FAILED_START = "failed-start"


class ChatScreen(Screen[None]):
    """Log, queue, message box, and the turn that is open."""

    AUTO_FOCUS = "#composer"
    HORIZONTAL_BREAKPOINTS = [(0, "-thin"), (24, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (8, "-short"), (16, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False),
        Binding("ctrl+c", "interrupt", show=False, priority=True),
        Binding("ctrl+r", "retry", show=False),
        Binding("f1", "help", show=False),
        Binding("pageup", "scroll_log('page_up')", show=False, priority=True),
        Binding("pagedown", "scroll_log('page_down')", show=False, priority=True),
        Binding("ctrl+up", "scroll_log('up')", show=False, priority=True),
        Binding("ctrl+down", "scroll_log('down')", show=False, priority=True),
        Binding("ctrl+end", "follow", show=False, priority=True),
    ]

    def __init__(self, chat: Chat, recall: RecallList, *, is_blinking: bool, is_unconfigured: bool) -> None:
        """Take the conversation, the earlier inputs, and what the options say."""
        super().__init__(classes="-empty")
        self._chat = chat
        self._message_log = MessageLog(id="log")
        self._status_bar = StatusBar(chat.assistant.name)
        self._waiting_line = WaitingLine()
        self._queue_view = QueueView()
        self._composer = Composer(recall, is_blinking=is_blinking, id="composer")
        self._key_bar = KeyBar()
        self._turns = Turns(self._message_log, chat.assistant.name)
        self._is_unconfigured = is_unconfigured
        self._is_leaving = False
        self._second_press: Timer | None = None
        self._hint_timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """From top to bottom; the greeting and the log share one place."""
        self._composer.placeholder = _("Message {name}").format(name=self._chat.assistant.name)
        yield self._status_bar
        yield Greeting(self._chat.assistant.name)
        yield self._message_log
        yield self._waiting_line
        yield self._queue_view
        yield Static(_("Too small to show more"), id="too-small", markup=False)
        yield self._composer
        yield self._key_bar

    def on_mount(self) -> None:
        """Listen to the conversation; warm it up once the first picture is on the screen."""
        self._chat.on_preparation = self._tell_preparation
        self._chat.queue.on_change = self._tell_queue
        self._show_situation()
        self.call_after_refresh(self._prepare)

    def _tell_preparation(self, preparation: Preparation) -> None:
        self.post_message(PreparationMoved(preparation))

    def _tell_queue(self) -> None:
        self.post_message(QueueMoved())

    @work(exclusive=True, group="prepare", exit_on_error=False)
    async def _prepare(self) -> None:
        """Load what is heavy; ends when the backend is ready or has failed."""
        await self._chat.prepare()

    @work(exclusive=True, group="turn", exit_on_error=False)
    async def _stream_turn(self, turn: int, text: str | None) -> None:
        """Read the turn's events (of a new message, or of the last one again) and post them; touches no widget."""
        events = self._chat.retry() if text is None else self._chat.send(text)
        async for event in events:
            self.post_message(TurnAdvanced(turn, event))

    def _begin_turn(self, text: str) -> None:
        self._leave_greeting()
        self._stream_turn(self._turns.open(text, self._waits_for), text)
        self._show_situation()

    @property
    def _waits_for(self) -> str:
        preparation = self._chat.preparation
        return _("queued") if preparation.stage in ("ready", "failed") else preparation_words(preparation)

    @on(TurnAdvanced)
    def _advance_turn(self, message: TurnAdvanced) -> None:
        message.stop()
        if self._turns.take(message.turn, message.event) and isinstance(message.event, TurnEnded):
            self._finish_turn(message.event)

    def _finish_turn(self, ended: TurnEnded) -> None:
        """Every road of a turn ends here, once."""
        if not ended.is_sent:
            self._return_text(self._turns.last_text)
        if ended.outcome != "failed":
            self.call_later(self._send_next)
        self._show_situation()

    def _return_text(self, text: str) -> None:
        if self._composer.has_draft:
            self._show_hint(_("Your message was not sent; ↑ brings it back."))
        else:
            self._composer.put(text)

    def _send_next(self) -> None:
        if self._turns.is_open or self._is_leaving:
            return
        text = self._chat.queue.pop_next()
        if text is not None:
            self._begin_turn(text)

    @on(Composer.Submitted)
    def _take_message(self, message: Composer.Submitted) -> None:
        text = make_safe(message.text).strip("\n")
        if text.strip() == QUIT_WORD:
            self.leave()
            return
        self._composer.remember(text)
        self._chat.queue.push(text)
        self._send_next()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker that broke down: log it, show it, unlock."""
        if event.state is not WorkerState.ERROR:
            return
        error = event.worker.error
        log.error("the %s worker broke down", event.worker.group, exc_info=error)
        happened = _("frieza-tui itself made a mistake ({kind}).").format(kind=type(error).__name__)
        ended = TurnEnded("failed", happened, _("Send again; the log file has the details."))
        if event.worker.group == "turn" and self._turns.take(self._turns.number, ended):
            self._finish_turn(ended)
        elif event.worker.group == "leave":
            self.app.exit(())
        elif event.worker.group == "prepare":
            self.post_message(PreparationMoved(Preparation("failed", detail=happened)))

    @on(PreparationMoved)
    def _follow_preparation(self, message: PreparationMoved) -> None:
        message.stop()
        self._turns.wait(message.preparation)
        self._message_log.remove_bubble(_FAILED_START)
        if message.preparation.stage == "failed" and not self._turns.is_open:
            self._show_failed_start(message.preparation.detail)
        self._show_situation()

    def _show_failed_start(self, detail: str) -> None:
        self._leave_greeting()
        ways = f"\n\n{ways_on()}" if self._is_unconfigured else ""
        self._message_log.add_bubble(
            _FAILED_START,
            "notice",
            _("Nobody can answer yet"),
            BubbleState(tone="error"),
            source=make_safe(detail) + ways,
        )

    # The queue.

    @on(QueueMoved)
    def _show_queue(self, message: QueueMoved) -> None:
        message.stop()
        self._queue_view.waiting = tuple(self._chat.queue)
        self._show_situation()

    @on(QueueView.TakenBack)
    def _take_back(self, message: QueueView.TakenBack) -> None:
        text = self._chat.queue.take_back(message.number)
        if text is not None:
            self._composer.put_aside()
            self._composer.put(text)

    @on(Composer.EarlierWanted)
    def _give_earlier(self) -> None:
        text = None if self._composer.has_draft else self._chat.queue.take_back_last()
        if text is None:
            self._composer.recall_older()
        else:
            self._composer.put(text)

    # What the user sees beside the log.

    def _leave_greeting(self) -> None:
        self.remove_class("-empty")

    def _show_situation(self) -> None:
        """Bring the status bar and the key line in step with everything else."""
        ended = self._turns.last_ended
        has_failed = ended is not None and ended.outcome != "done"
        self._queue_view.is_held = ended is not None and ended.outcome == "failed"
        self._key_bar.keys = tuple(
            keys_now(
                Situation(
                    is_busy=self._turns.is_open,
                    has_draft=self._composer.has_draft,
                    has_queue=bool(len(self._chat.queue)),
                    can_retry=has_failed,
                    is_following=self._waiting_line.is_following,
                    is_in_log=self.focused is self._message_log,
                    is_leaving=self._is_leaving,
                )
            )
        )
        self._status_bar.label = self._chat.label
        self._status_bar.state, self._status_bar.tone = self._state_words()

    def _state_words(self) -> tuple[str, str]:
        preparation = self._chat.preparation
        if self._is_leaving:
            return _("deleting…"), "active"
        if preparation.stage == "failed":
            return preparation_words(preparation), "error"
        if preparation.stage != "ready":
            return preparation_words(preparation), "warning"
        return (_("answering"), "active") if self._turns.is_open else (preparation_words(preparation), "")

    def _show_hint(self, hint: str) -> None:
        self._waiting_line.hint = hint
        if self._hint_timer is not None:
            self._hint_timer.stop()
        self._hint_timer = self.set_timer(HINT_S, self._drop_hint)

    def _drop_hint(self) -> None:
        self._waiting_line.hint = ""

    @on(Composer.DraftChanged)
    def _note_draft(self) -> None:
        self._show_situation()

    def on_descendant_focus(self) -> None:
        """Other keys work in the log than in the message box."""
        self._show_situation()

    @on(MessageLog.FollowChanged)
    def _show_waiting(self, message: MessageLog.FollowChanged) -> None:
        message.stop()
        self._waiting_line.lines_below = message.lines_below
        if self._waiting_line.is_following != message.is_following:
            self._waiting_line.is_following = message.is_following
            self._show_situation()

    @on(MessageLog.LinkActivated)
    def _open_link(self, message: MessageLog.LinkActivated) -> None:
        if message.href.startswith(("https://", "http://", "mailto:")):
            self.app.open_url(message.href)
        self._show_hint(safe_line(message.href))

    @on(KeyBar.Pressed)
    def _press(self, message: KeyBar.Pressed) -> None:
        self.app.simulate_key(message.key)

    # The keys.

    def action_cancel(self) -> None:
        """Cancel the open turn; with none, come back from the log to the message box."""
        if not self._turns.is_open:
            self._composer.focus()
        elif not self._chat.stop():
            # The worker has not taken its first step, and never will: the turn ends here.
            self.workers.cancel_group(self, "turn")
            ended = TurnEnded("cancelled", is_sent=False)
            self._turns.take(self._turns.number, ended)
            self._finish_turn(ended)

    def action_interrupt(self) -> None:
        """Copy the selection; else quit on the second press; else cancel the turn; else put the draft aside."""
        if self._copy_selection():
            return
        if self._second_press is not None:
            self.leave()
            return
        if self._turns.is_open:
            self.action_cancel()
            hint = _("Cancelled. Ctrl+C again quits.")
        elif self._composer.put_aside():
            hint = _("Draft put aside, ↑ brings it back. Ctrl+C again quits.")
        else:
            hint = _("Ctrl+C again quits.")
        self._second_press = self.set_timer(HINT_S, self._forget_press)
        self._show_hint(hint)

    def _forget_press(self) -> None:
        self._second_press = None

    def _copy_selection(self) -> bool:
        text = self._composer.selected_text or self.get_selected_text()
        if not text:
            return False
        self.app.copy_to_clipboard(text)
        self._composer.deselect()
        self.clear_selection()
        self._show_hint(_("Copied: sent to the terminal, which may or may not take it."))
        return True

    def action_retry(self) -> None:
        """Run the last message again, if its turn did not end well."""
        ended = self._turns.last_ended
        if ended is None or ended.outcome == "done" or not self._chat.can_retry:
            return
        if self._composer.text == self._turns.last_text:
            self._composer.clear()
        self._stream_turn(self._turns.reopen(self._waits_for), None)
        self._show_situation()

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

    def action_help(self) -> None:
        """Show all keys."""
        self.app.push_screen(HelpScreen())

    # The way out.

    def leave(self) -> None:
        """Delete what was made on the server, then end the app; what is not sent goes to the earlier inputs."""
        if self._is_leaving:
            return
        self._is_leaving = True
        for _number, text in self._chat.queue:
            self._composer.remember(text)
        self._composer.put_aside()
        self._composer.read_only = True
        self._show_situation()
        self._close_chat()

    @work(exclusive=True, group="leave", exit_on_error=False)
    async def _close_chat(self) -> None:
        """Wait for the deletions (five seconds at most); ends the app."""
        self.post_message(ChatClosed(await self._chat.close()))

    @on(ChatClosed)
    def _end_app(self, message: ChatClosed) -> None:
        self.app.exit(message.deletions)
