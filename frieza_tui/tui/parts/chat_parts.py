"""All parts of the chat screen, made and tied together. What each of them does is said in its own module."""

from collections.abc import Callable
from dataclasses import dataclass

from textual.screen import Screen

from frieza_tui.chat import Chat
from frieza_tui.chat.answerers import Answerers
from frieza_tui.domain.turn import TurnEnded
from frieza_tui.tui.answering.choice import AnswererChoice
from frieza_tui.tui.answering.start import Start
from frieza_tui.tui.last_measures import LastMeasures
from frieza_tui.tui.log.message_log import MessageLog
from frieza_tui.tui.messages import AnswerOver, LeaveAsked
from frieza_tui.tui.parts.branching import Branching
from frieza_tui.tui.parts.command_line import CommandLine, Handler, alone
from frieza_tui.tui.parts.drafts import Drafts
from frieza_tui.tui.parts.editing import Editing
from frieza_tui.tui.parts.escape import Escape
from frieza_tui.tui.parts.interruption import Interruption
from frieza_tui.tui.parts.keeping import Keeping
from frieza_tui.tui.parts.language import Language
from frieza_tui.tui.parts.links import Links
from frieza_tui.tui.parts.model_choice import ModelChoice
from frieza_tui.tui.parts.notices import Notices
from frieza_tui.tui.parts.outbox import Outbox
from frieza_tui.tui.parts.outside_editor import OutsideEditor
from frieza_tui.tui.parts.reader import Reader
from frieza_tui.tui.parts.server_label import ServerLabel
from frieza_tui.tui.parts.thread_switch import ThreadSwitch
from frieza_tui.tui.parts.turn_runner import TurnRunner
from frieza_tui.tui.parts.warm_up import WarmUp
from frieza_tui.tui.parts.workers import Workers
from frieza_tui.tui.screens.help import HelpScreen
from frieza_tui.tui.turns import Turns
from frieza_tui.tui.widgets.command_offer import CommandOffer
from frieza_tui.tui.widgets.composer import Composer
from frieza_tui.tui.widgets.status_bar import StatusBar
from frieza_tui.tui.widgets.waiting_line import WaitingLine


@dataclass(frozen=True, slots=True)
class ChatWidgets:
    """The widgets that the parts work with."""

    status_bar: StatusBar
    log: MessageLog
    waiting_line: WaitingLine
    command_offer: CommandOffer
    composer: Composer


class ChatParts:
    """Makes the parts in the order in which they need each other."""

    def __init__(
        self, screen: Screen[None], chat: Chat, answerers: Answerers | None, turns: Turns, widgets: ChatWidgets
    ) -> None:
        self._screen = screen
        self._chat = chat
        self.turns = turns
        log, composer, waiting_line = widgets.log, widgets.composer, widgets.waiting_line
        workers = Workers(screen)
        notices = Notices(log.bubbles, lambda: screen.set_class(log.bubbles.is_empty, "-empty"))
        # Who answers.
        self.warm_up = WarmUp(chat, workers)
        self.choice = AnswererChoice(answerers, chat, composer, waiting_line, self.warm_up.begin)
        self.start = Start(chat, self.choice, notices, waiting_line)
        last_measures = LastMeasures(turns)
        self.server_label = ServerLabel(chat, turns, last_measures, widgets.status_bar, waiting_line)
        self.models = ModelChoice(chat, last_measures, waiting_line, self.warm_up, workers)
        # Writing and asking.
        self.editing = Editing(composer, waiting_line)
        self.outside_editor = OutsideEditor(composer, waiting_line, turns)
        self.runner = TurnRunner(chat, turns, log, composer, self.editing, workers, screen.post_message)
        self.outbox = Outbox(chat, composer, waiting_line, self.editing, self.runner, self.start)
        self.interruption = Interruption(screen, composer, waiting_line, self.runner.cancel)
        # Keeping.
        self.keeping = Keeping(chat, notices, waiting_line, workers, screen.call_later)
        self.drafts = Drafts(chat, composer, waiting_line, self.outbox, workers)
        self.threads = ThreadSwitch(chat, log, waiting_line, self.runner, self.outbox, self.drafts, workers)
        # Reading.
        self.branching = Branching(chat, turns, log, waiting_line, self.editing, self.runner)
        self.reader = Reader(log, composer, waiting_line, self.runner, self.branching, Links(waiting_line, workers))
        self.escape = Escape(
            composer.focus, self.choice.leave, self.runner.cancel, self.editing.leave, self.reader.go_to_messages
        )
        self.language = Language(waiting_line)
        self.command_line = CommandLine(composer, widgets.command_offer, waiting_line, self._handlers())

    def _handlers(self) -> dict[str, Handler]:
        """Return what each command of the table does."""
        return {
            "help": alone(lambda: self._screen.app.push_screen(HelpScreen())),
            "new": alone(self.threads.begin_new),
            "threads": alone(self.threads.choose),
            "model": self._take_model,
            "welcome": alone(self.choice.open),
            "lang": self.language.speak,
            "quit": alone(lambda: self._screen.post_message(LeaveAsked())),
        }

    def _take_model(self, name: str) -> bool:
        if name:
            self.models.use(name)
        else:
            self.models.choose()
        return True

    def tie(self, show_situation: Callable[[], None], show_words: Callable[[], None]) -> None:
        """Say what follows on what the parts do; after that they may begin.

        show_situation: brings the edges of the screen in step. show_words: says everything anew.
        """
        self._show_situation = show_situation
        self.choice.on_leave = self._end_choice
        self.start.on_free = self.outbox.send_next
        self.runner.on_begin = self._begin_turn
        self.runner.on_delay = show_situation
        self.runner.on_end = self._end_turn
        self.branching.on_change = show_situation
        self.threads.on_shown = self._show_thread
        self.models.on_change = show_situation
        self.command_line.on_change = show_situation
        self.language.on_change = show_words

    def begin(self) -> None:
        """Show what came before, and ask what has to be asked; whoever answers loads behind the first picture."""
        self.choice.begin()
        self._screen.call_after_refresh(self.warm_up.begin)
        self.keeping.begin()
        self.threads.begin()
        self.drafts.begin()

    def _show_thread(self) -> None:
        self._screen.set_class(not self._chat.thread.messages, "-empty")
        self._show_situation()

    def _begin_turn(self) -> None:
        self._screen.remove_class("-empty")
        self._show_situation()

    def _end_turn(self, ended: TurnEnded) -> None:
        if ended.outcome != "failed" and not self.outbox.is_old:
            self._screen.call_later(self.outbox.send_next)
        if ended.outcome != "cancelled":
            self._screen.post_message(AnswerOver(ended.total_s))
        self._show_situation()

    def _end_choice(self) -> None:
        self.start.end_choice()
        self._show_situation()
