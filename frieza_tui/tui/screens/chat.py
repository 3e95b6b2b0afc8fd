"""The chat screen: its widgets, its keys, and who of its parts gets what happens. Knows no part from within."""

import logging
from collections.abc import Callable
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from frieza_tui.backends.base import Preparation
from frieza_tui.chat import Chat
from frieza_tui.chat.answerers import Answerers
from frieza_tui.crash_report import report_sentence
from frieza_tui.i18n import _
from frieza_tui.text.safe import make_safe
from frieza_tui.tui.keys import Situation, keys_now
from frieza_tui.tui.links.link_bar import LinkBar
from frieza_tui.tui.log.message_log import MessageLog
from frieza_tui.tui.log.picture import NoOutput, Output
from frieza_tui.tui.messages import LeaveAsked, PreparationMoved, TextCopied, TurnAdvanced
from frieza_tui.tui.parts.chat_parts import ChatParts, ChatWidgets
from frieza_tui.tui.parts.deeds import LEAVING_DEEDS, key_deeds
from frieza_tui.tui.parts.reader import Asked
from frieza_tui.tui.recall import RecallList
from frieza_tui.tui.turns import Turns
from frieza_tui.tui.widgets.command_offer import CommandOffer
from frieza_tui.tui.widgets.composer import Composer
from frieza_tui.tui.widgets.find_line import FindLine
from frieza_tui.tui.widgets.greeting import Greeting, sample_messages
from frieza_tui.tui.widgets.key_bar import KeyBar
from frieza_tui.tui.widgets.queue_view import QueueView
from frieza_tui.tui.widgets.status_bar import StatusBar
from frieza_tui.tui.widgets.waiting_line import WaitingLine
from frieza_tui.tui.window import LEAST_ROWS, SHORT_ROWS, TINY_COLUMNS, TINY_ROWS
from frieza_tui.tui.words import mistake_ending

log = logging.getLogger(__name__)

QUIT_WORD = "q"
"""Sent as the whole message it ends the program, as in the article."""


