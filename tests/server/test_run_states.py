import asyncio

import pytest
from openai import BadRequestError, NotFoundError

from frieza_tui.backends.scripted import Reply, ScriptedBackend, final
from frieza_tui.domain.errors import ModelError, RateLimited, ServerFault
from frieza_tui.domain.events import RefusalDelta, StreamFault
from frieza_tui.domain.run import RunError, Usage
from tests.support.conversations import kinds, open_talk, run_of
from tests.support.server_client import client_of

BEGUN = ["run.created", "run.queued", "run.in_progress"]
WRITING = ["run.step.created", "run.step.in_progress", "message.created", "message.in_progress", "message.delta"]


async def test_a_cancel_ends_the_run_and_keeps_what_had_come() -> None:
    backend = ScriptedBackend([Reply("par", "tial", asyncio.Event(), "never")])
    async with client_of(backend) as client:
        talk = await open_talk(client)
        stream = await client.beta.threads.runs.create(talk.thread_id, assistant_id=talk.assistant_id, stream=True)
        events = []
        async for event in stream:
            events.append(event)
            if event.event == "thread.message.delta" and len(events) == len(BEGUN + WRITING) + 1:
                told = await client.beta.threads.runs.cancel(run_of(events).id, thread_id=talk.thread_id)
                assert told.status == "cancelling"
        run = await talk.ended(told.id)
        messages = await client.beta.threads.messages.list(talk.thread_id)
    ending = ["run.cancelling", "message.incomplete", "run.step.cancelled", "run.cancelled"]
    assert kinds(events) == BEGUN + WRITING + ending
    assert run.status == "cancelled"
    assert run.cancelled_at is not None
    reply = messages.data[0]
    assert reply.status == "incomplete"
    assert reply.incomplete_details is not None
    assert reply.incomplete_details.reason == "run_cancelled"
    assert [block.text.value for block in reply.content if block.type == "text"] == ["partial"]
    assert len(backend.cancelled_runs) == 1


async def test_a_cancelled_run_stays_cancelling_until_the_backend_confirms() -> None:
    backend = ScriptedBackend([Reply("a", asyncio.Event()), Reply("b")])
    backend.cancel_gate = asyncio.Event()
    async with client_of(backend) as client:
        talk = await open_talk(client)
        stream = await client.beta.threads.runs.create(talk.thread_id, assistant_id=talk.assistant_id, stream=True)
        async for event in stream:
            if event.event == "thread.message.delta":
                break
        run = await client.beta.threads.runs.cancel(
            (await client.beta.threads.runs.list(talk.thread_id)).data[0].id, thread_id=talk.thread_id
        )
        assert (await client.beta.threads.runs.retrieve(run.id, thread_id=talk.thread_id)).status == "cancelling"
        with pytest.raises(BadRequestError, match="Cannot cancel run with status 'cancelling'"):
            await client.beta.threads.runs.cancel(run.id, thread_id=talk.thread_id)
        backend.cancel_gate.set()
        assert (await talk.ended(run.id)).status == "cancelled"
        await client.beta.threads.messages.create(talk.thread_id, role="user", content="again")
        assert kinds(await talk.events())[-1] == "run.completed"


async def test_a_run_that_waits_for_its_turn_is_queued_and_can_be_cancelled() -> None:
    gate = asyncio.Event()
    backend = ScriptedBackend([Reply("first", gate), Reply("third")])
    async with client_of(backend) as client:
        first, second, third = [await open_talk(client) for _ in range(3)]
        running = await first.run()
        waiting, later = await second.run(), await third.run()
        assert (await client.beta.threads.runs.retrieve(waiting.id, thread_id=second.thread_id)).status == "queued"
        await client.beta.threads.runs.cancel(waiting.id, thread_id=second.thread_id)
        assert (await second.ended(waiting.id)).status == "cancelled"
        gate.set()
        assert (await first.ended(running.id)).status == "completed"
        assert (await third.ended(later.id)).status == "completed"
    assert len(backend.requests) == 2
    assert backend.cancelled_runs == []


async def test_a_run_stays_queued_while_the_model_loads() -> None:
    loaded = asyncio.Event()
    async with client_of(ScriptedBackend([Reply("a", before=[loaded])])) as client:
        talk = await open_talk(client)
        run = await talk.run()
        assert (await client.beta.threads.runs.retrieve(run.id, thread_id=talk.thread_id)).status == "queued"
        loaded.set()
        assert (await talk.ended(run.id)).status == "completed"


