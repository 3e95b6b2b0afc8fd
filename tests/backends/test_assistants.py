import asyncio
import re
import warnings
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from frieza_tui.backends.assistants import AssistantsBackend, backend
from frieza_tui.backends.named_server import Server
from frieza_tui.backends.openai_client import OpenAIClient
from frieza_tui.domain.errors import BadReply, NotHere, RateLimited, Refused, StreamCut, TimedOut
from frieza_tui.domain.events import RunChanged, RunEvent, TextDelta, ThreadCreated
from frieza_tui.domain.run import ToolCall
from frieza_tui.domain.thread import ImageUrlPart, Message, TextPart, Thread
from tests.support.assistants_double import SSE, AssistantsDouble, Script, chopped, sse, transcript
from tests.support.backend_contract import (
    FRIEZA,
    BackendContract,
    Stage,
    Staging,
    after,
    asking,
    ending_of,
    request_of,
    run,
    run_to_error,
    text_of,
)
from tests.support.raw_http import CUT, Answer, Call, Loopback, error_answer, json_answer, serve
from tests.support.traces import expected, trace

EXPECTED = expected("assistants")


class AssistantsStage:
    def __init__(self, backend: AssistantsBackend, server: Loopback, double: AssistantsDouble) -> None:
        self.backend = backend
        self.server = server
        self.double = double

    def will(self, *pieces: object, ending: str | None = "completed", **facts: Any) -> Script:
        return self.double.will(*pieces, ending=ending, **facts)

    def will_answer(self, answer: Answer) -> Script:
        return self.double.will(raw=answer)

    def chop(self, size: int) -> None:
        self.double.chop = size

    def add_unknown_events(self) -> int:
        self.double.extras = [
            sse("thread.foo", {}),
            b"event: ping\ndata:\n\n",
            sse("thread.run.foo", {}),
            b"data: {]\n\n",
        ]
        return 3

    def out_of_order(self) -> tuple[bytes, str]:
        run = {"id": "run_1", "object": "thread.run", "thread_id": "thread_1"}
        pieces = [
            {"content": [{"index": at, "type": "text", "text": {"value": text}}]} for at, text in ((1, "b"), (0, "a"))
        ]
        deltas = [sse("thread.message.delta", {"id": "msg_9", "delta": piece}) for piece in pieces]
        ends = [sse(f"thread.run.{kind}", run | {"status": kind}) for kind in ("in_progress", "completed")]
        return b"".join([ends[0], *deltas, ends[1]]), "a\n\nb"

    def texts(self) -> list[tuple[str, str]]:
        return self.double.texts()


@asynccontextmanager
async def staged(settle_s: float = 0.3, model: str = "", **options: Any) -> AsyncGenerator[AssistantsStage, None]:
    double = AssistantsDouble()
    async with serve(double.answer) as server:
        client = OpenAIClient(Server(server.base_url, "sk-test-key"), **options)
        backend = AssistantsBackend(client, settle_s=settle_s, model=model)
        try:
            yield AssistantsStage(backend, server, double)
        finally:
            await backend.close()


class TestAssistantsKeepTheContract(BackendContract):
    @pytest.fixture
    def staging(self) -> Staging:
        def stage(**options: Any) -> AbstractAsyncContextManager[Stage]:
            return staged(**options)

        return stage


async def read_until_text(backend: AssistantsBackend, thread: Thread) -> list[RunEvent]:
    """Read a run up to its first text, then close its stream."""
    seen: list[RunEvent] = []
    async with aclosing(backend.stream_run(request_of(thread))) as events:
        async for event in events:
            seen.append(event)
            if isinstance(event, TextDelta):
                break
    return seen


# -- the stream ------------------------------------------------------------------------------------------------------


def until_its_end(lines: list[str]) -> list[str]:
    ends = (
        "run completed",
        "run failed",
        "run cancelled",
        "run expired",
        "run incomplete",
        "run requires_action",
        "fault",
    )
    last = next((at for at, line in enumerate(lines) if line.startswith(ends)), len(lines))
    return lines[: last + 1]


