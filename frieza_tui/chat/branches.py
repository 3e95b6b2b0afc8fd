"""The conversation's thread as it branches: its turns, going from branch to branch, deleting. Knows no face."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from frieza_tui.chat.cut_run import CutRun
from frieza_tui.chat.past import Past
from frieza_tui.chat.path_turn import PathTurn
from frieza_tui.domain.branches import by_way_of, ending_at, followers, forks, parent_of, without
from frieza_tui.domain.events import RunEvent
from frieza_tui.domain.thread import Message, Thread, new_id
from frieza_tui.domain.turn import PastTurn, TurnEnded
from frieza_tui.store.run_events import shortened


class Branches:
    """A thread with what is known of its turns. Nothing here may be called while a turn is open, but reading."""

    def __init__(self, past: Past, keep: Callable[[Thread], None]) -> None:
        """Go on from there; `keep` is told of each change that no turn makes."""
        self.thread = past.thread
        self._keep = keep
        self._turns = {turn.key: turn for turn in past.turns}
        self._undone: list[Thread] = []
        self._cut = (past.thread.head_id, past.cut_run)
        self._ids_given = {one.id for one in past.thread.messages} | {node.message.id for node in past.thread.nodes}

    # Reading.

    def turns(self) -> Iterator[PastTurn]:
        """Yield the turns of the path, oldest first, with every text in them safe to show."""
        return (turn.read() for turn in self.path())

    def path(self) -> Iterator[PathTurn]:
        """Yield the turns of the path, oldest first, for somebody who does not look at each."""
        messages = self.thread.messages
        at = 0
        while at < len(messages):
            user = messages[at] if messages[at].role == "user" else None
            at += user is not None
            reply = messages[at] if at < len(messages) and messages[at].role == "assistant" else None
            at += reply is not None
            known = self._turns.get(reply.id if reply is not None else user.id if user is not None else "")
            yield PathTurn(user, reply, known, self._is_rest_lost(known, is_last=at == len(messages)))

    def _is_rest_lost(self, known: PastTurn | None, *, is_last: bool) -> bool:
        if known is None or known.ended is None or known.ended.rest != "on_server":
            return False
        return not (is_last and self.cut_run)

    @property
    def cut_run(self) -> CutRun | None:
        """The run of the path's last reply, if that was cut off and the server may have the rest."""
        head_id, cut_run = self._cut
        return cut_run if head_id == self.thread.head_id else None

    def path_before(self, message_id: str) -> Iterator[PathTurn]:
        """Yield the turns of the path before the one that a message of the user's began."""
        for turn in self.path():
            if turn.user is not None and turn.user.id == message_id:
                return
            yield turn

    def path_to(self, message_id: str) -> Iterator[PathTurn]:
        """Yield the turns of the path up to a message of the user's, that one without its reply."""
        yield from self.path_before(message_id)
        yield PathTurn(next(one for one in self.thread.messages if one.id == message_id), None, None)

    def marks(self) -> dict[str, str]:
        """Return a mark such as "2/3" for each message beside which there are others, by its id.

        "" stands for the reply that never came to the path's last message.
        """
        found = {one: f"{fork.number}/{fork.count}" for one, fork in forks(self.thread).items()}
        return found | {"": self.next_mark(self.thread.head_id)}

    def next_mark(self, message_id: str) -> str:
        """Return the mark of a message that is to follow one; "" if no other does."""
        count = len(followers(self.thread, message_id)) + 1
        return f"{count}/{count}" if count > 1 else ""

    def parent_of(self, message_id: str) -> str:
        """Return the id of the message before one; "" if it is a first one."""
        return parent_of(self.thread, message_id)

    def asked_by(self, message_id: str = "") -> str:
        """Return the id of the user's message on the path that a message is, or answers; "" if there is none.

        Without an id it is the user's last one.
        """
        asked = ""
        for message in self.thread.messages:
            asked = message.id if message.role == "user" else asked
            if message.id == message_id:
                return asked
        return "" if message_id else asked

    # Going on.

    def begin_turn(self, message: Message, instead_of: str = "") -> None:
        """Append a user's message; with `instead_of`, beside that one, as a new branch."""
        if instead_of:
            self.thread = ending_at(self.thread, self.parent_of(instead_of))
        self.thread = self.thread.with_message(message)
        self._ids_given.add(message.id)
        self._undone.clear()

    def ask_again(self, message_id: str) -> None:
        """End the path at a user's message; what followed it stays as a branch."""
        self.thread = ending_at(self.thread, message_id)
        self._turns.pop(message_id, None)
        self._undone.clear()

    def take_cut_reply(self) -> None:
        """Take the path's last reply out, if any of it has come: it begins anew, and will be whole."""
        asked_id, head_id = self.asked_by(), self.thread.head_id
        if asked_id != head_id:
            self.thread = ending_at(without(self.thread, head_id), asked_id)
            self._ids_given.discard(head_id)
        self._turns.pop(head_id, None)
        self._undone.clear()

    def end_turn(
        self, reply: Message | None, events: Sequence[RunEvent], ended: TurnEnded, cut_run: CutRun | None = None
    ) -> None:
        """Append the reply, if any came, and remember how the turn went."""
        user = self.thread.messages[-1]
        if reply is not None:
            if reply.id in self._ids_given:
                reply = replace(reply, id=new_id("msg"))  # some servers count anew in each thread
            self._ids_given.add(reply.id)
            self.thread = self.thread.with_message(reply)
        told = events if cut_run is not None else shortened(events)
        turn = PastTurn(user, tuple(told), ended, reply.id if reply else "")
        self._turns[turn.key] = turn
        self._cut = (self.thread.head_id, cut_run)

    # Going elsewhere.

    def step(self, message_id: str, step: int) -> bool:
        """Go to the branch before (-1) or after (1) a message's; False if there is none.

        "" stands for the reply that never came to the path's last message: it counts as the last branch there.
        """
        family = followers(self.thread, self.parent_of(message_id) if message_id else self.thread.head_id)
        at = (family.index(message_id) if message_id in family else len(family)) + step
        if not 0 <= at < len(family):
            return False
        self._change(by_way_of(self.thread, family[at]))
        return True

    def go_to(self, message_id: str) -> bool:
        """Go to the branch that a message is on; False if it is on the path, or nowhere."""
        is_known = any(node.message.id == message_id for node in self.thread.nodes)
        thread = by_way_of(self.thread, message_id) if is_known else self.thread
        if thread is self.thread:
            return False
        self._change(thread)
        return True

    def delete(self, message_id: str) -> bool:
        """Take a message out, a user's with the replies to it; what followed stays. False if it is not there."""
        shorter = without(self.thread, message_id)
        if shorter is self.thread:
            return False
        self._undone.append(self.thread)
        self._change(shorter)
        return True

    def undo(self) -> bool:
        """Bring back what was deleted last; False if nothing was since the last message was sent."""
        if not self._undone:
            return False
        self._change(self._undone.pop())
        return True

    def _change(self, thread: Thread) -> None:
        self.thread = thread
        self._keep(thread)
