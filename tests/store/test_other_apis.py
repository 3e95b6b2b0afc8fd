"""A thread that was held over one API goes on over any: its server is given the path that is shown, all of it."""

import shutil
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Final, Protocol

import pytest

from frieza_tui.backends.assistants import AssistantsBackend
from frieza_tui.backends.base import Backend
from frieza_tui.backends.named_server import Server
from frieza_tui.backends.openai_client import OpenAIClient
from frieza_tui.backends.scripted import Reply, ScriptedBackend, final
from frieza_tui.chat import Chat, Past
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.turn import TurnEvent
from frieza_tui.store.journal import DiskJournal
from frieza_tui.store.thread_writer import Written
from frieza_tui.store.threads import open_threads
from tests.backends import test_assistants, test_chat_completions, test_responses
from tests.support.loopback import running_server

FRIEZA = Assistant("フリーザ様", "Speak.")


class Stage(Protocol):
    """What this needs of tests.support.backend_contract.Stage."""

    @property
    def backend(self) -> Backend: ...

    def will(self, *pieces: object, ending: str | None = "completed") -> object: ...

    def texts(self) -> list[tuple[str, str]]: ...


class _Behind(ScriptedBackend):
    """In place of the model behind the embedded server."""

    def __init__(self) -> None:
        super().__init__(())
        self.replies: deque[Reply] = deque()

    def _next_reply(self) -> Reply:
        return self.replies.popleft()


class EmbeddedStage:
    """The embedded server, and the adapter on it."""

    def __init__(self, backend: Backend, behind: _Behind) -> None:
        self.backend = backend
        self._behind = behind
        self._last = ""

    def will(self, *pieces: Any, ending: str | None = "completed") -> None:
        self._behind.replies.append(Reply(*pieces, final("incomplete" if ending == "incomplete" else "completed")))
        self._last = "".join(pieces)

    def texts(self) -> list[tuple[str, str]]:
        given = [(message.role, message.text) for message in self._behind.requests[-1].thread.messages]
        return [*given, ("assistant", self._last)]


@asynccontextmanager
async def embedded() -> AsyncIterator[EmbeddedStage]:
    behind = _Behind()
    async with running_server(behind) as (base_url, token):
        yield EmbeddedStage(AssistantsBackend(OpenAIClient(Server(base_url, token))), behind)


STAGES: Final[dict[str, Callable[[], AbstractAsyncContextManager[Stage]]]] = {
    "assistants": test_assistants.staged,
    "responses": test_responses.staged,
    "chat": test_chat_completions.staged,
    "embedded": embedded,
}


async def all_of(events: AsyncGenerator[TurnEvent, None]) -> list[TurnEvent]:
    return [event async for event in events]


async def say(chat: Chat, stage: Stage, text: str, reply: str, *, instead_of: str = "", is_cut: bool = False) -> None:
    stage.will(reply, ending="incomplete" if is_cut else "completed")
    await all_of(chat.send(text, instead_of))


async def hold(stage: Stage, file: Path) -> None:
    """A thread a A c C d D, of which D is cut off, with b B beside c C."""
    chat = Chat(stage.backend, FRIEZA, journal=DiskJournal(file))
    await say(chat, stage, "a", "A")
    await say(chat, stage, "b", "B")
    await say(chat, stage, "c", "C", instead_of=chat.thread.messages[2].id)
    await say(chat, stage, "d", "D", is_cut=True)
    await chat.close()


def kept_past(file: Path) -> tuple[Past, Written]:
    with open_threads(file) as threads:
        kept = threads.load(threads.find("last"))
    return Past(kept.thread, kept.turns), kept.written


@pytest.mark.parametrize("first", STAGES)
async def test_a_thread_of_one_api_goes_on_over_any_with_its_whole_path(file: Path, first: str) -> None:
    async with STAGES[first]() as stage:
        await hold(stage, file)
    for second in STAGES:
        copy = file.with_name(second)
        shutil.copy(file, copy)
        async with STAGES[second]() as stage:
            await go_on(stage, copy)


async def go_on(stage: Stage, file: Path) -> None:
    past, written = kept_past(file)
    assert past.thread.messages[-1].status == "incomplete"
    chat = Chat(stage.backend, FRIEZA, journal=DiskJournal(file, written), past=past)
    await say(chat, stage, "e", "E")
    assert "".join(text for _role, text in stage.texts()) == "aAcCdDeE"
    assert [role for role, _text in stage.texts()] == ["user", "assistant"] * 4
    assert chat.branches.step(chat.thread.messages[2].id, -1)
    await say(chat, stage, "f", "F")
    assert "".join(text for _role, text in stage.texts()) == "aAbBfF"
    assert all(one.is_deleted for one in await chat.close())
    assert kept_past(file)[0].thread == chat.thread