@pytest.mark.parametrize("size", [None, 7])
async def test_a_transcript_through_the_server_gives_the_same_events(size: int | None) -> None:
    async with staged() as stage:
        for name, lines in EXPECTED.items():
            stage.will_answer(Answer(chopped([transcript(name)], size), content_type=SSE))
            events: list[RunEvent] = []
            try:
                async for event in stage.backend.stream_run(request_of(asking("hi"))):
                    events.append(event)
            except StreamCut:
                assert name == "assistants_truncated.sse"
            assert isinstance(events[0], ThreadCreated)
            assert trace(events[1:]) == until_its_end(lines), name


async def test_the_last_event_counts_without_its_blank_line() -> None:
    async with staged() as stage:
        told = transcript("assistants_normal.sse").rpartition(b"\n\nevent: done")[0]
        stage.will_answer(Answer([told], content_type=SSE))
        assert ending_of(await run(stage.backend, asking("hi"))) == "completed"


async def test_the_end_of_the_run_ends_the_turn_though_the_connection_stays_open() -> None:
    async with staged() as stage:
        told = transcript("assistants_normal.sse").rpartition(b"event: done")[0]
        stage.will_answer(Answer([told, asyncio.Event()], content_type=SSE))
        assert ending_of(await asyncio.wait_for(run(stage.backend, asking("hi")), 3)) == "completed"


async def test_one_connection_serves_turn_after_turn() -> None:
    async with staged() as stage:
        thread = Thread()
        for turn in range(3):
            stage.will("x")
            thread = asking("hi", thread)
            thread = after(thread, await run(stage.backend, thread))
            if turn == 0:
                opened = stage.server.connections
        assert stage.server.connections == opened


async def test_no_deprecation_warning_reaches_anybody() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        async with staged() as stage:
            stage.will("x")
            await run(stage.backend, asking("hi"))
            await stage.backend.delete_remote()


# -- true ends -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pieces", [[CUT], []])
async def test_the_tail_that_a_cut_lost_is_put_in(pieces: list[object]) -> None:
    async with staged() as stage:
        stage.will("こん", *pieces, ending=None, later="completed", later_text="こんにちは。")
        events = await run(stage.backend, asking("hi"))
        assert trace(events)[3:] == ["open", "text こんにちは。", "close completed: こんにちは。", "run completed"]


async def test_wherever_a_stream_is_cut_the_reply_comes_whole_and_once() -> None:
    async with staged() as stage:
        for cut_at in range(0, 1400, 53):
            stage.will("こんにちは。", "名もなき", "方🎉", cut_at=cut_at)
            lines = trace(await run(stage.backend, asking("hi")))
            told = [line for line in lines if line.startswith(("text", "close"))]
            assert told == ["text こんにちは。名もなき方🎉", "close completed: こんにちは。名もなき方🎉"], cut_at
            assert lines[-1] == "run completed"


async def test_a_run_that_goes_on_after_a_cut_is_followed_to_its_end() -> None:
    async with staged(settle_s=5) as stage:
        script = stage.will("a", CUT, ending=None, later="in_progress")
        reading = asyncio.create_task(run(stage.backend, asking("hi")))
        await stage.server.asked("GET", "/messages")
        script.later, script.later_text = "completed", "abc"
        events = await reading
        assert text_of(events) == "abc"
        assert ending_of(events) == "completed"


async def test_silence_within_a_stream_asks_what_became_of_the_run() -> None:
    async with staged(read_timeout_s=0.3) as stage:
        stage.will("half", asyncio.Event(), ending=None, later="failed")
        events = await run(stage.backend, asking("hi"))
        assert text_of(events) == "half"
        assert ending_of(events) == "failed"


