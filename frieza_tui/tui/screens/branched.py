"""What a chat screen does with the branches of its thread: edit, ask again, go between, delete. Knows no file."""

from functools import partial

from textual import on

from frieza_tui.domain.turn import TurnEnded
from frieza_tui.i18n import _
from frieza_tui.tui.log.reading import Wish
from frieza_tui.tui.screens.kept import KeptScreen
from frieza_tui.tui.turns import Shown
from frieza_tui.tui.widgets.composer import Composer
from frieza_tui.tui.words import waiting_words


class BranchedScreen(KeptScreen):
    """A screen whose messages can be edited, asked again and deleted; what was there stays as a branch."""

    _edited_id = ""
    """The user's message beside which what is in the box is to stand; "" for none."""
    _begun_beside = ""
    """The same, for the turn that began last."""
    _is_again = False
    """The turn that began last asks a message of the thread again."""

    def _stream_turn(self, turn: int, text: str | None, message_id: str) -> object:
        """Run a turn; the chat screen knows how.

        text: None to ask again. message_id: what to ask again, or beside which message to begin a branch; "" for none.
        """
        raise NotImplementedError

    def _show_situation(self) -> None:
        """Bring the status bar and the key line in step; the chat screen knows how."""
        raise NotImplementedError

    def _grant_branching(self, wish: Wish, key: str) -> None:
        """Do what is wished for the message of a bubble, unless an answer is coming."""
        if self._turns.is_open:
            self._waiting_line.say(_("Cancel the answer first."))
        elif wish == "undo":
            self._undo_deletion()
        elif (shown := self._turns.find(key)) is not None:
            message_id = shown.user_id if key == shown.user_key else shown.reply_id
            match wish:
                case "edit":
                    self._edit(shown)
                case "redo":
                    self._ask_again(shown.user_id)
                case "delete":
                    self._delete(shown, message_id)
                case _:
                    self._step_branch(shown, message_id, -1 if wish == "previous" else 1)
            self._show_situation()

    # Turns that begin a branch, and others.

    def _begin_turn(self, text: str, instead_of: str = "") -> None:
        """Send a message: at the end, or beside an earlier one of the user's, which gives way to it on the screen."""
        branches = self._chat.branches
        if instead_of:
            self._turns.show_path(branches.path_before(instead_of), branches.marks())
        mark = branches.next_mark(branches.parent_of(instead_of) if instead_of else self._chat.thread.head_id)
        self._begun_beside, self._is_again = instead_of, False
        self.remove_class("-empty")
        self._composer.remember(text)  # not before: what waits in the queue is taken back
        number = self._turns.open(text, partial(waiting_words, self._chat.preparation), mark)
        self._stream_turn(number, text, instead_of)
        self._show_situation()

    def _ask_again(self, message_id: str = "") -> None:
        """Run a message of the user's again; what followed it gives way.

        If none is named, the last one; of a reply that was cut off the rest is fetched.
        """
        branches = self._chat.branches
        asked = branches.asked_by(message_id)
        if not asked:
            self._retry_unsent()
            return
        at, is_cut = self._message_log.cursor_index, not message_id and self._chat.can_rejoin
        mark = branches.marks().get(self._chat.thread.head_id, "") if is_cut else branches.next_mark(asked)
        self._turns.show_path(branches.path_to(asked), branches.marks())
        number = self._turns.reopen(partial(waiting_words, self._chat.preparation), mark)
        self._begun_beside, self._is_again = "", True
        self._message_log.put_cursor(at)
        self._stream_turn(number, None, "" if is_cut else asked)
        self._show_situation()

    def _retry_unsent(self) -> None:
        """Send the last message once more, if it never arrived."""
        ended = self._turns.last_ended
        if ended is not None and not ended.is_sent:
            if self._composer.text == self._turns.last_text:
                self._composer.clear()
            self._begin_turn(self._turns.last_text, self._begun_beside)

    def _settle_turn(self, ended: TurnEnded) -> None:
        """A turn is over: learn which messages its bubbles show; bring back what an unsent one had pushed aside."""
        branches = self._chat.branches
        if ended.is_sent and self._chat.thread.messages:
            self._turns.name_messages(self._chat.thread)
            self._turns.mark_last(branches.marks())
            return
        text = self._turns.last_text
        if self._begun_beside or self._is_again:
            self._show_path()
        if self._is_again:
            return
        if self._begun_beside:
            self._turns.take(self._turns.open(text, ""), ended)
        if not self._composer.offer(text):
            self._waiting_line.say(_("Your message was not sent. ↑ brings it back."))
        elif self._begun_beside:
            self._begin_editing(self._begun_beside)

    # Editing.

    def _edit(self, shown: Shown) -> None:
        self._composer.put_aside()
        self._composer.put(self._message_log.source_of(shown.user_key))
        self._composer.focus()
        self._begin_editing(shown.user_id)

    def _begin_editing(self, message_id: str) -> None:
        self._edited_id = message_id
        self._waiting_line.standing = _("Editing · Enter: new branch · Esc: leave") if message_id else ""

    def _send_edited(self, text: str) -> bool:
        """Send what was edited as a new branch. False if nothing was being edited."""
        edited_id = self._edited_id
        if not edited_id:
            return False
        if self._turns.is_open:
            self._composer.offer(text)
            self._waiting_line.say(_("Cancel the answer first."))
            return True
        self._begin_editing("")
        self._begin_turn(text, edited_id)
        return True

    def _leave_editing(self) -> bool:
        """Leave the message as it was; what is in the box goes to the earlier inputs. False if none was edited."""
        if not self._edited_id:
            return False
        self._begin_editing("")
        self._composer.put_aside()
        return True

    @on(Composer.DraftChanged)
    def _end_editing(self, message: Composer.DraftChanged) -> None:
        """An empty box edits nothing."""
        if not message.has_draft and self._edited_id and not self._composer.has_draft:
            self._begin_editing("")

    # Going between branches, deleting.

    def _show_path(self) -> None:
        """Show the thread's path; what is in the box stands beside no message of it any more."""
        super()._show_path()
        self._begin_editing("")

    def _lead(self) -> None:
        """Show another path; the reader's cursor and what is above it stay where they are."""
        at = self._message_log.cursor_index
        self._show_path()
        self._message_log.stay_at(at)
        self._show_situation()

    def _step_branch(self, shown: Shown, message_id: str, step: int) -> None:
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
