"""What the user has handed over and what becomes of it: sent at once, queued, held, taken back. Knows no log."""

from collections.abc import Sequence
from typing import Literal, Protocol

from frieza_tui.chat import Chat
from frieza_tui.domain.turn import TurnEnded
from frieza_tui.i18n import _
from frieza_tui.tui.parts.editing import Editing
from frieza_tui.tui.parts.turn_runner import TurnRunner
from frieza_tui.tui.widgets.composer import Composer
from frieza_tui.tui.widgets.waiting_line import WaitingLine


class Gate(Protocol):
    """What keeps messages back while nobody can answer."""

    def must_wait(self) -> bool:
        """Tell whether messages wait, and keep that one does."""
        ...

    def note_message(self) -> None:
        """A message was handed over."""


class Outbox:
    """Sends one message at a time; the others wait in the conversation's queue."""

    def __init__(
        self,
        chat: Chat,
        composer: Composer,
        waiting_line: WaitingLine,
        editing: Editing,
        runner: TurnRunner,
        gate: Gate,
    ) -> None:
        self.is_old = False
        """The queue is of an earlier time, and nobody has said that it is to be sent."""
        self._chat = chat
        self._composer = composer
        self._waiting_line = waiting_line
        self._editing = editing
        self._runner = runner
        self._gate = gate

    def submit(self, text: str) -> None:
        """Send a message beside the one that was edited; else queue it, and with no turn open send it at once."""
        edited_id = self._editing.edited_id
        if not edited_id:
            self._chat.queue.push(text)
            self._gate.note_message()
            self.send_next()
        elif self._runner.is_open:
            self._composer.offer(text)
            self._waiting_line.say(_("Cancel the answer first."))
        else:
            self._editing.end()
            self._runner.begin(text, edited_id)

    def send_next(self) -> None:
        """Send what has waited longest, unless something is in its way."""
        if self._runner.is_open or self._runner.is_closed or self._gate.must_wait():
            return
        self.is_old = False
        text = self._chat.queue.pop_next()
        if text is not None:
            self._runner.begin(text)

    def bring_back(self, queued: Sequence[str]) -> None:
        """Queue again what waited in a program that crashed, unless something waits already; it is held."""
        if queued and not len(self._chat.queue):
            self.is_old = True
            self._chat.queue.replace(queued)

    def go_on(self) -> None:
        """Ask the assistant to go on with an answer that is only a part."""
        if self._chat.can_go_on and not len(self._chat.queue):
            self._chat.queue.push(_("Go on exactly where you stopped."))
            self.send_next()

    def held_since(self, ended: TurnEnded | None) -> Literal["", "failure", "start"]:
        """Return since when the queue stands still, given how the last turn ended; "" while it moves."""
        if self.is_old:
            return "start"
        return "failure" if ended is not None and ended.outcome == "failed" else ""

    # Taking back.

    def take_back(self, text: str) -> None:
        """Put a message that was taken out of the queue in the box; what was there is put aside."""
        self._composer.put_aside()
        self._composer.put(text)

    def take_back_last(self) -> None:
        """Put the last message of the queue in the empty box; where there is none, an earlier input."""
        text = None if self._composer.has_draft else self._chat.queue.take_back_last()
        if text is None:
            self._composer.recall_older()
        else:
            self._composer.put(text)

    def remember_all(self) -> None:
        """Keep what waits among the earlier inputs."""
        for _number, text in self._chat.queue:
            self._composer.remember(text)

    def close(self) -> None:
        """Send nothing more; what waits goes to the earlier inputs, and what is in the box."""
        self._runner.close()
        self.remember_all()
        self._chat.queue.replace(())
        self._composer.put_aside()
