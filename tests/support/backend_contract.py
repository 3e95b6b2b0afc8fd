"""What every adapter must do, whichever API it speaks: one body of tests, run over a real loopback server for each."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, suppress
from dataclasses import replace
from typing import Any, Protocol

import pytest

from frieza_tui.backends.base import Backend, RunRequest, Sampling
from frieza_tui.chat import Chat, Patience
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.branches import by_way_of, ending_at, without
from frieza_tui.domain.errors import (
    AuthFailed,
    BackendError,
    BadReply,
    NotHere,
    RateLimited,
    Refused,
    ServerFault,
    StreamCut,
    TimedOut,
    Unreachable,
)
from frieza_tui.domain.events import MessageClosed, RunChanged, RunEvent, StreamFault, TextDelta
from frieza_tui.domain.run import RunError
from frieza_tui.domain.thread import ImageUrlPart, Message, TextPart, Thread, user_message
from frieza_tui.domain.turn import TurnEnded
from tests.support.raw_http import CUT, Answer, Loopback, error_answer
from tests.support.shapes import check_shape
from tests.support.traces import trace

PATIENCE_S = 20.0
"""For what would hang for ever else; CI is slow."""
LIMIT = {
    "code": "rate_limit_exceeded",
    "message": "Slow down. Please try again in 2.5s.",
    "type": "requests",
    "param": None,
}
FRIEZA = Assistant("フリーザ様", "You act as Frieza from Dragon Ball. Speak in Japanese")


class Stage(Protocol):
    """A stand-in for a server of one API, and the adapter under test on it."""

    @property
    def backend(self) -> Backend:
        """The adapter under test."""

    @property
    def server(self) -> Loopback:
        """The server it talks to."""

    def will(self, *pieces: object, ending: str | None = "completed", **facts: Any) -> object:
        """The next run writes these pieces (texts and gates) and ends so; None: its stream just ends."""

    def will_answer(self, answer: Answer) -> object:
        """The next request for a run is answered with this instead of a stream."""

    def chop(self, size: int) -> None:
        """Send streams in pieces of so many bytes."""

    def add_unknown_events(self) -> int:
        """Put events that nobody knows into every stream; returns how many into each."""

    def out_of_order(self) -> tuple[bytes, str]:
        """Return a stream whose indexes do not come in their order, and the text of the message that it means."""

    def texts(self) -> list[tuple[str, str]]:
        """Role and text of what the server had as the conversation when the last run began or ended."""


class Staging(Protocol):
    def __call__(self, **options: Any) -> AbstractAsyncContextManager[Stage]:
        """Open a stage; options go to the adapter's client."""


def request_of(thread: Thread, **sampling: Any) -> RunRequest:
    return RunRequest(FRIEZA, thread, Sampling(**sampling))


def asking(text: str, thread: Thread | None = None) -> Thread:
    return (thread or Thread()).with_message(user_message(text))


async def run(backend: Backend, thread: Thread) -> list[RunEvent]:
    return [event async for event in backend.stream_run(request_of(thread))]


