"""What the message box has to do with a message that is there already: one is edited in it. Knows no turn."""

from frieza_tui.i18n import _
from frieza_tui.tui.widgets.composer import Composer
from frieza_tui.tui.widgets.waiting_line import WaitingLine


class Editing:
    """Remembers beside which message of the user's that is to stand which is in the box."""

    def __init__(self, composer: Composer, waiting_line: WaitingLine) -> None:
        self._composer = composer
        self._waiting_line = waiting_line
        self.edited_id = ""
        """The user's message that is edited; "" for none."""

    def edit(self, text: str, message_id: str) -> None:
        """Begin to edit a message; what was in the box is put aside."""
        self._composer.put_aside()
        self._composer.put(text)
        self._composer.focus()
        self._begin(message_id)

    def bring_back(self, text: str, beside_id: str) -> None:
        """Put a message in the box again that was not sent, to stand where it was to stand."""
        if not self._composer.offer(text):
            self._waiting_line.say(_("Your message was not sent. ↑ brings it back."))
        elif beside_id:
            self._begin(beside_id)

    def end(self) -> None:
        """Edit nothing any more; the box stays as it is."""
        self._begin("")

    def leave(self) -> bool:
        """Leave the message as it was; what is in the box goes to the earlier inputs. False if none was edited."""
        if not self.edited_id:
            return False
        self.end()
        self._composer.put_aside()
        return True

    def follow_draft(self) -> None:
        """An empty box edits nothing."""
        if self.edited_id and not self._composer.has_draft:
            self.end()

    def _begin(self, message_id: str) -> None:
        self.edited_id = message_id
        self._waiting_line.standing = _("Editing · Enter: new branch · Esc: leave") if message_id else ""
