import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager

import pytest

from frieza_tui.backends.assistants import AssistantsBackend
from frieza_tui.backends.named_server import Server
from frieza_tui.backends.openai_client import OpenAIClient
from frieza_tui.backends.scripted import Reply, ScriptedBackend, final
from frieza_tui.domain.errors import AuthFailed
from frieza_tui.domain.events import (
    AnnotationAdded,
    MessageClosed,
    RefusalDelta,
    RunChanged,
    StepChanged,
    StepDelta,
    TextDelta,
)
from frieza_tui.domain.run import Run, RunError, RunStep, ToolCall
from frieza_tui.domain.thread import Annotation, TextPart, Thread
from tests.support.backend_contract import after, asking, ending_of, request_of, run, run_to_error, text_of
from tests.support.loopback import running_server


@asynccontextmanager
async def talking(
    script: Sequence[Reply], key: str = "", **limits: object
) -> AsyncGenerator[tuple[AssistantsBackend, ScriptedBackend], None]:
    """Yield the adapter on the real server face, and the backend behind that."""
    behind = ScriptedBackend(script)
    async with running_server(behind, **limits) as (base_url, token):
        backend = AssistantsBackend(OpenAIClient(Server(base_url, key or token)), settle_s=1)
        try:
            yield backend, behind
        finally:
            await backend.close()


async def test_a_conversation_of_three_turns() -> None:
    async with talking([Reply("こん", "にちは"), Reply("二"), Reply("三")]) as (backend, behind):
        thread = Thread()
        for asked, answer in (("一つ", "こんにちは"), ("二つ", "二"), ("三つ", "三")):
            thread = asking(asked, thread)
            events = await run(backend, thread)
            assert (text_of(events), ending_of(events)) == (answer, "completed")
            thread = after(thread, events)
        seen = behind.requests[-1].thread.messages
        assert [message.text for message in seen] == ["一つ", "こんにちは", "二つ", "二", "三つ"]
        assert behind.requests[-1].assistant.instructions == request_of(thread).assistant.instructions
        assert backend.unknown_events == 0


@pytest.mark.parametrize(("tells", "told"), [(True, [None, 0.0, 0.5, None, None]), (False, [None, None])])
async def test_how_far_a_prompt_is_read_is_told_to_this_programs_screen_only(
    *, tells: bool, told: list[float | None]
) -> None:
    reading = [RunChanged(Run("", "in_progress", read_fraction=fraction)) for fraction in (0.0, 0.5, 0.5, None)]
    async with talking([Reply(*reading, "ok")], tells_reading=tells) as (backend, _behind):
        runs = [event.run for event in await run(backend, asking("hi")) if isinstance(event, RunChanged)]
        begun = [one for one in runs if one.status != "queued"]
        assert [one.read_fraction for one in begun] == told


@pytest.mark.parametrize("status", ["failed", "incomplete", "cancelled"])
async def test_the_servers_ending_arrives(status: str) -> None:
    error = RunError("server_error", "we are sorry") if status == "failed" else None
    reason = "max_completion_tokens" if status == "incomplete" else None
    ending = final(status, error=error, incomplete_reason=reason)  # type: ignore[arg-type]
    async with talking([Reply("half", ending)]) as (backend, _behind):
        events = await run(backend, asking("hi"))
        last = events[-1]
        assert isinstance(last, RunChanged)
        assert (last.run.status, last.run.error, last.run.incomplete_reason) == (status, error, reason)
        closed = [event.message for event in events if isinstance(event, MessageClosed)]
        assert [(message.status, message.text) for message in closed] == [("incomplete", "half")]


async def test_cancel_stops_the_backend_behind_and_the_next_message_works() -> None:
    async with talking([Reply("partial", asyncio.Event()), Reply("well")]) as (backend, behind):
        thread = asking("hi")
        async with aclosing(backend.stream_run(request_of(thread))) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    break
        await backend.cancel_run()
        assert len(behind.cancelled_runs) == 1
        assert text_of(await run(backend, asking("more", thread))) == "well"


async def test_steps_notes_and_refusals_arrive() -> None:
    call = ToolCall("code_interpreter", "call_1", input="6*7", outputs=("42",))
    note = Annotation("file_citation", "a", "file-1", 0, 1)
    reply = Reply(
        StepChanged(RunStep("step_1", "tool_calls", "in_progress")),
        StepDelta("step_1", 0, call),
        StepChanged(RunStep("step_1", "tool_calls", "completed", tool_calls=(call,))),
        "a",
        AnnotationAdded("", note),
        RefusalDelta("", "no", part=1),
    )
    async with talking([reply]) as (backend, _behind):
        events = await run(backend, asking("hi"))
        done = [event.step for event in events if isinstance(event, StepChanged) and event.step.kind == "tool_calls"]
        assert (done[-1].status, done[-1].tool_calls[0].input, done[-1].tool_calls[0].outputs) == (
            "completed",
            "6*7",
            ("42",),
        )
        closed = next(event.message for event in events if isinstance(event, MessageClosed))
        assert isinstance(closed.parts[0], TextPart)
        assert [one.target for one in closed.parts[0].annotations] == ["file-1"]
        assert closed.text == "a\n\nno"


async def test_a_function_call_arrives_and_is_cancelled() -> None:
    call = ToolCall("function", "call_1", "get_weather", "{}")
    async with talking([Reply(final("requires_action", required_calls=(call,))), Reply("well")]) as (backend, _behind):
        thread = asking("hi")
        last = (await run(backend, thread))[-1]
        assert isinstance(last, RunChanged)
        assert [one.name for one in last.run.required_calls] == ["get_weather"]
        assert text_of(await run(backend, asking("more", thread))) == "well"


async def test_leaving_deletes_thread_and_assistant() -> None:
    async with talking([Reply("x")]) as (backend, _behind):
        await run(backend, asking("hi"))
        receipt = await backend.delete_remote()
        assert sorted((one.kind, one.is_deleted) for one in receipt) == [("assistant", True), ("thread", True)]


async def test_a_wrong_key_is_told() -> None:
    async with talking([Reply("x")], key="wrong") as (backend, _behind):
        _events, error = await run_to_error(backend, asking("hi"))
        assert isinstance(error, AuthFailed)


async def test_five_thousand_deltas_come_whole() -> None:
    async with talking([Reply(*["あ "] * 5000)]) as (backend, _behind):
        events = await run(backend, asking("hi"))
        assert text_of(events) == "あ " * 5000
