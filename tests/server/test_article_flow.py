from support.server_client import client_of

from frieza_tui.backends.scripted import Reply, ScriptedBackend

NORMAL = [
    "thread.run.created",
    "thread.run.queued",
    "thread.run.in_progress",
    "thread.run.step.created",
    "thread.run.step.in_progress",
    "thread.message.created",
    "thread.message.in_progress",
    "thread.message.delta",
    "thread.message.delta",
    "thread.message.completed",
    "thread.run.step.completed",
    "thread.run.completed",
]


async def test_the_articles_flow_streams_a_reply() -> None:
    async with client_of(ScriptedBackend([Reply("こん", "にちは\u2028\u0085")])) as client:
        assistant = await client.beta.assistants.create(name="フリーザ様", instructions="Speak.", model="gpt-4-turbo")
        thread = await client.beta.threads.create()
        await client.beta.threads.messages.create(thread.id, role="user", content="hello")
        kinds, text = [], ""
        async with await client.beta.threads.runs.create(thread.id, assistant_id=assistant.id, stream=True) as stream:
            async for event in stream:
                kinds.append(event.event)
                if event.event == "thread.message.delta":
                    for block in event.data.delta.content or []:
                        if block.type == "text" and block.text:
                            text += block.text.value or ""
        assert kinds == NORMAL
        assert text == "こんにちは\u2028\u0085"
        assert (await client.beta.threads.delete(thread.id)).deleted
        assert (await client.beta.assistants.delete(assistant.id)).deleted