def text_of(events: list[RunEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def ending_of(events: list[RunEvent]) -> str:
    last = events[-1]
    assert isinstance(last, RunChanged)
    return last.run.status


def after(thread: Thread, events: list[RunEvent]) -> Thread:
    """Return the thread with the reply that the events carried, as the core appends it."""
    closed = [event.message for event in events if isinstance(event, MessageClosed)]
    return thread.with_message(closed[0]) if closed else thread


async def run_to_error(backend: Backend, thread: Thread) -> tuple[list[RunEvent], BackendError]:
    events: list[RunEvent] = []
    with pytest.raises(BackendError) as caught:
        async for event in backend.stream_run(request_of(thread)):
            events.append(event)
    return events, caught.value


async def run_to_end(backend: Backend, thread: Thread) -> None:
    """Run, whatever comes of it."""
    with suppress(BackendError):
        await run(backend, thread)


async def sent_by_chat(backend: Backend, text: str) -> tuple[list[float], TurnEnded]:
    """Send a message as the program does; returns for how long it would have waited, and how the turn ended."""
    waits_s: list[float] = []

    async def sleep(seconds: float) -> None:
        waits_s.append(seconds)

    chat = Chat(backend, FRIEZA)
    chat.patience = Patience(sleep)
    ended = [event async for event in chat.send(text)][-1]
    assert isinstance(ended, TurnEnded)
    return waits_s, ended


class BackendContract:
    """Subclass it, and give a `staging` fixture."""

    async def test_a_turn_streams_its_text_in_order_and_completes(self, staging: Staging) -> None:
        async with staging() as stage:
            stage.will("こん", "にち", "は。🎉")
            events = await run(stage.backend, asking("hi"))
            assert text_of(events) == "こんにちは。🎉"
            assert ending_of(events) == "completed"
            assert [line for line in trace(events) if line.startswith("close")] == ["close completed: こんにちは。🎉"]
            last = events[-1]
            assert isinstance(last, RunChanged)
            assert last.run.usage is not None

    async def test_a_stream_in_pieces_of_one_byte_says_the_same(self, staging: Staging) -> None:
        async with staging() as stage:
            stage.chop(1)
            stage.will("こん", "にちは")
            events = await run(stage.backend, asking("hi"))
            assert text_of(events) == "こんにちは"
            assert ending_of(events) == "completed"

    async def test_the_second_turn_goes_on_with_the_first(self, staging: Staging) -> None:
        async with staging() as stage:
            stage.will("one")
            stage.will("two")
            thread = asking("first")
            thread = asking("second", after(thread, await run(stage.backend, thread)))
            await run(stage.backend, thread)
            assert stage.texts() == [("user", "first"), ("assistant", "one"), ("user", "second"), ("assistant", "two")]

    async def test_the_model_is_given_the_path_and_nothing_beside_it(self, staging: Staging) -> None:
        async with staging() as stage:
            first = await _answered(stage, asking("a"), "A")
            both = await _answered(stage, asking("b", first), "B")
            other = await _answered(stage, asking("c", ending_at(both, first.head_id)), "C")
            assert stage.texts() == [("user", "a"), ("assistant", "A"), ("user", "c"), ("assistant", "C")]
            back = by_way_of(other, both.head_id)
            back = await _answered(stage, asking("d", back), "D")
            assert [text for _role, text in stage.texts()] == ["a", "A", "b", "B", "d", "D"]
            again = await _answered(stage, ending_at(back, back.messages[-2].id), "D2")
            assert [text for _role, text in stage.texts()] == ["a", "A", "b", "B", "d", "D2"]
            await _answered(stage, asking("e", without(again, first.messages[0].id)), "E")
            assert [text for _role, text in stage.texts()] == ["b", "B", "d", "D2", "e", "E"]
            assert all(one.is_deleted for one in await stage.backend.delete_remote())
            assert stage.backend.remote_objects == ()

    async def test_another_model_answers_from_the_next_run_on_in_the_same_thread(self, staging: Staging) -> None:
        async with staging() as stage:
            stage.will("one")
            stage.will("two")
            thread = asking("first")
            thread = asking("second", after(thread, await run(stage.backend, thread)))
            assert stage.backend.models is not None
            assert [model.id for model in await stage.backend.models.list()]
            stage.backend.models.use("other-1")
            assert stage.backend.label.model == "other-1"
            await run(stage.backend, thread)
            assert stage.texts() == [("user", "first"), ("assistant", "one"), ("user", "second"), ("assistant", "two")]
            asked = [call.json["model"] for call in stage.server.calls if "model" in call.json]
            assert asked[-1] == "other-1" != asked[0]

    async def test_cancelling_closes_the_request_and_the_next_turn_works(self, staging: Staging) -> None:
        async with staging() as stage:
            stage.will("partial", asyncio.Event(), "never")
            stage.will("again")
            thread = asking("hi")
            async with aclosing(stage.backend.stream_run(request_of(thread))) as events:
                await _read_to_text(events)
            await asyncio.wait_for(stage.server.dropped.wait(), PATIENCE_S)
            await stage.backend.cancel_run()
            await stage.backend.cancel_run()
            assert text_of(await run(stage.backend, asking("more", thread))) == "again"

    async def test_cancelling_the_task_ends_it_at_once(self, staging: Staging) -> None:
        async with staging() as stage:
            stage.will("partial", asyncio.Event(), "never")
            got_text = asyncio.Event()

            async def read() -> None:
                async for event in stage.backend.stream_run(request_of(asking("hi"))):
                    if isinstance(event, TextDelta):
                        got_text.set()

            task = asyncio.create_task(read())
            await asyncio.wait_for(got_text.wait(), PATIENCE_S)
            task.cancel()
            await asyncio.wait_for(asyncio.wait([task]), PATIENCE_S)
            assert task.cancelled()
            await asyncio.wait_for(stage.server.dropped.wait(), PATIENCE_S)

    @pytest.mark.parametrize("status", ["failed", "incomplete", "cancelled", "expired"])
    async def test_the_end_that_the_server_tells_is_the_end(self, staging: Staging, status: str) -> None:
        async with staging() as stage:
            stage.will("half", ending=status)
            events = await run(stage.backend, asking("hi"))
            assert ending_of(events) == status
            assert "close incomplete: half" in trace(events)

    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (400, Refused),
            (401, AuthFailed),
            (403, AuthFailed),
            (404, NotHere),
            (405, NotHere),
            (422, Refused),
            (429, RateLimited),
            (500, ServerFault),
            (501, NotHere),
            (503, ServerFault),
        ],
    )
    async def test_a_status_is_an_error_of_its_kind(
        self, staging: Staging, status: int, kind: type[BackendError]
    ) -> None:
        async with staging() as stage:
            for _try in range(2):  # the second for an adapter that tries the plain form
                stage.will_answer(error_answer(status, "the reason given", "some_code"))
            events, error = await run_to_error(stage.backend, asking("hi"))
            assert not [event for event in events if isinstance(event, RunChanged)]
            assert type(error) is kind
            assert error.happened
            assert error.todo
            assert (error.facts.status, error.facts.code, error.facts.request_id) == (status, "some_code", "req_test")

    async def test_a_run_is_asked_for_once_only_whatever_comes_back(self, staging: Staging) -> None:
        async with staging() as stage:
            stage.will_answer(error_answer(500, "no", headers={"x-should-retry": "false"}))
            await run_to_error(stage.backend, asking("hi"))
            asked = len(stage.server.calls)
            stage.will("well")
            assert text_of(await run(stage.backend, asking("hi"))) == "well"
            assert len(stage.server.calls) <= 2 * asked + 1

    async def test_the_wait_of_a_rate_limit_is_told(self, staging: Staging) -> None:
        async with staging() as stage:
            stage.will_answer(error_answer(429, "slow down", headers={"retry-after": "7"}))
            _events, error = await run_to_error(stage.backend, asking("hi"))
            assert isinstance(error, RateLimited)
            assert error.retry_after_s == 7
            assert "7" in error.todo

    @pytest.mark.parametrize("piece", [b"<html>welcome</html>", b"{]", b"[1]", b""])
    async def test_what_is_no_stream_is_a_bad_reply(self, staging: Staging, piece: bytes) -> None:
        async with staging() as stage:
            stage.will_answer(Answer([piece], content_type="text/html" if piece[:1] == b"<" else "application/json"))
            _events, error = await run_to_error(stage.backend, asking("hi"))
            assert isinstance(error, BadReply)

    async def test_silence_before_the_stream_is_told(self, staging: Staging) -> None:
        async with staging(read_timeout_s=0.3) as stage:
            stage.will_answer(Answer([asyncio.Event()], content_type="text/event-stream"))
            _events, error = await run_to_error(stage.backend, asking("hi"))
            assert isinstance(error, TimedOut)

    async def test_a_comment_is_a_sign_of_life(self, staging: Staging) -> None:
        async with staging() as stage:
            comment = asyncio.Event()
            stage.will_answer(Answer([comment, b": waiting\n\n", asyncio.Event()], content_type="text/event-stream"))
            reading = asyncio.create_task(run(stage.backend, asking("hi")))
            await _until(lambda: stage.server.is_holding)
            await _until(lambda: stage.backend.signs_of_life == len(stage.server.calls))
            comment.set()
            await _until(lambda: stage.backend.signs_of_life == len(stage.server.calls) + 1)
            reading.cancel()
            await asyncio.wait([reading])

    async def test_a_server_that_is_gone_is_unreachable(self, staging: Staging) -> None:
        async with staging() as stage:
            stage.will("one")
            thread = asking("hi")
            thread = after(thread, await run(stage.backend, thread))
            await stage.server.stop()
            _events, error = await run_to_error(stage.backend, asking("more", thread))
            assert isinstance(error, Unreachable)
            assert "refused" in error.happened

    @pytest.mark.parametrize("piece", [CUT, None])
    async def test_a_stream_that_breaks_off_never_passes_for_whole(self, staging: Staging, piece: object) -> None:
        async with staging() as stage:
            stage.will("half of it", *([piece] if piece else []), ending=None, is_lost=True)
            events: list[RunEvent] = []
            try:
                async for event in stage.backend.stream_run(request_of(asking("hi"))):
                    events.append(event)
            except StreamCut:
                pass
            else:
                assert not isinstance(events[-1], RunChanged) or events[-1].run.status != "completed"
            assert text_of(events) == "half of it"

    async def test_a_stream_cut_after_any_byte_never_passes_for_whole(self, staging: Staging) -> None:
        async with staging() as stage:
            stage.will("こん", "にちは。", " 🎉")
            whole = text_of(await run(stage.backend, asking("hi")))
            for at in range(1, stage.server.stream_bytes, 149):
                stage.will("こん", "にちは。", " 🎉", is_lost=True)
                stage.server.cut_at = at
                events: list[RunEvent] = []
                with suppress(StreamCut, BadReply):
                    async for event in stage.backend.stream_run(request_of(asking("hi"))):
                        events.append(event)
                assert whole.startswith(text_of(events)), at
                is_completed = bool(events) and isinstance(events[-1], RunChanged) and ending_of(events) == "completed"
                assert not is_completed or text_of(events) == whole, at
            stage.will("well")
            assert text_of(await run(stage.backend, asking("more"))) == "well"

    @pytest.mark.parametrize("content_type", ["text/plain; charset=utf-8", "application/octet-stream"])
    async def test_a_stream_under_another_name_is_still_one(self, staging: Staging, content_type: str) -> None:
        async with staging() as stage:
            stream, text = stage.out_of_order()
            stage.will_answer(Answer([stream], content_type=content_type))
            assert f"close completed: {text}" in trace(await run(stage.backend, asking("hi")))

    async def test_indexes_out_of_order_are_put_in_order(self, staging: Staging) -> None:
        async with staging() as stage:
            stream, text = stage.out_of_order()
            stage.will_answer(Answer([stream], content_type="text/event-stream"))
            events = await run(stage.backend, asking("hi"))
            assert [event.message.text for event in events if isinstance(event, MessageClosed)] == [text]
            assert ending_of(events) == "completed"

    async def test_an_error_event_is_told_in_the_servers_words(self, staging: Staging) -> None:
        async with staging() as stage:
            fault = {"code": "server_error", "message": "we are sorry", "type": "server_error", "param": None}
            stage.will("half", ending=None, fault=fault, is_lost=True)
            events = await run(stage.backend, asking("hi"))
            last = events[-1]
            assert isinstance(last, StreamFault | RunChanged)
            told = last.error if isinstance(last, StreamFault) else last.run.error
            assert told is not None
            assert told.message == "we are sorry"

    async def test_an_error_in_llama_cpps_own_field_is_told_too(self, staging: Staging) -> None:
        async with staging() as stage:
            line = b'error: {"code": 500, "message": "we are sorry", "type": "server_error"}\n\n'
            stage.will_answer(Answer([line], content_type="text/event-stream"))
            last = (await run(stage.backend, asking("hi")))[-1]
            assert last == StreamFault(RunError("500", "we are sorry"))

    async def test_a_limit_within_a_stream_is_waited_out_and_nothing_is_doubled(self, staging: Staging) -> None:
        async with staging() as stage:
            stage.will(ending=None, fault=LIMIT, is_lost=True)
            stage.will("well")
            waits_s, ended = await sent_by_chat(stage.backend, "hi")
            assert (sum(waits_s), ended.outcome) == (2.5, "done")
            assert stage.texts() == [("user", "hi"), ("assistant", "well")]

    async def test_a_limit_after_the_first_word_is_told_and_left_to_the_user(self, staging: Staging) -> None:
        async with staging() as stage:
            stage.will("half", ending=None, fault=LIMIT, is_lost=True)
            waits_s, ended = await sent_by_chat(stage.backend, "hi")
            assert (waits_s, ended.outcome, ended.trouble) == ([], "failed", "limit")
            assert "Slow down." in ended.happened

    async def test_unknown_events_are_counted_and_harmless(self, staging: Staging) -> None:
        async with staging() as stage:
            added = stage.add_unknown_events()
            stage.will("fine")
            events = await run(stage.backend, asking("hi"))
            assert text_of(events) == "fine"
            assert ending_of(events) == "completed"
            assert stage.backend.unknown_events == added

    async def test_the_log_tells_how_many_events_were_passed_over(
        self, staging: Staging, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with staging() as stage:
            added = stage.add_unknown_events()
            stage.will("fine")
            with caplog.at_level(logging.INFO, "frieza_tui"):
                await sent_by_chat(stage.backend, "hi")
            assert f"{added} events of the stream were passed over" in caplog.text

    async def test_many_buffered_deltas_leave_the_loop_its_turns(self, staging: Staging) -> None:
        async with staging() as stage:
            stage.chop(1 << 20)
            stage.will(*["abcd "] * 5000)
            ticks = 0
            ended = asyncio.Event()

            async def tick() -> None:
                nonlocal ticks
                while not ended.is_set():
                    ticks += 1
                    await asyncio.sleep(0.001)

            ticking = asyncio.create_task(tick())
            events = await run(stage.backend, asking("hi"))
            ended.set()
            await ticking
            assert text_of(events) == "abcd " * 5000
            assert ticks > 5

    async def test_sampling_is_sent_only_where_it_is_set(self, staging: Staging) -> None:
        async with staging() as stage:
            stage.will("a")
            stage.will("b")
            await run(stage.backend, asking("hi"))
            plain = stage.server.calls[-1].json
            assert not {"temperature", "top_p"} & set(plain)
            async with aclosing(
                stage.backend.stream_run(request_of(asking("hi"), temperature=0.5, top_p=0.9, max_output_tokens=9))
            ) as events:
                async for _event in events:
                    pass
            sent = next(call.json for call in reversed(stage.server.calls) if "temperature" in call.body.decode())
            assert (sent["temperature"], sent["top_p"]) == (0.5, 0.9)
            assert 9 in sent.values()

    async def test_every_request_is_of_the_shape_that_the_sdk_knows(self, staging: Staging) -> None:
        coder = replace(FRIEZA, tools=("code_interpreter",))
        image = Message("user", (TextPart("this?"), ImageUrlPart("https://example.invalid/i.png")))
        thread = Thread().with_message(image)
        async with staging() as stage:
            for sampling in (Sampling(), Sampling(0.5, 0.9, 90)):
                stage.will("one")
                request = RunRequest(coder, thread, sampling)
                thread = after(thread, [event async for event in stage.backend.stream_run(request)])
                thread = asking("half \ud83c of it", thread)
            stage.will("two")
            await run(stage.backend, without(thread, thread.messages[0].id))
            stage.will("half", asyncio.Event(), "never")
            async with aclosing(stage.backend.stream_run(request_of(thread))) as events:
                await _read_to_text(events)
            await stage.backend.cancel_run()
            stage.will("half", CUT, ending=None)
            await run_to_end(stage.backend, thread)
            await stage.backend.delete_remote()
            assert sum(call.method == "POST" for call in stage.server.calls) >= 3
            for call in stage.server.calls:
                check_shape(call)

    async def test_what_was_made_is_deleted_once(self, staging: Staging) -> None:
        async with staging() as stage:
            assert not stage.backend.remote_objects
            stage.will("one")
            await run(stage.backend, asking("hi"))
            made = {(one.kind, one.id) for one in stage.backend.remote_objects}
            receipt = await stage.backend.delete_remote()
            assert {(one.kind, one.id) for one in receipt} == made
            assert all(one.is_deleted for one in receipt)
            assert await stage.backend.delete_remote() == ()
            assert stage.backend.remote_objects == ()

    async def test_leaving_a_server_that_is_gone_says_why_and_is_quick(self, staging: Staging) -> None:
        async with staging() as stage:
            stage.will("one")
            await run(stage.backend, asking("hi"))
            made = stage.backend.remote_objects
            await stage.server.stop()
            receipt = await asyncio.wait_for(stage.backend.delete_remote(), PATIENCE_S)
            assert len(receipt) == len(made)
            assert all(one.reason and not one.is_deleted for one in receipt)

    async def test_closing_before_anything_happened_is_fine(self, staging: Staging) -> None:
        async with staging() as stage:
            await stage.backend.cancel_run()
            assert list(await stage.backend.delete_remote()) == []
            await stage.backend.close()
            await stage.backend.close()


async def _answered(stage: Stage, thread: Thread, text: str) -> Thread:
    stage.will(text)
    return after(thread, await run(stage.backend, thread))


async def _until(is_so: Callable[[], bool]) -> None:
    for _try in range(2000):
        if is_so():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("not so in time")


async def _read_to_text(events: AsyncGenerator[RunEvent, None]) -> None:
    async for event in events:
        if isinstance(event, TextDelta):
            return