async def test_a_run_without_progress_after_a_silence_is_given_up() -> None:
    async with staged(read_timeout_s=0.3, settle_s=0.2) as stage:
        stage.will("half", asyncio.Event(), ending=None)
        _events, error = await run_to_error(stage.backend, asking("hi"))
        assert isinstance(error, TimedOut)


async def test_a_run_given_up_is_cancelled_before_the_next_message() -> None:
    async with staged(read_timeout_s=0.3, settle_s=0.1) as stage:
        stage.will("half", asyncio.Event(), ending=None)
        stage.will("well")
        thread = asking("hi")
        await run_to_error(stage.backend, thread)
        assert text_of(await run(stage.backend, asking("more", thread))) == "well"
        assert stage.server.count("POST", "/cancel") == 1


async def test_a_run_whose_stream_never_began_is_found_in_the_list() -> None:
    async with staged() as stage:
        stage.double.will(raw=Answer([CUT]), later="completed", later_text="found")
        events = await run(stage.backend, asking("hi"))
        assert text_of(events) == "found"
        assert ending_of(events) == "completed"


async def test_a_web_page_in_place_of_the_stream_asks_what_became_of_the_run() -> None:
    async with staged() as stage:
        page = Answer([b"<html>"], content_type="text/html")
        stage.double.will(raw=page, later="completed", later_text="found")
        assert text_of(await run(stage.backend, asking("hi"))) == "found"


async def test_a_server_that_does_not_stream_is_asked_until_the_run_has_ended() -> None:
    async with staged() as stage:
        queued = json_answer({"id": "run_4", "object": "thread.run", "status": "queued"})
        stage.double.will(raw=queued, later="completed", later_text="all at once")
        events = await run(stage.backend, asking("hi"))
        assert trace(events)[1:] == [
            "run queued",
            "open",
            "text all at once",
            "close completed: all at once",
            "run completed",
        ]


async def test_a_completed_run_without_deltas_shows_what_the_server_has() -> None:
    async with staged() as stage:
        stage.will("quiet", has_deltas=False)
        events = await run(stage.backend, asking("hi"))
        assert trace(events)[3:] == ["open", "text quiet", "close completed: quiet", "run completed"]


@pytest.mark.parametrize("fault", [{"code": "server_error", "message": "m"}, {"error": {"code": "x", "message": "m"}}])
async def test_after_an_error_event_the_true_state_is_looked_up(fault: dict[str, Any]) -> None:
    async with staged() as stage:
        stage.will("half", ending=None, fault=fault, later="completed", later_text="half and half")
        events = await run(stage.backend, asking("hi"))
        assert text_of(events) == "half and half"
        assert ending_of(events) == "completed"


async def test_a_function_call_without_a_tool_is_told_and_cancelled() -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
    action = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": [call]}}
    async with staged() as stage:
        stage.will(ending="requires_action", run_fields={"required_action": action})
        stage.will("well")
        thread = asking("hi")
        events = await run(stage.backend, thread)
        last = events[-1]
        assert isinstance(last, RunChanged)
        assert [call.name for call in last.run.required_calls] == ["get_weather"]
        assert stage.server.count("POST", "/cancel") == 1
        assert text_of(await run(stage.backend, asking("more", thread))) == "well"


async def test_outputs_for_a_call_that_was_cancelled_are_refused() -> None:
    async with staged() as stage:
        late = replace(request_of(asking("hi")), tool_outputs=(ToolCall("function", "call_1", outputs=("42",)),))
        with pytest.raises(Refused):
            await anext(stage.backend.stream_run(late))
        assert stage.server.calls == []


async def test_dropped_messages_are_told() -> None:
    async with staged() as stage:
        stage.will("x", run_fields={"metadata": {"dropped_messages": "3"}})
        last = (await run(stage.backend, asking("hi")))[-1]
        assert isinstance(last, RunChanged)
        assert last.run.dropped_messages == 3


# -- the thread in step ----------------------------------------------------------------------------------------------