async def test_a_client_that_leaves_does_not_stop_the_run() -> None:
    gate = asyncio.Event()
    async with client_of(ScriptedBackend([Reply("one ", gate, "two")])) as client:
        talk = await open_talk(client)
        async with await client.beta.threads.runs.create(
            talk.thread_id, assistant_id=talk.assistant_id, stream=True
        ) as stream:
            async for event in stream:
                if event.event == "thread.message.delta":
                    break
        gate.set()
        runs = await client.beta.threads.runs.list(talk.thread_id)
        assert (await talk.ended(runs.data[0].id)).status == "completed"
        messages = await client.beta.threads.messages.list(talk.thread_id, run_id=runs.data[0].id)
    assert [block.text.value for block in messages.data[0].content if block.type == "text"] == ["one two"]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (ServerFault("It broke.", "Try again."), "server_error"),
        (RateLimited("Too much."), "rate_limit_exceeded"),
        (ModelError("The model is missing.", "Install it."), "server_error"),
        (ValueError("a bug, with message text"), "server_error"),
        (StreamFault(RunError("odd_code", "It broke.")), "server_error"),
        (final("failed", error=RunError("rate_limit_exceeded", "No quota.")), "rate_limit_exceeded"),
    ],
)
async def test_a_fault_in_the_middle_fails_the_run(fault: Exception, code: str) -> None:
    async with client_of(ScriptedBackend([Reply("half", fault)])) as client:
        talk = await open_talk(client)
        events = await talk.events()
        run = (await client.beta.threads.runs.list(talk.thread_id)).data[0]
    assert kinds(events)[len(BEGUN + WRITING) :] == ["message.incomplete", "run.step.failed", "run.failed"]
    assert run.status == "failed"
    assert run.failed_at is not None
    assert run.last_error is not None
    assert run.last_error.code == code
    assert "message text" not in run.last_error.message


async def test_a_fault_before_the_first_event_fails_a_run_that_never_started() -> None:
    fault = ModelError("The model is missing.", "Install it.")
    async with client_of(ScriptedBackend([Reply(before=[fault])])) as client:
        talk = await open_talk(client)
        events = await talk.events()
        run = (await client.beta.threads.runs.list(talk.thread_id)).data[0]
    assert kinds(events) == ["run.created", "run.queued", "run.failed"]
    assert run.started_at is None
    assert run.last_error is not None
    assert run.last_error.message == "The model is missing. Install it."


async def test_an_incomplete_run_says_why() -> None:
    ending = final("incomplete", incomplete_reason="max_completion_tokens", usage=Usage(3, 4))
    async with client_of(ScriptedBackend([Reply("half", ending)])) as client:
        talk = await open_talk(client)
        events = await talk.events(max_completion_tokens=4)
        run = (await client.beta.threads.runs.list(talk.thread_id)).data[0]
        message = (await client.beta.threads.messages.list(talk.thread_id)).data[0]
    assert kinds(events)[len(BEGUN + WRITING) :] == ["message.incomplete", "run.step.completed", "run.incomplete"]
    assert run.incomplete_details is not None
    assert run.incomplete_details.reason == "max_completion_tokens"
    assert run.usage is not None
    assert message.incomplete_details is not None
    assert message.incomplete_details.reason == "max_tokens"


async def test_a_run_expires_at_the_end_of_its_life() -> None:
    async with client_of(ScriptedBackend([Reply("half", asyncio.Event())]), run_lifetime_s=0.5) as client:
        talk = await open_talk(client)
        events = await talk.events()
    assert kinds(events)[len(BEGUN + WRITING) :] == ["message.incomplete", "run.step.expired", "run.expired"]


async def test_a_reply_of_nothing_completes() -> None:
    async with client_of(ScriptedBackend([Reply()])) as client:
        talk = await open_talk(client)
        assert kinds(await talk.events()) == [*BEGUN, "run.completed"]


async def test_a_refusal_is_told_as_one() -> None:
    async with client_of(ScriptedBackend([Reply(RefusalDelta("", "No."))])) as client:
        talk = await open_talk(client)
        await talk.events()
        message = (await client.beta.threads.messages.list(talk.thread_id)).data[0]
    assert [block.refusal for block in message.content if block.type == "refusal"] == ["No."]


