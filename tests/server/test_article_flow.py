import asyncio

from openai import AsyncAssistantEventHandler
from openai.types.beta.threads import Text, TextDelta
from typing_extensions import override

from frieza_tui.backends.scripted import Reply, ScriptedBackend
from tests.support.conversations import kinds, open_talk
from tests.support.server_client import client_of

NORMAL = [
    "run.created",
    "run.queued",
    "run.in_progress",
    "run.step.created",
    "run.step.in_progress",
    "message.created",
    "message.in_progress",
    "message.delta",
    "message.completed",
    "run.step.completed",
    "run.completed",
]
SPLITTING = "こんにちは\u2028\u0085\x0b\x00\ud800!"
SPLIT = "こんにちは\u2028\u0085\x0b\x00?!"


async def test_the_articles_flow_streams_a_reply() -> None:
    async with client_of(ScriptedBackend([Reply("こん", "にちは")])) as client:
        assistant = await client.beta.assistants.create(name="フリーザ様", instructions="Speak.", model="gpt-4-turbo")
        thread = await client.beta.threads.create()
        await client.beta.threads.messages.create(thread.id, role="user", content="hello")
        names, text = [], ""
        async with await client.beta.threads.runs.create(thread.id, assistant_id=assistant.id, stream=True) as stream:
            async for event in stream:
                names.append(event.event.removeprefix("thread."))
                if event.event == "thread.message.delta":
                    for block in event.data.delta.content or []:
                        if block.type == "text" and block.text:
                            text += block.text.value or ""
        assert names == [*NORMAL[:8], *NORMAL[7:]]
        assert text == "こんにちは"
        assert (await client.beta.threads.delete(thread.id)).deleted
        assert (await client.beta.assistants.delete(assistant.id)).deleted


class Listener(AsyncAssistantEventHandler):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.done: list[str] = []
        self.has_ended = False

    @override
    async def on_text_created(self, text: Text) -> None:
        self.text += ">"

    @override
    async def on_text_delta(self, delta: TextDelta, snapshot: Text) -> None:
        self.text += delta.value or ""

    @override
    async def on_text_done(self, text: Text) -> None:
        self.done.append(text.value)

    @override
    async def on_end(self) -> None:
        self.has_ended = True


async def test_the_listener_helper_hears_every_piece() -> None:
    async with client_of(ScriptedBackend([Reply("one ", SPLITTING)])) as client:
        talk = await open_talk(client)
        listener = Listener()
        async with client.beta.threads.runs.stream(
            thread_id=talk.thread_id, assistant_id=talk.assistant_id, event_handler=listener
        ) as stream:
            await stream.until_done()
            run = await stream.get_final_run()
            steps = await stream.get_final_run_steps()
    assert listener.text == f">one {SPLIT}"
    assert listener.done == [f"one {SPLIT}"]
    assert listener.has_ended
    assert run.status == "completed"
    assert [step.type for step in steps] == ["message_creation"]


async def test_a_thread_and_a_run_are_created_by_one_request() -> None:
    async with client_of(ScriptedBackend([Reply("one"), Reply("two"), Reply("three")])) as client:
        assistant = await client.beta.assistants.create(model="m")
        events = [
            event
            async for event in await client.beta.threads.create_and_run(
                assistant_id=assistant.id,
                thread={"messages": [{"role": "user", "content": "hi"}], "metadata": {"a": "b"}},
                stream=True,
            )
        ]
        assert kinds(events) == ["created", *NORMAL]
        async with client.beta.threads.create_and_run_stream(assistant_id=assistant.id) as stream:
            assert "".join([text async for text in stream.text_deltas]) == "two"
        run = await client.beta.threads.create_and_run_poll(assistant_id=assistant.id, poll_interval_ms=5)
        assert run.status == "completed"


async def test_a_run_without_a_stream_is_polled_to_its_end() -> None:
    async with client_of(ScriptedBackend([Reply("one")])) as client:
        talk = await open_talk(client)
        run = await client.beta.threads.runs.create_and_poll(
            thread_id=talk.thread_id, assistant_id=talk.assistant_id, poll_interval_ms=5
        )
        messages = await client.beta.threads.messages.list(talk.thread_id, order="asc")
    assert run.status == "completed"
    assert run.usage is not None
    assert (run.usage.prompt_tokens, run.usage.completion_tokens, run.usage.total_tokens) == (12, 1, 13)
    assert run.started_at is not None
    assert run.completed_at is not None
    assert run.expires_at is None
    reply = messages.data[-1]
    assert (reply.role, reply.run_id, reply.assistant_id) == ("assistant", run.id, talk.assistant_id)
    assert [block.text.value for block in reply.content if block.type == "text"] == ["one"]


async def test_the_stream_is_told_each_piece_as_it_comes() -> None:
    gate = asyncio.Event()
    async with client_of(ScriptedBackend([Reply("one", gate, "two")])) as client:
        talk = await open_talk(client)
        stream = await client.beta.threads.runs.create(talk.thread_id, assistant_id=talk.assistant_id, stream=True)
        pieces = 0
        async for event in stream:
            if event.event == "thread.message.delta":
                pieces += 1
                gate.set()
    assert pieces == 2
