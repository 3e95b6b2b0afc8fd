"""A conversation with a server, as far as a test needs one: an assistant, a thread, a message."""

from dataclasses import dataclass

from openai import AsyncOpenAI
from openai.types.beta import AssistantStreamEvent
from openai.types.beta.threads import Run


@dataclass(frozen=True, slots=True)
class Talk:
    """An assistant and a thread whose last message is the user's."""

    client: AsyncOpenAI
    assistant_id: str
    thread_id: str

    async def events(self, **options: object) -> list[AssistantStreamEvent]:
        """Run once and return all that the stream tells."""
        stream = await self.client.beta.threads.runs.create(
            self.thread_id,
            assistant_id=self.assistant_id,
            stream=True,
            **options,  # type: ignore[call-overload]
        )
        return [event async for event in stream]

    async def run(self, **options: object) -> Run:
        """Begin a run without a stream."""
        run: Run = await self.client.beta.threads.runs.create(
            self.thread_id,
            assistant_id=self.assistant_id,
            **options,  # type: ignore[call-overload]
        )
        return run

    async def ended(self, run_id: str) -> Run:
        """Wait until a run needs no more waiting for."""
        return await self.client.beta.threads.runs.poll(run_id, thread_id=self.thread_id, poll_interval_ms=5)


async def open_talk(client: AsyncOpenAI, text: str = "hello", **assistant: object) -> Talk:
    """Make an assistant and a thread with one message."""
    facts = {"model": "m", "name": "フリーザ様", "instructions": "Speak."} | assistant
    made = await client.beta.assistants.create(**facts)  # type: ignore[arg-type]
    thread = await client.beta.threads.create(messages=[{"role": "user", "content": text}])
    return Talk(client, made.id, thread.id)


def kinds(events: list[AssistantStreamEvent]) -> list[str]:
    """Return the events' names, repeated ones once, without the common beginning and "thread."."""
    names: list[str] = []
    for event in events:
        name = event.event.removeprefix("thread.")
        if not names or names[-1] != name:
            names.append(name)
    return names


def run_of(events: list[AssistantStreamEvent]) -> Run:
    """Return the run that a stream told of first."""
    return next(event.data for event in events if isinstance(event.data, Run))