async def test_an_active_run_keeps_messages_and_other_runs_away() -> None:
    gate = asyncio.Event()
    async with client_of(ScriptedBackend([Reply("a", gate)])) as client:
        talk = await open_talk(client)
        run = await talk.run()
        with pytest.raises(BadRequestError, match=f"while a run {run.id} is active"):
            await client.beta.threads.messages.create(talk.thread_id, role="user", content="more")
        with pytest.raises(BadRequestError, match=f"already has an active run {run.id}"):
            await talk.run(additional_messages=[{"role": "user", "content": "more"}])
        gate.set()
        await talk.ended(run.id)
        assert len((await client.beta.threads.messages.list(talk.thread_id)).data) == 2


async def test_a_run_that_has_ended_cannot_be_cancelled() -> None:
    async with client_of(ScriptedBackend([Reply("a")])) as client:
        talk = await open_talk(client)
        run = await talk.ended((await talk.run()).id)
        with pytest.raises(BadRequestError, match="Cannot cancel run with status 'completed'"):
            await client.beta.threads.runs.cancel(run.id, thread_id=talk.thread_id)


async def test_deleting_a_thread_stops_its_run() -> None:
    backend = ScriptedBackend([Reply("a", asyncio.Event()), Reply("b")])
    async with client_of(backend) as client:
        talk = await open_talk(client)
        stream = await client.beta.threads.runs.create(talk.thread_id, assistant_id=talk.assistant_id, stream=True)
        names = []
        async for event in stream:
            names.append(event.event)
            if event.event == "thread.message.delta":
                await client.beta.threads.delete(talk.thread_id)
        assert names[-1] == "thread.run.cancelled"
        with pytest.raises(NotFoundError):
            await client.beta.threads.messages.list(talk.thread_id)
        other = await open_talk(client)
        assert kinds(await other.events())[-1] == "run.completed"
    assert len(backend.cancelled_runs) == 1


async def test_what_the_body_of_a_run_says_reaches_the_backend() -> None:
    backend = ScriptedBackend([Reply("a"), Reply("b")])
    async with client_of(backend) as client:
        talk = await open_talk(client, temperature=0.3, top_p=0.8)
        run = await talk.run(
            instructions="Be brief.",
            additional_instructions="Be kind.",
            additional_messages=[{"role": "user", "content": [{"type": "text", "text": "and this"}]}],
            temperature=0.5,
            max_completion_tokens=300,
            max_prompt_tokens=1000,
            metadata={"k": "v"},
            model="other",
            tool_choice="auto",
            parallel_tool_calls=False,
            response_format={"type": "text"},
            reasoning_effort="low",
            truncation_strategy={"type": "last_messages", "last_messages": 1},
            tools=[{"type": "code_interpreter"}],
        )
        assert run.model == "other"
        ended = await talk.ended(run.id)
        await talk.ended((await talk.run()).id)
    first, second = backend.requests
    assert (first.assistant.name, first.assistant.model) == ("フリーザ様", "other")
    assert first.assistant.instructions == "Be brief.\nBe kind."
    assert first.assistant.tools == ("code_interpreter",)
    assert [message.text for message in first.thread.messages] == ["and this"]
    assert (first.sampling.temperature, first.sampling.top_p, first.sampling.max_output_tokens) == (0.5, 0.8, 300)
    assert [message.text for message in second.thread.messages] == ["hello", "and this", "a"]
    assert second.sampling.temperature == 0.3
    assert second.assistant.instructions == "Speak."
    assert (ended.metadata, ended.max_prompt_tokens, ended.parallel_tool_calls) == ({"k": "v"}, 1000, False)
    assert ended.model == "script"


async def test_dropped_messages_are_told_in_the_runs_metadata() -> None:
    async with client_of(ScriptedBackend([Reply("a", final("completed", dropped_messages=3))])) as client:
        talk = await open_talk(client)
        run = await talk.ended((await talk.run(metadata={"k": "v"})).id)
    assert run.metadata == {"k": "v", "dropped_messages": "3"}


async def test_runs_can_be_listed_and_modified() -> None:
    async with client_of(ScriptedBackend([Reply("a")], is_endless=True)) as client:
        talk = await open_talk(client)
        ids = [(await talk.ended((await talk.run()).id)).id for _ in range(3)]
        assert [run.id async for run in client.beta.threads.runs.list(talk.thread_id, limit=2)] == ids[::-1]
        run = await client.beta.threads.runs.update(ids[0], thread_id=talk.thread_id, metadata={"a": "b"})
        assert run.metadata == {"a": "b"}
        assert (await client.beta.threads.runs.retrieve(ids[0], thread_id=talk.thread_id)).metadata == {"a": "b"}
