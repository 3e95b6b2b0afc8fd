"""What a chat screen does on slash commands: a handler for each line of the table. Knows no backend."""

import os
from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from frieza_tui.i18n import _, guess_language, use_language
from frieza_tui.tui.answering.choice import AnswererChoice
from frieza_tui.tui.commands import allowed_words, called, completed, offered
from frieza_tui.tui.messages import LeaveAsked
from frieza_tui.tui.screens.help import HelpScreen
from frieza_tui.tui.screens.serving import ServingScreen
from frieza_tui.tui.widgets.command_offer import CommandOffer
from frieza_tui.tui.widgets.composer import Composer
from frieza_tui.tui.widgets.find_line import FindLine

LANGUAGE_NAMES = {"ja": "日本語", "en": "English"}


class CommandScreen(ServingScreen):
    """A screen whose message box takes commands.

    A handler gets what followed its command, "" for nothing. It does what was asked and returns True, or returns False
    if it does not understand: then the command is back in the box, and the waiting line says how it is written.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "complete", show=False)]

    _choice: AnswererChoice
    _command_offer: CommandOffer
    _can_complete = False
    """What is written begins a command, and Tab adds to it."""

    @property
    def _command_handlers(self) -> dict[str, Callable[[str], bool]]:
        """One for each command of the table, by its name."""
        return {
            "help": self._give_help,
            "new": self._begin_new,
            "threads": self._show_threads,
            "model": self._choose_model,
            "welcome": self._choose_answerer,
            "lang": self._speak,
            "quit": self._quit,
        }

    @on(Composer.Changed)
    def _offer_commands(self) -> None:
        """Show the commands that what is written may become."""
        self._choice.mark(self._composer.text)
        is_short = self._composer.document.line_count == 1
        fitting = offered(self._composer.document.get_line(0)) if is_short else None
        self._command_offer.commands = None if fitting is None else tuple(fitting)
        can_complete = is_short and completed(self._composer.text) is not None
        if can_complete != self._can_complete:
            self._can_complete = can_complete
            self._show_situation()

    @on(CommandOffer.Picked)
    def _write_command(self, message: CommandOffer.Picked) -> None:
        message.stop()
        self._composer.put(f"/{message.command.name}{' ' if message.command.takes else ''}")

    def action_complete(self) -> None:
        """Complete the command that is being typed; else go between the message box and the conversation."""
        whole = completed(self._composer.text) if self._composer.has_focus else None
        if whole is None:
            self.focus_next()
        else:
            self._composer.put(whole)

    def _obey(self, text: str) -> bool:
        """Carry a message out that is a command, or a number of what is to be chosen. False if it is neither."""
        if self._choice.take(text):
            return True
        call = called(text)
        if call is None:
            return False
        self._composer.remember(text)
        if not self._command_handlers[call.command.name](call.argument):
            self._composer.offer(text)
            self._waiting_line.say(allowed_words(call.command))
        return True

    def _give_help(self, argument: str) -> bool:
        if not argument:
            self.app.push_screen(HelpScreen())
        return not argument

    def _begin_new(self, argument: str) -> bool:
        if not argument:
            self.action_new_thread()
        return not argument

    def _choose_answerer(self, argument: str) -> bool:
        if not argument:
            self.action_welcome()
        return not argument

    def action_welcome(self) -> None:
        """Let people choose who answers."""
        self._choice.open()

    def _show_threads(self, argument: str) -> bool:
        if not argument:
            self.action_threads()
        return not argument

    def _quit(self, argument: str) -> bool:
        if not argument:
            self.post_message(LeaveAsked())
        return not argument

    def _choose_model(self, argument: str) -> bool:
        if argument:
            self._use_model(argument)
        else:
            self.action_models()
        return True

    def action_speak(self, code: str) -> None:
        """Switch the language of all that the screen says: "ja" or "en"."""
        self._speak(code)

    def _speak(self, argument: str) -> bool:
        code = guess_language(os.environ) if argument.lower() == "auto" else argument.lower()
        if code not in LANGUAGE_NAMES:
            return False
        use_language(code)
        self._show_words()
        self._waiting_line.say(_("Language: {name}").format(name=LANGUAGE_NAMES[code]))
        return True

    def _show_words(self) -> None:
        """Write everything anew, in the language in use."""
        self._composer.placeholder = Content(_("Message {name}").format(name=self._chat.assistant.name))
        self.query_one("#too-small", Static).update(_("Window too small"))
        self._message_log.say_again()
        self._choice.say_again()
        for line in self.query(FindLine):
            line.say_again()
        self._show_situation()
        for widget in self.query("*"):
            widget.refresh(layout=True)
