"""CPU of a delta in each adapter alone beside the SDK's own loop over the same stream, and of a late turn.

python -m tests.benchmarks.adapters [DELTAS]
"""

import asyncio
import statistics
import sys
import time
import warnings
from collections.abc import AsyncGenerator, Awaitable, Callable

import openai
from openai.types.chat import ChatCompletionUserMessageParam

from frieza_tui.backends.base import Backend, RunRequest
from frieza_tui.backends.registry import BackendConfig, load_backend
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.events import MessageClosed, RunEvent, TextDelta
from frieza_tui.domain.thread import Thread, user_message
from tests.benchmarks.loopback.plan import Prompt
from tests.benchmarks.server import loopback_server

DELTAS = 32_000
BOUND = 1.3
"""Of the SDK's loop, and of the first turn."""
TURNS = 200
ASSISTANT = Assistant("Bench", "Answer.")


def prompt(tokens: int) -> str:
    return Prompt(time.monotonic_ns() % 10**9, tokens).line


async def cpu_of(work: Callable[[], Awaitable[int]]) -> float:
    """Return microseconds of CPU for each delta, after one round that does not count."""
    await work()
    began_s = time.process_time()
    deltas = await work()
    return (time.process_time() - began_s) / deltas * 1e6


def events_of(backend: Backend, thread: Thread) -> AsyncGenerator[RunEvent, None]:
    return backend.stream_run(RunRequest(ASSISTANT, thread))


async def adapter_cpu(api: str, base_url: str, tokens: int) -> float:
    backend = load_backend(BackendConfig(api, base_url=base_url, api_key="k"))

    async def work() -> int:
        thread = Thread(messages=(user_message(prompt(tokens)),))
        return sum([isinstance(event, TextDelta) async for event in events_of(backend, thread)])

    cpu_us = await cpu_of(work)
    await backend.close()
    return cpu_us


async def sdk_cpu(api: str, base_url: str, tokens: int) -> float:
    client = openai.AsyncOpenAI(api_key="k", base_url=base_url, max_retries=0)

    async def work() -> int:
        match api:
            case "chat":
                asked: ChatCompletionUserMessageParam = {"role": "user", "content": prompt(tokens)}
                chunks = await client.chat.completions.create(model="m", messages=[asked], stream=True)
                return sum([bool(chunk.choices and chunk.choices[0].delta.content) async for chunk in chunks])
            case "responses":
                stream = await client.responses.create(model="m", input=prompt(tokens), stream=True)
                return sum([event.type == "response.output_text.delta" async for event in stream])
            case _:
                assistant = await client.beta.assistants.create(model="m")
                thread = await client.beta.threads.create(messages=[{"role": "user", "content": prompt(tokens)}])
                run = await client.beta.threads.runs.create(thread.id, assistant_id=assistant.id, stream=True)
                return sum([event.event == "thread.message.delta" async for event in run])

    cpu_us = await cpu_of(work)
    await client.close()
    return cpu_us


async def turn_cpu(api: str, base_url: str) -> tuple[float, float]:
    """Return milliseconds of CPU of the first turns and of the last of many; medians of ten."""
    backend = load_backend(BackendConfig(api, base_url=base_url, api_key="k"))
    thread, costs_s = Thread(), []
    for _turn in range(TURNS + 2):
        thread = thread.with_message(user_message(prompt(100)))
        began_s = time.process_time()
        events = [event async for event in events_of(backend, thread)]
        costs_s.append(time.process_time() - began_s)
        for event in events:
            if isinstance(event, MessageClosed):
                thread = thread.with_message(event.message)
    await backend.close()
    return statistics.median(costs_s[2:12]) * 1e3, statistics.median(costs_s[-10:]) * 1e3


async def measure(base_url: str, tokens: int) -> bool:
    is_met = True
    for api in ("assistants", "responses", "chat"):
        ours_us, sdk_us = await adapter_cpu(api, base_url, tokens), await sdk_cpu(api, base_url, tokens)
        first_ms, last_ms = await turn_cpu(api, base_url)
        is_met = is_met and ours_us <= BOUND * sdk_us and last_ms <= BOUND * first_ms
        print(  # noqa: T201
            f"{api:11} {ours_us:6.1f} us a delta, the SDK's loop {sdk_us:6.1f} us: {ours_us / sdk_us:.2f};"
            f"  turn {TURNS} {last_ms:.1f} ms, the first {first_ms:.1f} ms: {last_ms / first_ms:.2f}"
        )
    return is_met


def main() -> int:
    """Measure and print; returns 1 if a bound is not met."""
    warnings.simplefilter("ignore", DeprecationWarning)
    tokens = int(sys.argv[1]) if len(sys.argv) > 1 else DELTAS
    with loopback_server() as server:
        return 0 if asyncio.run(measure(f"{server.url}/v1", tokens)) else 1


if __name__ == "__main__":
    sys.exit(main())
