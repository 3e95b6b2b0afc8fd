"""What is done with a message of the log and its branches: edit, ask again, go between, delete. Knows no file."""

from collections.abc import Callable

from frieza_tui.chat import Chat
from frieza_tui.i18n import _
from frieza_tui.tui.log.message_log import MessageLog, Wish
from frieza_tui.tui.parts.editing import Editing
from frieza_tui.tui.parts.turn_runner import TurnRunner
from frieza_tui.tui.turns import Shown, Turns
from frieza_tui.tui.widgets.waiting_line import WaitingLine


class Branching:
    """Grants what a reader wishes for a message; what was there stays as a branch."""

    def __init__(
        self,
        chat: Chat,
        turns: Turns,
        log: MessageLog,
        waiting_line: WaitingLine,
        editing: Editing,
        runner: TurnRunner,
    ) -> None:
        self.on_change: Callable[[], object] = lambda: None
        """Called when something was done."""
        self._chat = chat
        self._turns = turns
        self._log = log
        self._waiting_line = waiting_line
        self._editing = editing
        self._runner = runner

    def grant(self, wish: Wish, key: str) -> None:
        """Do what is wished for the message of a bubble, unless an answer is coming."""
        if self._turns.is_open:
            self._waiting_line.say(_("Cancel the answer first."))
        elif wish == "undo":
            self._undo_deletion()
        elif (shown := self._turns.find(key)) is not None:
            message_id = shown.user_id if key == shown.user_key else shown.reply_id
            match wish:
                case "edit":
                    self._editing.edit(self._log.bubbles.source_of(shown.user_key), shown.user_id)
                case "redo":
                    self._runner.ask_again(shown.user_id)
                case "delete":
                    self._delete(shown, message_id)
                case _:
                    self._step(shown, message_id, -1 if wish == "previous" else 1)
            self.on_change()

    def _lead(self) -> None:
        """Show another path; the reader's cursor and what is above it stay where they are."""
        at = self._log.reading.index
        self._runner.show_path()
        self._log.reading.stay_at(at)
        self.on_change()

    def _step(self, shown: Shown, message_id: str, step: int) -> None:
        is_attempt = not message_id and shown.user_id == self._chat.thread.head_id
        if (message_id or is_attempt) and self._chat.branches.step(message_id, step):
            self._lead()
        else:
            self._waiting_line.say(_("No branch that way; e and r make new ones."))

    def _delete(self, shown: Shown, message_id: str) -> None:
        branches = self._chat.branches
        if message_id and branches.delete(message_id):
            is_users = message_id == shown.user_id
            said = _("Deleted with its answer; u brings both back.") if is_users else _("Deleted; u brings it back.")
            self._waiting_line.say(said)
        elif not shown.user_id or shown.user_id != self._chat.thread.head_id or not branches.step("", -1):
            self._waiting_line.say(_("This is not kept in the conversation."))
        self._lead()

    def _undo_deletion(self) -> None:
        if self._chat.branches.undo():
            self._waiting_line.say(_("It is back."))
            self._lead()
        else:
            self._waiting_line.say(_("There is nothing to bring back."))