async def test_the_first_turn_makes_assistant_and_thread_and_the_second_neither() -> None:
    async with staged() as stage:
        stage.will("one")
        stage.will("two")
        thread = asking("a")
        thread = asking("b", after(thread, await run(stage.backend, thread)))
        await run(stage.backend, thread)
        made = next(iter(stage.double.assistants.values()))
        assert (made["name"], made["instructions"], made["model"]) == (FRIEZA.name, FRIEZA.instructions, "double-1")
        assert stage.server.count("POST", "/assistants") == stage.server.count("POST", "/threads") == 1
        assert stage.server.count("POST", "/messages") == 1
        assert stage.backend.label.model == "double-1"


async def test_asking_again_takes_the_dropped_reply_out_of_the_thread() -> None:
    async with staged() as stage:
        for reply in ("one", "two", "three"):
            stage.will(reply)
        thread = asking("a")
        thread = asking("b", after(thread, await run(stage.backend, thread)))
        await run(stage.backend, thread)
        await run(stage.backend, thread)
        assert [text for _role, text in stage.texts()] == ["a", "one", "b", "three"]
        assert stage.server.count("POST", "/threads") == 1


async def test_after_a_run_that_the_server_lost_its_thread_is_used_again() -> None:
    async with staged(settle_s=0.0) as stage:
        stage.will("one")
        thread = asking("a")
        thread = asking("b", after(thread, await run(stage.backend, thread)))
        stage.will("half", CUT, ending=None, is_lost=True)
        _events, error = await run_to_error(stage.backend, thread)
        assert error is not None
        stage.will("two")
        await run(stage.backend, thread)
        assert [text for _role, text in stage.texts()] == ["a", "one", "b", "two"]
        assert stage.server.count("POST", "/threads") == 1


async def test_a_message_that_the_server_may_have_is_not_there_twice() -> None:
    async with staged() as stage:
        stage.will("one")
        thread = asking("a")
        thread = asking("b", after(thread, await run(stage.backend, thread)))
        taken = stage.double.threads[next(iter(stage.double.threads))]

        def take(call: Call) -> Answer | None:
            if not call.is_a("POST", "/messages") or len(taken) != 2:
                return None
            taken.append({**taken[0], "id": "msg_unheard", "content": [{"type": "text", "text": {"value": "b"}}]})
            return Answer([b'{"id": "msg', CUT])

        stage.double.faults.append(take)
        _events, error = await run_to_error(stage.backend, thread)
        assert error is not None
        stage.will("two")
        await run(stage.backend, thread)
        assert [text for _role, text in stage.texts()] == ["a", "one", "b", "two"]
        assert stage.server.count("POST", "/threads") == 1


async def test_the_first_turn_asked_again_makes_the_thread_anew() -> None:
    async with staged() as stage:
        stage.will("one")
        stage.will("two")
        thread = asking("a")
        await run(stage.backend, thread)
        await run(stage.backend, thread)
        assert stage.texts() == [("user", "a"), ("assistant", "two")]
        await stage.backend.delete_remote()
        assert stage.double.threads == {}


async def test_a_long_thread_is_posted_whole_and_in_order() -> None:
    async with staged() as stage:
        thread = Thread()
        for number in range(40):
            thread = asking(f"q{number}", thread).with_message(Message("assistant", (TextPart(f"a{number}"),)))
        stage.will("end")
        await run(stage.backend, asking("last", thread))
        asked = [text for _role, text in stage.texts()]
        assert asked == [text for number in range(40) for text in (f"q{number}", f"a{number}")] + ["last", "end"]


@pytest.mark.parametrize("lost", ["threads", "assistants", "both"])
async def test_what_the_server_lost_is_made_anew(lost: str) -> None:
    async with staged() as stage:
        stage.will("one")
        stage.will("two")
        thread = asking("a")
        thread = asking("b", after(thread, await run(stage.backend, thread)))
        if lost != "assistants":
            stage.double.threads.clear()
        if lost != "threads":
            stage.double.assistants.clear()
        events = await run(stage.backend, thread)
        assert text_of(events) == "two"
        assert [text for _role, text in stage.texts()] == ["a", "one", "b", "two"]
        assert stage.server.count("POST", "/threads") == (1 if lost == "assistants" else 2)


