from collections.abc import Sequence

from frieza_tui.backends.held_messages import HeldMessages
from frieza_tui.domain.errors import NotHere, ServerFacts, ServerFault
from frieza_tui.domain.thread import Message, TextPart
from tests.support.counting import calls_of


def said(*texts: str) -> tuple[Message, ...]:
    return tuple(Message("user", (TextPart(text),), id=text) for text in texts)


class Remote:
    """A thread on a server, oldest first."""

    def __init__(self, *ids: str) -> None:
        self.ids = list(ids)
        self.error: Exception | None = None

    async def newest(self) -> Sequence[str]:
        return self.ids[::-1]

    async def delete(self, one: str) -> None:
        if self.error is not None:
            raise self.error
        self.ids.remove(one)


def held(*steps: Message | str) -> HeldMessages:
    """Messages were sent, and strings are ids of what runs wrote."""
    messages = HeldMessages()
    for step in steps:
        if isinstance(step, Message):
            messages.add([step])
        else:
            messages.add_written([step])
    return messages


def test_a_reply_is_the_same_under_any_id_that_its_run_wrote() -> None:
    messages = HeldMessages()
    messages.add(said("a"))
    messages.add_written(["one", "two"])
    assert messages.common(said("a", "two", "b")) == 2
    assert messages.common(said("a", "three", "b")) == 1
    assert messages.common(said("x", "two")) == 0


async def test_what_follows_the_last_known_reply_is_deleted() -> None:
    (a, b), remote = said("a", "b"), Remote("remote_a", "one", "remote_b", "half", "more")
    messages = held(a, "one", b)
    assert await messages.bring_back(said("a", "one", "b", "half", "c"), remote.newest, remote.delete)
    assert remote.ids == ["remote_a", "one"]
    assert len(messages) == 2


async def test_a_message_whose_id_there_is_known_stays() -> None:
    messages, remote = HeldMessages(), Remote("remote_a", "maybe")
    messages.add_known(said("a")[0], "remote_a")
    assert await messages.bring_back(said("a", "b"), remote.newest, remote.delete)
    assert remote.ids == ["remote_a"]


async def test_where_nothing_there_is_known_nothing_is_deleted() -> None:
    for messages in (held(*said("a")), held(*said("a"), "lost")):
        remote = Remote("remote_a", "other")
        assert not await messages.bring_back(said("a", "lost", "b"), remote.newest, remote.delete)
        assert remote.ids == ["remote_a", "other"]


async def test_what_is_gone_already_is_no_trouble_and_what_cannot_be_deleted_is() -> None:
    remote = Remote("one", "half")
    remote.error = NotHere("gone")
    assert await held("one").bring_back(said("one"), remote.newest, remote.delete)
    for error in (ServerFault("broken"), NotHere("not allowed", facts=ServerFacts(status=405))):
        remote.error = error
        assert not await held("one").bring_back(said("one"), remote.newest, remote.delete)


def test_a_long_thread_takes_no_more_work() -> None:
    def work(count: int) -> int:
        messages, thread = HeldMessages(), said(*(str(number) for number in range(count)))
        messages.add(thread)
        messages.common(thread)
        longer = (*thread, *said("more"))
        return calls_of(lambda: messages.common(longer))

    assert work(3000) == work(30)
