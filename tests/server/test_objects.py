import pytest
from openai import BadRequestError, NotFoundError

from frieza_tui.backends.scripted import Reply, ScriptedBackend
from tests.support.conversations import open_talk
from tests.support.server_client import client_of


def backend() -> ScriptedBackend:
    return ScriptedBackend([Reply("a")])


async def test_an_assistant_is_kept_changed_and_deleted() -> None:
    async with client_of(backend()) as client:
        assistants = client.beta.assistants
        made = await assistants.create(
            model="m",
            name="フリーザ様",
            description="d",
            instructions="Speak.",
            tools=[{"type": "code_interpreter"}, {"type": "function", "function": {"name": "f", "strict": True}}],
            tool_resources={"code_interpreter": {"file_ids": []}},
            metadata={"a": "b"},
            temperature=0.5,
            top_p=0.5,
            response_format="auto",
            reasoning_effort="low",
        )
        assert await assistants.retrieve(made.id) == made
        changed = await assistants.update(made.id, name="New", temperature=None, metadata=None, tools=[])
        assert (changed.name, changed.temperature, changed.metadata, changed.tools) == ("New", None, {}, [])
        assert (changed.instructions, changed.model, changed.top_p) == ("Speak.", "m", 0.5)
        assert await assistants.retrieve(made.id) == changed
        assert (await assistants.delete(made.id)).deleted
        with pytest.raises(NotFoundError, match=f"No assistant found with id '{made.id}'"):
            await assistants.retrieve(made.id)


async def test_lists_are_cut_as_asked() -> None:
    async with client_of(backend()) as client:
        assistants = client.beta.assistants
        ids = [(await assistants.create(model="m", name=str(number))).id for number in range(5)]
        assert [item.id async for item in assistants.list()] == ids[::-1]
        assert [item.id async for item in assistants.list(order="asc", limit=2)] == ids
        page = await assistants.list(order="asc", limit=2)
        assert (page.has_more, [item.id for item in page.data]) == (True, ids[:2])
        assert [item.id for item in (await assistants.list(order="asc", after=ids[2])).data] == ids[3:]
        before = await assistants.list(order="asc", before=ids[4], limit=2)
        assert ([item.id for item in before.data], before.has_more) == (ids[2:4], True)
        assert [item.id for item in (await assistants.list(before=ids[1])).data] == ids[:1:-1]
        between = await assistants.list(order="asc", after=ids[0], before=ids[3])
        assert [item.id for item in between.data] == ids[1:3]
        with pytest.raises(NotFoundError):
            await assistants.list(after="asst_none")
        for limit in (0, 101, "0100999"):
            with pytest.raises(BadRequestError, match="limit"):
                await assistants.list(limit=limit)  # type: ignore[arg-type]
        with pytest.raises(BadRequestError, match="order"):
            await assistants.list(order="up")  # type: ignore[arg-type]


async def test_a_list_of_nothing_is_a_page() -> None:
    async with client_of(backend()) as client:
        page = await client.beta.assistants.list()
    assert (page.data, page.has_more) == ([], False)


async def test_a_thread_is_kept_changed_and_deleted_with_its_messages() -> None:
    async with client_of(backend()) as client:
        threads = client.beta.threads
        made = await threads.create(
            messages=[{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}], metadata={"a": "b"}
        )
        assert await threads.retrieve(made.id) == made
        assert (await threads.update(made.id, metadata={"c": "d"})).metadata == {"c": "d"}
        messages = [message async for message in threads.messages.list(made.id, order="asc")]
        assert [message.role for message in messages] == ["user", "assistant"]
        assert (await threads.delete(made.id)).deleted
        with pytest.raises(NotFoundError, match=f"No thread found with id '{made.id}'"):
            await threads.messages.retrieve(messages[0].id, thread_id=made.id)


async def test_a_message_is_kept_changed_and_deleted() -> None:
    async with client_of(backend()) as client:
        thread = await client.beta.threads.create()
        messages = client.beta.threads.messages
        made = await messages.create(
            thread.id,
            role="user",
            content=[
                {"type": "text", "text": "look"},
                {"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "low"}},
                {"type": "image_file", "image_file": {"file_id": "file-1"}},
            ],
            attachments=[{"file_id": "file-1", "tools": [{"type": "file_search"}]}],
            metadata={"a": "b"},
        )
        assert await messages.retrieve(made.id, thread_id=thread.id) == made
        assert [block.type for block in made.content] == ["text", "image_url", "image_file"]
        changed = await messages.update(made.id, thread_id=thread.id, metadata={"c": "d"})
        assert changed.metadata == {"c": "d"}
        other = await client.beta.threads.create()
        with pytest.raises(NotFoundError):
            await messages.retrieve(made.id, thread_id=other.id)
        assert (await messages.delete(made.id, thread_id=thread.id)).deleted
        with pytest.raises(NotFoundError):
            await messages.retrieve(made.id, thread_id=thread.id)


async def test_an_empty_message_is_refused_and_its_thread_not_made() -> None:
    async with client_of(backend()) as client:
        talk = await open_talk(client)
        with pytest.raises(BadRequestError, match="non-empty"):
            await client.beta.threads.messages.create(talk.thread_id, role="user", content="")
        with pytest.raises(BadRequestError, match="non-empty"):
            await client.beta.threads.create(messages=[{"role": "user", "content": []}])


async def test_the_model_is_the_backends() -> None:
    async with client_of(backend()) as client:
        assert [model.id async for model in client.models.list()] == ["script"]
        assert (await client.models.retrieve("script")).object == "model"
        with pytest.raises(NotFoundError, match="gpt-4"):
            await client.models.retrieve("gpt-4")


async def test_what_is_not_here_is_named() -> None:
    async with client_of(backend()) as client:
        talk = await open_talk(client)
        with pytest.raises(NotFoundError, match="No assistant found with id 'asst_none'"):
            await client.beta.threads.runs.create(talk.thread_id, assistant_id="asst_none")
        with pytest.raises(NotFoundError, match="No thread found with id 'thread_none'"):
            await client.beta.threads.runs.create("thread_none", assistant_id=talk.assistant_id)
        with pytest.raises(NotFoundError, match="No run found with id 'run_none'"):
            await client.beta.threads.runs.steps.list("run_none", thread_id=talk.thread_id)
        with pytest.raises(NotFoundError, match="No run found"):
            await client.beta.threads.runs.cancel("run_none", thread_id=talk.thread_id)