async def test_another_assistant_takes_the_place_of_the_first() -> None:
    async with staged() as stage:
        stage.will("one")
        stage.will("two")
        await run(stage.backend, asking("a"))
        other = replace(request_of(asking("b")), assistant=replace(FRIEZA, name="クウラ"))
        async with aclosing(stage.backend.stream_run(other)) as events:
            async for _event in events:
                pass
        await stage.backend.delete_remote()
        assert stage.double.assistants == {}
        assert len(stage.double.deleted) == 4


async def test_a_message_that_could_not_be_posted_is_not_taken_for_posted() -> None:
    async with staged() as stage:
        stage.will("one")
        thread = asking("a")
        thread = after(thread, await run(stage.backend, thread))
        stage.double.will_fail_at("POST", "/messages", error_answer(429, "slow"))
        _events, error = await run_to_error(stage.backend, asking("lost", thread))
        assert isinstance(error, RateLimited)
        stage.will("two")
        await run(stage.backend, asking("b", thread))
        assert [text for _role, text in stage.texts()] == ["a", "one", "b", "two"]


async def test_images_of_a_user_are_sent_as_parts() -> None:
    async with staged() as stage:
        stage.will("nice")
        seen = Message("user", (TextPart("look"), ImageUrlPart("https://example.invalid/a.png")))
        stage.double.will_fail_at("POST", "/threads", json_answer({"id": "thread_9"}))
        stage.double.threads["thread_9"] = []
        await run(stage.backend, Thread(messages=(seen,)))
        posted = next(call.json for call in stage.server.calls if call.is_a("POST", "/threads"))
        assert [part["type"] for part in posted["messages"][0]["content"]] == ["text", "image_url"]


# -- cancelling and leaving ------------------------------------------------------------------------------------------


async def test_cancel_waits_until_the_run_has_ended() -> None:
    async with staged() as stage:
        stage.double.cancel_gate = asyncio.Event()
        stage.will("partial", asyncio.Event(), "never")
        await read_until_text(stage.backend, asking("hi"))
        cancelling = asyncio.create_task(stage.backend.cancel_run())
        await stage.server.asked("GET", "/runs/run_4", 2)
        assert not cancelling.done()
        stage.double.runs["run_4"]["status"] = "cancelled"
        await asyncio.wait_for(cancelling, 20)
        assert stage.server.count("POST", "/cancel") == 1


async def test_a_cancel_before_the_runs_id_is_known_finds_the_run() -> None:
    async with staged() as stage:
        stage.double.will(raw=Answer([asyncio.Event()], content_type=SSE), later="in_progress")
        reading = asyncio.create_task(run(stage.backend, asking("hi")))
        await stage.server.asked("POST", "/runs")
        reading.cancel()
        await asyncio.wait([reading])
        await stage.backend.cancel_run()
        assert stage.server.count("POST", "/cancel") == 1


async def test_what_a_cancelled_run_wrote_unseen_is_not_given_to_the_model() -> None:
    async with staged() as stage:
        stage.will(asyncio.Event(), "unseen")
        stage.will("well")
        thread = asking("hi")
        async with aclosing(stage.backend.stream_run(request_of(thread))) as events:
            async for event in events:
                if isinstance(event, RunChanged):
                    break
        await stage.backend.cancel_run()
        await run(stage.backend, asking("more", thread))
        assert [text for _role, text in stage.texts()] == ["hi", "more", "well"]
        await stage.backend.delete_remote()
        assert stage.double.threads == {}