class ChatScreen(Screen[None]):
    """Log, queue, message box. A key does a deed of `parts/deeds.py`; a message goes to the part that it concerns."""

    AUTO_FOCUS = "#composer"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "do('escape')", show=False),
        Binding("ctrl+c", "do('interrupt')", show=False, priority=True),
        Binding("ctrl+r", "do('retry')", show=False),
        Binding("ctrl+g", "do('go-on')", show=False),
        Binding("ctrl+o", "do('edit-outside')", show=False),
        Binding("f2", "do('models')", show=False, priority=True),
        Binding("ctrl+t", "do('threads')", show=False, priority=True),
        Binding("f9", "do('keep-anew')", show=False),
        Binding("tab", "do('complete')", show=False),
        Binding("pageup", "do('page-up')", show=False, priority=True),
        Binding("pagedown", "do('page-down')", show=False, priority=True),
        Binding("ctrl+up", "do('line-up')", show=False, priority=True),
        Binding("ctrl+down", "do('line-down')", show=False, priority=True),
        Binding("ctrl+end", "do('follow-end')", show=False, priority=True),
    ]

    def __init__(
        self,
        chat: Chat,
        recall: RecallList,
        *,
        is_blinking: bool = True,
        reads_from_top: bool = False,
        output: Callable[[], Output] = NoOutput,
        answerers: Answerers | None = None,
    ) -> None:
        """Take the conversation, the earlier inputs, and what can change who answers, if anything can.

        is_blinking: whether the caret blinks. reads_from_top: keep a long reply's first line in view, not its end.
        output: finds the terminal on which the log draws.
        """
        super().__init__(classes="-empty")
        self._chat = chat
        self._message_log = MessageLog(id="log")
        self._message_log.viewport.reads_from_top = reads_from_top
        self._message_log.painter.output = output
        turns = Turns(self._message_log.bubbles, self._message_log.follow_end, chat.assistant.name)
        self._status_bar = StatusBar(chat.assistant.name)
        self._waiting_line = WaitingLine(turns.answer_wait)
        self._queue_view = QueueView(chat.queue)
        self._command_offer = CommandOffer()
        self._composer = Composer(recall, is_blinking=is_blinking, id="composer")
        self._key_bar = KeyBar()
        self._is_leaving = False
        self.parts = ChatParts(
            self,
            chat,
            answerers,
            turns,
            ChatWidgets(self._status_bar, self._message_log, self._waiting_line, self._command_offer, self._composer),
        )
        self.parts.tie(self._show_situation, self._show_words)
        self._deeds = key_deeds(self.parts, self._message_log)
        self._composer.tab_key.move = self._deeds["complete"]

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

    def action_do(self, deed: str) -> None:
        """Do something that has a key, by its name in `parts/deeds.py`."""
        if not self._is_leaving or deed in LEAVING_DEEDS:
            self._deeds[deed]()

    def on_mount(self) -> None:
        """Say everything in the language in use; begin."""
        self._chat.on_preparation = lambda preparation: self.post_message(PreparationMoved(preparation))
        self._chat.ahead.opening = sample_messages()[0]
        self._show_words()
        self.parts.begin()

    def on_resize(self, event: events.Resize) -> None:
        """Mark small windows by a class; others have none, for each class that changes styles everything anew."""
        width, height = event.size
        self.set_class(height < SHORT_ROWS, "-short")
        is_tiny = height < TINY_ROWS or width < TINY_COLUMNS
        self.set_class(is_tiny, "-tiny")
        self.set_class(height < LEAST_ROWS, "-least")
        self.parts.choice.fit(height, is_tiny=is_tiny)

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
        """Do what the message says, if it is a command or the number of a choice; else send it."""
        text = make_safe(message.text).strip("\n")
        if text.strip() == QUIT_WORD:
            self.post_message(LeaveAsked())
        elif not self.parts.choice.take(text) and not self.parts.command_line.obey(text):
            self.parts.outbox.submit(text)

    @on(Composer.NothingSubmitted)
    def _send_held(self) -> None:
        self.parts.outbox.send_next()

    @on(TurnAdvanced)
    def _advance_turn(self, message: TurnAdvanced) -> None:
        message.stop()
        self.parts.runner.take(message)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker broke down: log it, show it, unlock."""
        error = event.worker.error
        if event.state is not WorkerState.ERROR or error is None:
            return
        log.error("the %s worker broke down", event.worker.group, exc_info=error)
        ended = mistake_ending(error, report_sentence(error))
        if event.worker.group == "turn":
            self.parts.runner.end(ended)
        elif event.worker.group == "prepare":
            self.post_message(PreparationMoved(Preparation("failed", detail=ended.happened)))

    @on(PreparationMoved)
    def _follow_preparation(self, message: PreparationMoved) -> None:
        message.stop()
        self.parts.turns.wait(message.preparation)
        self.parts.start.follow(message.preparation, is_busy=self.parts.turns.is_open)
        self._show_situation()

    # Writing.

    @on(Composer.Changed)
    @on(QueueView.Changed)
    def _follow_writing(self) -> None:
        self.parts.drafts.keep_soon()
        self.parts.choice.mark(self._composer.text)
        self.parts.command_line.follow()
        self._message_log.frames.hurry()

    @on(Composer.DraftChanged)
    def _follow_draft(self, message: Composer.DraftChanged) -> None:
        if message.has_draft:
            self.parts.interruption.forget()
        else:
            self.parts.editing.follow_draft()

    @on(QueueView.TakenBack)
    def _take_back(self, message: QueueView.TakenBack) -> None:
        self.parts.outbox.take_back(message.text)

    @on(Composer.EarlierWanted)
    def _give_earlier(self) -> None:
        self.parts.outbox.take_back_last()

    @on(CommandOffer.Picked)
    def _write_command(self, message: CommandOffer.Picked) -> None:
        message.stop()
        self.parts.command_line.write(message.command)

    # Reading.

    @on(MessageLog.TextTaken)
    @on(MessageLog.CodeOffered)
    @on(MessageLog.LinksOffered)
    @on(MessageLog.Wished)
    @on(LinkBar.Chosen)
    @on(TextCopied)
    async def _serve_reader(self, message: Asked) -> None:
        message.stop()
        if not self._is_leaving:
            await self.parts.reader.serve(message)
            self._message_log.let_go()

    def on_text_selected(self, event: events.TextSelected) -> None:
        """The mouse's button was let go, wherever that was."""
        self._message_log.dragging.end_elsewhere(event.time)

    @on(StatusBar.Clicked)
    def _explain(self) -> None:
        self.parts.server_label.explain()

    @on(WaitingLine.Clicked)
    @on(Composer.EndWanted)
    def _follow_end(self) -> None:
        self._message_log.follow_end()

    @on(MessageLog.FollowChanged)
    def _show_waiting(self, message: MessageLog.FollowChanged) -> None:
        message.stop()
        has_turned = self._waiting_line.is_following != message.is_following
        self._waiting_line.lines_below = message.lines_below
        self._waiting_line.is_following = message.is_following
        if has_turned:
            self._show_situation()

    # What follows on all of it.

    @on(Composer.DraftChanged)
    @on(QueueView.Changed)
    @on(events.DescendantFocus)
    def _show_situation(self) -> None:
        """Bring the status bar and the key line in step with everything else."""
        parts, turns = self.parts, self.parts.turns
        ended = turns.last_ended
        self._queue_view.held_since = parts.outbox.held_since(ended)
        situation = Situation(
            is_busy=turns.is_open,
            has_draft=self._composer.has_draft,
            is_command=parts.command_line.is_open,
            can_complete=parts.command_line.can_complete,
            has_queue=bool(len(self._chat.queue)),
            has_earlier=self._composer.has_earlier and not parts.choice.is_open,
            can_retry=turns.is_unanswered or (ended is not None and ended.outcome != "done"),
            can_go_on=self._chat.can_go_on and not self._chat.can_rejoin,
            is_held=bool(self._queue_view.held_since),
            is_following=self._waiting_line.is_following,
            is_in_log=self.focused is self._message_log,
            is_finding=isinstance(self.focused, FindLine),
            is_elsewhere=self.focused not in (None, self._composer, self._message_log),
            is_empty=self._message_log.bubbles.is_empty,
            is_leaving=self._is_leaving,
        )
        self._key_bar.keys = tuple(keys_now(situation))
        parts.server_label.show(is_leaving=self._is_leaving)

    def _show_words(self) -> None:
        """Write everything anew, in the language in use."""
        self._composer.placeholder = Content(_("Message {name}").format(name=self._chat.assistant.name))
        self.query_one("#too-small", Static).update(_("Window too small"))
        self._message_log.bubbles.say_again()
        self.parts.choice.say_again()
        for line in self.query(FindLine):
            line.say_again()
        self._show_situation()
        for widget in self.query("*"):
            widget.refresh(layout=True)

    def put_away(self) -> None:
        """Get ready to leave: what is not sent goes to the earlier inputs, and nothing more is taken."""
        self._is_leaving = True
        self.parts.outbox.close()
        self._composer.read_only = True
        self._composer.chooser = None
        self._chat.keep_unsent("")
        self._show_situation()
