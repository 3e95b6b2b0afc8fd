import asyncio
from collections.abc import AsyncGenerator

from frieza_tui.backends.scripted import Reply, ScriptedBackend, final
from frieza_tui.chat import Chat, Past
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.errors import Unreachable
from frieza_tui.domain.events import StepDelta, TextDelta
from frieza_tui.domain.run import RunError, ToolCall
from frieza_tui.domain.thread import Message, TextPart, Thread
from frieza_tui.domain.turn import PastTurn, TurnEvent

FRIEZA = Assistant("フリーザ様", "Speak.")
REFUSED = Unreachable("No connection.", "Start the server.")


async def all_of(events: AsyncGenerator[TurnEvent, None]) -> list[TurnEvent]:
    return [event async for event in events]


async def talk(*texts: str, more: tuple[Reply, ...] = ()) -> tuple[Chat, ScriptedBackend]:
    """Hold a conversation: each text is answered by itself in capitals; `more` answers what comes later."""
    backend = ScriptedBackend([*(Reply(text.upper()) for text in texts), *more])
    chat = Chat(backend, FRIEZA)
    for text in texts:
        await all_of(chat.send(text))
    return chat, backend


def path(chat: Chat) -> str:
    return " ".join(message.text for message in chat.thread.messages)


def given(backend: ScriptedBackend) -> str:
    """What the assistant was given last."""
    return " ".join(message.text for message in backend.requests[-1].thread.messages)


def id_of(chat: Chat, text: str) -> str:
    return next(message.id for message in chat.thread.messages if message.text == text)


def shown(chat: Chat) -> list[tuple[str, str]]:
    """The turns as a face is told of them: what was asked, and what came."""
    return [
        (
            turn.user.text if turn.user else "",
            "".join(event.text for event in turn.events if isinstance(event, TextDelta)),
        )
        for turn in chat.branches.turns()
    ]


async def test_an_edited_message_begins_a_branch_and_the_assistant_is_given_that_alone() -> None:
    chat, backend = await talk("a", "b", more=(Reply("C"), Reply("D")))
    await all_of(chat.send("c", id_of(chat, "b")))
    assert (given(backend), path(chat)) == ("a A c", "a A c C")
    assert sorted(chat.branches.marks().values()) == ["", "1/2", "2/2"]
    assert chat.branches.step(id_of(chat, "c"), -1)
    assert path(chat) == "a A b B"
    await all_of(chat.send("d"))
    assert given(backend) == "a A b B d"


async def test_any_reply_can_be_asked_for_again_and_stays_as_a_branch() -> None:
    chat, backend = await talk("a", "b", more=(Reply("A2"),))
    await all_of(chat.retry(id_of(chat, "A")))
    assert (given(backend), path(chat)) == ("a", "a A2")
    assert not chat.branches.step(id_of(chat, "A2"), 1)
    assert chat.branches.step(id_of(chat, "A2"), -1)
    assert path(chat) == "a A b B"


async def test_each_branch_shows_its_turns_as_they_were() -> None:
    call = StepDelta("s", 0, ToolCall("code_interpreter", input="1+2"))
    chat, _backend = await talk("a", more=(Reply(call, "A2", final("failed", error=RunError("x", "Broke."))), Reply()))
    await all_of(chat.retry())
    (turn,) = chat.branches.turns()
    assert call in turn.events
    assert turn.ended
    assert "Broke." in turn.ended.happened
    chat.branches.step(id_of(chat, "A2"), -1)
    assert shown(chat) == [("a", "A")]


async def test_a_failed_attempt_keeps_the_earlier_reply_one_branch_before() -> None:
    chat, _backend = await talk("a", "b", more=(Reply(before=[REFUSED]),))
    events = await all_of(chat.retry(id_of(chat, "a")))
    assert (path(chat), shown(chat)) == ("a", [("a", "")])
    assert getattr(events[-1], "is_sent", None) is True
    assert chat.branches.next_mark(chat.thread.head_id) == "2/2"
    assert chat.branches.step("", -1)
    assert path(chat) == "a A b B"


async def test_an_edited_message_that_never_arrived_leaves_the_path_as_it_was() -> None:
    chat, backend = await talk("a", "b", more=(Reply(before=[REFUSED]), Reply("C")))
    await all_of(chat.send("c", id_of(chat, "a")))
    assert path(chat) == "a A b B"
    await all_of(chat.retry())
    assert (given(backend), path(chat)) == ("c", "c C")


async def test_a_deleted_message_is_not_given_to_the_assistant_and_comes_back_until_the_next_is_sent() -> None:
    chat, backend = await talk("a", "b", more=(Reply("C"),))
    assert chat.branches.delete(id_of(chat, "A"))
    assert chat.branches.delete(id_of(chat, "b"))
    assert path(chat) == "a"
    assert shown(chat) == [("a", "")]
    assert chat.branches.undo()
    assert path(chat) == "a b B"
    assert chat.branches.undo()
    assert path(chat) == "a A b B"
    assert not chat.branches.undo()
    chat.branches.delete(id_of(chat, "a"))
    await all_of(chat.send("c"))
    assert given(backend) == "b B c"
    assert not chat.branches.undo()


async def test_a_message_whose_reply_was_deleted_can_be_asked_again() -> None:
    chat, backend = await talk("a", more=(Reply("A2"),))
    chat.branches.delete(id_of(chat, "A"))
    await all_of(chat.retry())
    assert (given(backend), path(chat)) == ("a", "a A2")
    assert set(chat.branches.marks().values()) == {""}


async def test_replies_that_a_server_names_alike_are_told_apart() -> None:
    same = (Message("user", (TextPart("a"),), "u"), Message("assistant", (TextPart("A"),), "same"))
    backend = ScriptedBackend([Reply("B")])
    chat = Chat(backend, FRIEZA, past=Past(Thread("thread_1", same), (PastTurn(same[0], reply_id="same"),)))
    chat.branches.begin_turn(Message("user", (TextPart("b"),), "u2"))
    chat.branches.end_turn(Message("assistant", (TextPart("B"),), "same"), (), next(chat.branches.turns()).ended)  # type: ignore[arg-type]
    assert path(chat) == "a A b B"
    assert len({message.id for message in chat.thread.messages}) == 4


async def test_a_cancelled_reply_stays_as_a_branch_when_asked_again() -> None:
    chat, _backend = await talk(more=(Reply("half", asyncio.Event()), Reply("whole")))
    async for event in chat.send("a"):
        if isinstance(event, TextDelta):
            chat.stop()
    await all_of(chat.retry())
    assert path(chat) == "a whole"
    assert chat.branches.step(id_of(chat, "whole"), -1)
    assert path(chat) == "a half"
