import asyncio

import pytest

from frieza_tui.backends.base import Backend, Preparation, RunRequest
from frieza_tui.backends.scripted import Pause, Piece, Reply, ScriptedBackend, final
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.errors import ServerFault, StreamCut, Unreachable
from frieza_tui.domain.events import (
    AnnotationAdded,
    MessageClosed,
    MessageOpened,
    RunChanged,
    RunEvent,
    StreamFault,
    TextDelta,
)
from frieza_tui.domain.run import RunError
from frieza_tui.domain.thread import Annotation, Thread, user_message


def request(text: str = "こんにちは") -> RunRequest:
    return RunRequest(Assistant("フリーザ様", "…"), Thread(messages=(user_message(text),)))


async def events_of(backend: Backend) -> list[RunEvent]:
    return [event async for event in backend.stream_run(request())]


def statuses(events: list[RunEvent]) -> list[str]:
    return [event.run.status for event in events if isinstance(event, RunChanged)]


async def test_a_reply_of_pieces_runs_from_queued_to_completed() -> None:
    backend = ScriptedBackend([Reply("こんにち", "は。")])
    events = await events_of(backend)
    assert statuses(events) == ["queued", "in_progress", "completed"]
    assert [event.text for event in events if isinstance(event, TextDelta)] == ["こんにち", "は。"]
    closed = [event.message for event in events if isinstance(event, MessageClosed)]
    assert [message.text for message in closed] == ["こんにちは。"]
    assert backend.requests[0].thread.messages[-1].text == "こんにちは"


async def test_a_gate_holds_the_reply_until_it_is_opened() -> None:
    gate = asyncio.Event()
    backend = ScriptedBackend([Reply("a", gate, "b")])
    stream = backend.stream_run(request())
    seen = [await anext(stream) for _count in range(4)]
    assert isinstance(seen[-1], TextDelta)
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    assert not waiting.done()
    gate.set()
    assert isinstance(await waiting, TextDelta)
    await stream.aclose()


async def test_an_error_before_the_run_yields_nothing() -> None:
    backend = ScriptedBackend([Reply("a", before=[Unreachable("refused")])])
    with pytest.raises(Unreachable):
        await anext(backend.stream_run(request()))


async def test_an_error_within_leaves_the_message_open() -> None:
    seen: list[RunEvent] = []
    with pytest.raises(StreamCut):
        async for event in ScriptedBackend([Reply("a", StreamCut("cut"))]).stream_run(request()):
            seen.append(event)
    assert isinstance(seen[-1], TextDelta)


@pytest.mark.parametrize("status", ["failed", "incomplete", "cancelled", "expired"])
async def test_a_final_state_closes_the_message_as_incomplete(status: str) -> None:
    ending = final(status)  # type: ignore[arg-type]
    events = await events_of(ScriptedBackend([Reply("a", ending, "never")]))
    assert statuses(events)[-1] == status
    closed = [event for event in events if isinstance(event, MessageClosed)]
    assert [event.message.status for event in closed] == ["incomplete"]


@pytest.mark.parametrize("ending", [final("requires_action"), StreamFault(RunError("server_error", "…"))])
async def test_nothing_follows_an_end(ending: Piece) -> None:
    events = await events_of(ScriptedBackend([Reply(ending, "never")]))
    assert isinstance(events[-1], RunChanged | StreamFault)
    assert not [event for event in events if isinstance(event, TextDelta)]


async def test_content_events_belong_to_the_open_message() -> None:
    note = AnnotationAdded("", Annotation("url_citation", "", "https://example.invalid"))
    events = await events_of(ScriptedBackend([Reply("a", note)]))
    opened = next(event for event in events if isinstance(event, MessageOpened))
    assert [event.message_id for event in events if isinstance(event, AnnotationAdded)] == [opened.message_id]


async def test_cancel_after_closing_the_stream_names_the_run_once() -> None:
    backend = ScriptedBackend([Reply("a", asyncio.Event())])
    stream = backend.stream_run(request())
    first = await anext(stream)
    assert isinstance(first, RunChanged)
    await stream.aclose()
    await backend.cancel_run()
    await backend.cancel_run()
    assert backend.cancelled_runs == [first.run.id]


async def test_an_endless_script_begins_again_and_a_finite_one_says_so() -> None:
    endless = ScriptedBackend([Reply("a")], is_endless=True)
    assert statuses(await events_of(endless)) == statuses(await events_of(endless))
    finite = ScriptedBackend([])
    with pytest.raises(ServerFault):
        await events_of(finite)


async def test_preparation_is_reported_in_order() -> None:
    seen: list[str] = []
    backend = ScriptedBackend([], preparation=[Preparation("loading_model"), Pause(0), Preparation("ready")])
    backend.on_preparation = lambda step: seen.append(step.stage)
    await backend.prepare()
    assert seen == ["loading_model", "ready"]


async def test_what_the_first_run_made_is_deleted_once() -> None:
    backend = ScriptedBackend([Reply("a")])
    assert await backend.delete_remote() == ()
    await events_of(backend)
    assert [line.is_deleted for line in backend.remote_objects] == [False, False]
    assert [line.kind for line in await backend.delete_remote()] == ["thread", "assistant"]
    assert await backend.delete_remote() == ()
