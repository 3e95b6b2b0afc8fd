"""The turns on the screen: each one's bubbles, and which of them is open. Knows no screen and no chat."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from frieza_tui.backends.base import Preparation
from frieza_tui.chat.path_turn import PathTurn
from frieza_tui.domain.thread import Thread
from frieza_tui.domain.turn import TurnDelayed, TurnEnded, TurnEvent, TurnSilent
from frieza_tui.i18n import _
from frieza_tui.tui.answer_wait import AnswerWait
from frieza_tui.tui.log.bubble import Author, BubbleState, Words
from frieza_tui.tui.log.bubbles import Bubbles
from frieza_tui.tui.log.content import Sleeper
from frieza_tui.tui.past_bubbles import PastMessage, PastReply
from frieza_tui.tui.reply_bubble import NEWS, ReplyBubble
from frieza_tui.tui.words import USER_LABEL

Number: TypeAlias = int


@dataclass(slots=True)
class _Turn:
    """One turn as the screen remembers it."""

    text: str
    user_key: str
    reply_key: str
    reply: ReplyBubble | None = None
    ended: TurnEnded | None = None
    delayed: TurnDelayed | TurnSilent | None = None
    is_past: bool = False
    """It comes from a kept thread."""


class Shown(NamedTuple):
    """A turn on the screen: its bubbles, and their messages by their ids; "" for one that is in no thread."""

    user_key: str
    reply_key: str
    user_id: str = ""
    reply_id: str = ""
    has_reply: bool = True
    """Something stands there for the reply, if only why there is none."""


class Turns:
    """Opens turns, hands their events to their bubbles, and closes each exactly once."""

    def __init__(self, bubbles: Bubbles, follow_end: Callable[[], object], assistant_name: str) -> None:
        """Take the log's bubbles, and what brings its end into view."""
        self._bubbles = bubbles
        self._follow_end = follow_end
        self._assistant_name = assistant_name
        self.number = 0
        """Of the turn that began last; 0 before the first."""
        self.has_begun = False
        """Whether a turn of this thread was opened; those of a kept one were not."""
        self.answer_wait = AnswerWait()
        """Of the open turn, until something of its reply comes."""
        self._current: _Turn | None = None
        self._shown: list[Shown] = []
        self._has_marks = False

    @property
    def is_open(self) -> bool:
        """Whether a turn has begun and not ended."""
        return self._current is not None and self._current.reply is not None and self._current.ended is None

    @property
    def last_text(self) -> str:
        """The user's message of the turn that began last."""
        return self._current.text if self._current else ""

    @property
    def last_ended(self) -> TurnEnded | None:
        """How the turn that began last ended; None while it is open or if there was none."""
        return self._current.ended if self._current else None

    @property
    def delayed(self) -> TurnDelayed | TurnSilent | None:
        """What the open turn waits for, or that nothing comes; None if all is well."""
        return self._current.delayed if self._current else None

    @property
    def own_ended(self) -> TurnEnded | None:
        """As `last_ended`, but None for a turn of a kept thread, which tells nothing of the server now."""
        return self._current.ended if self._current and not self._current.is_past else None

    @property
    def is_unanswered(self) -> bool:
        """Whether the last message is the user's, and nobody has been asked since."""
        return self._current is not None and self._current.reply is None and self._current.ended is None

    def open(self, text: str, waiting_for: Words, mark: str = "") -> Number:
        """Show the user's message and an empty reply that says what it waits for; return the turn's number.

        A message that was not sent and is sent now, changed or not, takes the place of the one that failed.
        """
        if self._current and self._current.ended and not self._current.ended.is_sent and self._current.text == text:
            self._bubbles.remove(self._current.user_key, self._current.reply_key)
            self._shown.pop()
        self.number += 1
        user_key = f"user-{self.number}"
        self._bubbles.add(user_key, "user", USER_LABEL, BubbleState(), source=text)
        self._mark(user_key, mark)
        return self._open_reply(text, user_key, waiting_for)

    def reopen(self, waiting_for: Words, mark: str = "") -> Number:
        """Show an empty reply in place of the last one, under the same message; return the turn's number."""
        last = self._current
        if last is None:
            raise RuntimeError("no turn to open again")
        self._bubbles.remove(last.reply_key)
        self._bubbles.set_state(last.user_key, BubbleState())
        self._shown.pop()
        self.number += 1
        number = self._open_reply(last.text, last.user_key, waiting_for)
        self._mark(f"reply-{number}", mark)
        return number

    def forget(self) -> None:
        """Begin with another thread; the bubbles are the log's business."""
        self._current = None
        self.has_begun = False
        self._shown.clear()
        self.answer_wait.end()

    def show_path(self, path: Iterable[PathTurn], marks: Mapping[str, str]) -> None:
        """Show these turns and no others; bubbles that are there already stay."""
        turns = list(path)
        wanted = [(turn.user_id, turn.reply_id, turn.has_reply) for turn in turns]
        here = [shown[2:] for shown in self._shown]
        same = next((at for at, (one, other) in enumerate(zip(here, wanted, strict=False)) if one != other), None)
        same = min(len(here), len(wanted)) if same is None else same
        left = _kept_of(here[same:], wanted[same:])
        gone = [shown for at, shown in enumerate(self._shown[same:]) if at not in left]
        self._bubbles.remove(*(key for shown in gone for key in shown[:2]))
        self._shown = [*self._shown[:same], *(self._shown[same + at] for at in left)]
        coming = turns[len(self._shown) :]
        self._bubbles.add_sleepers([bubble for turn in coming for bubble in self._past_bubbles(turn)])
        if turns:
            self._turn_back_to(turns[-1])
        else:
            self._current = None
        self.show_marks(marks)

    def show_marks(self, marks: Mapping[str, str]) -> None:
        """Mark the messages that have branches beside them, and no others."""
        had_marks, self._has_marks = self._has_marks, any(marks.values())
        if had_marks or self._has_marks:
            self._mark_turns(self._shown, marks)

    def mark_last(self, marks: Mapping[str, str]) -> None:
        """Mark the messages of the turn that has ended: of no other has anything changed but of the one before."""
        self._has_marks = self._has_marks or any(marks.values())
        self._mark_turns(self._shown[-2:], marks)

    def _mark_turns(self, turns: Iterable[Shown], marks: Mapping[str, str]) -> None:
        for shown in turns:
            self._bubbles.set_mark(shown.user_key, marks.get(shown.user_id, ""))
            is_in_thread = bool(shown.reply_id) or (bool(shown.user_id) and shown is self._shown[-1])
            self._bubbles.set_mark(shown.reply_key, marks.get(shown.reply_id, "") if is_in_thread else "")

    def _mark(self, key: str, mark: str) -> None:
        self._has_marks = self._has_marks or bool(mark)
        self._bubbles.set_mark(key, mark)

    def name_messages(self, thread: Thread) -> None:
        """Note which messages of the thread the last turn's bubbles show."""
        reply_id = thread.head_id if thread.messages[-1].role == "assistant" else ""
        user_id = next((one.id for one in reversed(thread.messages) if one.role == "user"), "")
        self._shown[-1] = self._shown[-1]._replace(user_id=user_id, reply_id=reply_id)

    def find(self, key: str) -> Shown | None:
        """Return the turn that a bubble belongs to; None for a notice."""
        return next((shown for shown in reversed(self._shown) if key in shown[:2]), None)

    def wait(self, preparation: Preparation) -> None:
        """Say in the open reply how far the backend is, as long as its run has not begun."""
        if self._current is not None and self._current.reply is not None and self.is_open:
            self._current.reply.wait(preparation)

    def take(self, turn: Number, event: TurnEvent) -> bool:
        """Hand an event to its reply. False if the turn is not the open one: the event is dropped."""
        current = self._current
        if current is None or current.reply is None or not self.is_open or turn != self.number:
            return False
        current.delayed = None
        if isinstance(event, NEWS):
            self.answer_wait.end()
        match event:
            case TurnEnded():
                self._close(current, event)
            case TurnDelayed():
                current.delayed = event
                current.reply.delay(event)
            case TurnSilent():
                current.delayed = event if event.silent_s else None
            case _:
                current.reply.take(event)
        return True

    def _open_reply(self, text: str, user_key: str, waiting_for: Words) -> Number:
        reply = ReplyBubble(self._bubbles, f"reply-{self.number}", self._assistant_name, waiting_for)
        self._current = _Turn(text, user_key, reply.key, reply)
        self._shown.append(Shown(user_key, reply.key))
        self._follow_end()
        self.has_begun = True
        self.answer_wait.begin()
        return self.number

    def _close(self, turn: _Turn, ended: TurnEnded) -> None:
        turn.ended = ended
        self.answer_wait.end()
        if turn.reply is not None:
            turn.reply.end(ended)
        if not ended.is_sent:
            self._bubbles.set_state(turn.user_key, BubbleState(lambda: _("not sent"), "error"))

    def _past_bubbles(self, past: PathTurn) -> Iterator[tuple[str, Author, Words, Sleeper]]:
        """Note a turn that is over, and yield what the log needs of it."""
        self.number += 1
        user_key, reply_key = f"user-{self.number}", f"reply-{self.number}"
        has_reply = past.has_reply
        self._shown.append(Shown(user_key, reply_key, past.user_id, past.reply_id, has_reply))
        if past.user is not None:
            yield user_key, "user", USER_LABEL, PastMessage(past)
        if has_reply:
            yield reply_key, "assistant", self._assistant_name, PastReply(past, self._assistant_name)

    def _turn_back_to(self, past: PathTurn) -> None:
        """Take a turn that is over for the last one."""
        shown, ended = self._shown[-1], past.read().ended
        self._current = _Turn(past.user_text, shown.user_key, shown.reply_key, ended=ended, is_past=True)


def _kept_of(here: Sequence[object], wanted: Sequence[object]) -> list[int]:
    """Return the places of what can stay here, in order: all that is wanted, or nothing."""
    places: list[int] = []
    at = 0
    for one in wanted:
        while at < len(here) and here[at] != one:
            at += 1
        if at == len(here):
            return []
        places.append(at)
        at += 1
    return places