async def test_objects_are_known_though_the_turn_was_cancelled_while_they_were_made() -> None:
    async with staged() as stage:
        gate = asyncio.Event()
        late = Answer([gate, b'{"id": "asst_late", "object": "assistant"}'])
        stage.double.will_fail_at("POST", "/assistants", late)
        reading = asyncio.create_task(run(stage.backend, asking("hi")))
        await stage.server.asked("POST", "/assistants")
        reading.cancel()
        await asyncio.wait([reading])
        gate.set()
        await stage.backend.delete_remote()
        assert stage.server.count("DELETE", "/assistants/asst_late") == 1
        assert stage.double.threads == {}


async def test_a_run_that_still_lives_is_cancelled_before_its_thread_is_deleted() -> None:
    async with staged() as stage:
        stage.will("partial", asyncio.Event(), "never")
        await read_until_text(stage.backend, asking("hi"))
        receipt = await stage.backend.delete_remote()
        assert all(one.is_deleted for one in receipt)
        assert stage.server.count("POST", "/cancel") == 1


async def test_what_the_server_had_deleted_itself_counts_as_deleted() -> None:
    async with staged() as stage:
        stage.will("x")
        await run(stage.backend, asking("hi"))
        stage.double.threads.clear()
        assert [one.is_deleted for one in await stage.backend.delete_remote()] == [True, True]


async def test_a_silent_server_holds_the_leaving_for_its_bound_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "DELETE_S", 0.6)
    async with staged() as stage:
        stage.will("x")
        await run(stage.backend, asking("hi"))
        thread_id = next(iter(stage.double.threads))
        stage.double.will_fail_at("DELETE", thread_id, Answer([asyncio.Event()]), times=9)
        receipt = await asyncio.wait_for(stage.backend.delete_remote(), 20)
        assert [(one.kind, one.is_deleted) for one in receipt] == [("thread", False), ("assistant", True)]
        assert [one.kind for one in stage.backend.remote_objects] == ["thread"]


async def test_what_a_server_has_no_way_to_delete_is_told_once_and_not_tried_again() -> None:
    async with staged() as stage:
        stage.will("x")
        await run(stage.backend, asking("hi"))
        thread_id = next(iter(stage.double.threads))
        stage.double.will_fail_at("DELETE", thread_id, error_answer(405, "Method Not Allowed"))
        receipt = await stage.backend.delete_remote()
        found = [(one.kind, one.is_deleted, one.is_lasting) for one in receipt]
        assert found == [("thread", False, True), ("assistant", True, False)]
        assert stage.backend.remote_objects == ()


# -- a server without this API ---------------------------------------------------------------------------------------


async def test_a_server_without_assistants_is_told_so() -> None:
    async with staged() as stage:
        stage.double.will_fail_at("POST", "/assistants", error_answer(404, "Not found"))
        _events, error = await run_to_error(stage.backend, asking("hi"))
        assert isinstance(error, NotHere)
        assert "2026-08-26" in error.happened
        assert "--api responses" in error.todo


async def test_a_model_that_is_not_there_is_named() -> None:
    async with staged(model="gpt-none") as stage:
        answer = error_answer(404, "The model 'gpt-none' does not exist", "model_not_found")
        stage.double.will_fail_at("POST", "/assistants", answer)
        _events, error = await run_to_error(stage.backend, asking("hi"))
        assert "gpt-none" in error.happened
        assert "--model" in error.todo


async def test_an_answer_without_an_id_is_a_bad_reply() -> None:
    async with staged() as stage:
        stage.double.will_fail_at("POST", "/threads", json_answer({"hello": "world"}))
        _events, error = await run_to_error(stage.backend, asking("hi"))
        assert isinstance(error, BadReply)


async def test_requests_carry_the_key_and_the_apis_version() -> None:
    async with staged() as stage:
        stage.will("x")
        await run(stage.backend, asking("hi"))
        posts = [call for call in stage.server.calls if call.method == "POST"]
        assert {call.headers["authorization"] for call in posts} == {"Bearer sk-test-key"}
        assert {call.headers["openai-beta"] for call in posts} == {"assistants=v2"}
        assert all(re.fullmatch(r"/v1/(assistants|threads(/\w+/runs)?)", call.path) for call in posts)
