"""What a run brings beyond what is known of it, and that nobody is asked twice for it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frieza_tui.backends.assistants import AssistantsBackend
from frieza_tui.backends.base import Backend, RemoteRun, RunRequest
from frieza_tui.backends.named_server import Server
from frieza_tui.backends.openai_client import OpenAIClient
from frieza_tui.backends.responses import ResponsesBackend
from frieza_tui.backends.responses.follower import Patience
from frieza_tui.chat import Chat, CutRun, Past, open_run_of
from frieza_tui.chat.cut_run import Beyond
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.events import ConnectionLost, ReasoningDelta, RunEvent, StepDelta, TextDelta
from frieza_tui.domain.run import ToolCall
from frieza_tui.domain.thread import Thread, user_message
from frieza_tui.domain.turn import PastTurn, TurnEnded, TurnEvent
from tests.support.assistants_double import AssistantsDouble
from tests.support.raw_http import CUT, Loopback, serve
from tests.support.responses_double import ResponsesDouble

FRIEZA = Assistant("フリーザ様", "Speak.")
THREAD = Thread().with_message(user_message("やあ"))
Double: TypeAlias = AssistantsDouble | ResponsesDouble

events_of_a_run = st.lists(
    st.one_of(
        st.builds(TextDelta, st.sampled_from(["m1", "m2"]), st.text(min_size=1, max_size=4), st.integers(0, 1)),
        st.builds(ReasoningDelta, st.text(min_size=1, max_size=4)),
    ),
    max_size=12,
)


def texts_of(events: Iterable[RunEvent | TurnEvent | None]) -> dict[object, str]:
    found: dict[object, str] = {}
    for event in events:
        if isinstance(event, TextDelta | ReasoningDelta):
            key = (event.message_id, event.part) if isinstance(event, TextDelta) else "reasoning"
            found[key] = found.get(key, "") + event.text
    return found


@given(events_of_a_run, st.data())
def test_what_is_known_and_what_is_beyond_it_are_the_whole(whole: list[RunEvent], data: st.DataObject) -> None:
    known = whole[: data.draw(st.integers(0, len(whole)))]
    beyond = Beyond(known)
    assert texts_of([*known, *map(beyond.of, whole)]) == texts_of(whole)


def test_a_tool_call_that_is_told_again_is_not_there_twice() -> None:
    known = StepDelta("s", 0, ToolCall("code_interpreter", input="1+"))
    more = StepDelta("s", 0, ToolCall("code_interpreter", input="1", outputs=("2",)))
    beyond = Beyond([known])
    assert [beyond.of(event) for event in (known, more)] == [None, more]


# -- with a server ---------------------------------------------------------------------------------------------------


@dataclass
class Killed:
    """A program that is no more, and the server that its reply still comes from."""

    server: Loopback
    double: Double
    cut_run: CutRun

    @property
    def runs_asked_for(self) -> int:
        return self.server.count("POST", "/runs") + self.server.count("POST", "/responses")

    def resumed(self) -> Chat:
        ended = TurnEnded("incomplete", rest="on_server")
        turn = PastTurn(THREAD.messages[-1], self.cut_run.known, ended)
        return Chat(backend_on(self.server, self.double), FRIEZA, past=Past(THREAD, (turn,), cut_run=self.cut_run))


def backend_on(server: Loopback, double: Double) -> Backend:
    client = OpenAIClient(Server(server.base_url, "sk-test-key"))
    if isinstance(double, ResponsesDouble):
        return ResponsesBackend(client, patience=Patience(0.2, 0.2))
    return AssistantsBackend(client, settle_s=0.2)


async def all_of(events: AsyncGenerator[TurnEvent, None]) -> list[TurnEvent]:
    return [event async for event in events]


@asynccontextmanager
async def killed_after_its_first_words(double: Double) -> AsyncIterator[Killed]:
    async with serve(double.answer) as server:
        backend = backend_on(server, double)
        known: list[RunEvent] = []
        async with aclosing(backend.stream_run(RunRequest(FRIEZA, THREAD))) as events:
            async for event in events:
                known.append(event)
                if isinstance(event, TextDelta):
                    break
        made = backend.remote_objects
        await backend.close()
        run = open_run_of(known)
        assert run is not None
        yield Killed(server, double, CutRun(RemoteRun(run.id, run.thread_id, made), tuple(known)))


@pytest.mark.parametrize("double", [AssistantsDouble(), ResponsesDouble()], ids=["assistants", "responses"])
async def test_the_reply_of_a_killed_program_gets_its_rest_from_the_server(double: Double) -> None:
    double.will("こん", asyncio.Event(), "にちは。", later="completed")
    async with killed_after_its_first_words(double) as killed:
        chat = killed.resumed()
        events = await all_of(chat.retry())
        assert any(isinstance(event, ConnectionLost) for event in events)
        assert list(texts_of(events).values()) == ["こんにちは。"]
        assert isinstance(events[-1], TurnEnded)
        assert events[-1].outcome == "done"
        assert chat.thread.messages[-1].text == "こんにちは。"
        assert killed.runs_asked_for == 1
        receipt = await chat.close()
    assert all(one.is_deleted for one in receipt)
    kept = double.threads if isinstance(double, AssistantsDouble) else double.responses
    assert not kept


@pytest.mark.parametrize("double", [AssistantsDouble(), ResponsesDouble()], ids=["assistants", "responses"])
async def test_a_rest_that_the_server_lost_is_said_and_can_be_asked_for_again(double: Double) -> None:
    script = double.will("こん", asyncio.Event())
    async with killed_after_its_first_words(double) as killed:
        script.is_lost = True
        chat = killed.resumed()
        ended = (await all_of(chat.retry()))[-1]
        assert isinstance(ended, TurnEnded)
        assert (ended.outcome, ended.rest) == ("failed", "lost")
        assert chat.thread.messages[-1].text == "こん"
        assert chat.can_go_on
        assert killed.runs_asked_for == 1
        double.will("はじめから")
        await all_of(chat.retry())
        assert [message.text for message in chat.thread.messages] == ["やあ", "はじめから"]
        assert killed.runs_asked_for == 2
        await chat.close()


@pytest.mark.parametrize("double", [AssistantsDouble(), ResponsesDouble()], ids=["assistants", "responses"])
async def test_a_reply_that_was_given_up_is_fetched_and_not_asked_for_again(double: Double) -> None:
    async with serve(double.answer) as server:
        chat = Chat(backend_on(server, double), FRIEZA)
        script = double.will("こん", "にちは。", CUT, ending=None)
        ended = (await all_of(chat.send("やあ")))[-1]
        assert isinstance(ended, TurnEnded)
        assert (ended.outcome, ended.rest) == ("failed", "on_server")
        assert chat.can_rejoin
        script.later = "completed"
        again = await all_of(chat.retry())
        assert list(texts_of(again).values()) == ["こんにちは。"]
        assert chat.thread.messages[-1].status == "completed"
        assert server.count("POST", "/runs") + server.count("POST", "/responses") == 1
        double.will("次")
        await all_of(chat.send("次は？"))
        assert [message.text for message in chat.thread.messages] == ["やあ", "こんにちは。", "次は？", "次"]
        await chat.close()
