"""Measures the embedded model on this machine: loading, first text, speed, cancelling, memory.

    python tests/quality/measure.py [small | path/to/file.gguf]

Uses folders of its own for saved states, so that cold is cold. The times are as a user meets them, through the backend.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

from frieza_tui.backends.base import RunRequest
from frieza_tui.backends.llama_cpp import LlamaCppBackend
from frieza_tui.domain.events import RunChanged, RunEvent, TextDelta
from frieza_tui.domain.run import Usage
from frieza_tui.domain.thread import Thread, user_message
from tests.support.assistants import default_assistant

PLAIN = "深海の生き物と火山の関係について、どう思われますか？"
"""No example is like it."""
GREETING = "こんにちは"
LONG = "むかしむかし、あるところに、" * 120


def say(what: str, value: str) -> None:
    sys.stdout.write(f"{what:55s} {value}\n")
    sys.stdout.flush()


def stream(backend: LlamaCppBackend, text: str) -> AsyncGenerator[RunEvent, None]:
    return backend.stream_run(RunRequest(default_assistant(), Thread(messages=(user_message(text),))))


async def first_text_s(backend: LlamaCppBackend, text: str) -> tuple[float, float, Usage | None]:
    """Seconds to the first text, seconds from there to the end, tokens."""
    start = time.perf_counter()
    first = 0.0
    usage = None
    async with aclosing(stream(backend, text)) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                first = first or time.perf_counter()
            if isinstance(event, RunChanged):
                usage = event.run.usage
    return first - start, time.perf_counter() - first, usage


async def close_after(backend: LlamaCppBackend, text: str, is_generating: bool) -> float:
    """Seconds that closing a run takes, while it writes or while its prompt is read."""
    async with aclosing(stream(backend, text)) as events:
        async for event in events:
            if isinstance(event, TextDelta) or (isinstance(event, RunChanged) and not is_generating):
                if isinstance(event, RunChanged) and event.run.status != "in_progress":
                    continue
                break
        if not is_generating:
            reading = asyncio.ensure_future(anext(events))
            await asyncio.wait([reading], timeout=1.0)
            start = time.perf_counter()
            reading.cancel()
            await asyncio.wait([reading])
        else:
            start = time.perf_counter()
    return time.perf_counter() - start


def memory_of_children() -> str:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "status").read_text()
        except OSError:
            continue
        if f"PPid:\t{os.getpid()}\n" in status:
            facts = dict(line.split(":\t") for line in status.splitlines() if ":\t" in line)
            return f"{facts['VmRSS'].strip()} now, {facts['VmHWM'].strip()} at most"
    return "unknown"


async def started(model: str | None) -> LlamaCppBackend:
    backend = LlamaCppBackend(model, [default_assistant()], seed=1, idle_s=3600)
    start = time.perf_counter()
    await backend.prepare()
    say("load (with joining, if it was not joined)", f"{time.perf_counter() - start:.1f} s")
    return backend


async def report_answer(backend: LlamaCppBackend, what: str, text: str) -> None:
    first, rest, usage = await first_text_s(backend, text)
    tokens = f"{usage.input_tokens} read, {usage.cached_tokens} of them saved" if usage else ""
    say(f"first text, {what}", f"{first:.2f} s ({tokens})")
    if usage and usage.output_tokens > 10:
        say("  speed", f"{(usage.output_tokens - 1) / rest:.1f} tokens/s")


async def measure(model: str | None) -> None:
    backend = await started(model)
    await report_answer(backend, "cold", GREETING)
    start = time.perf_counter()
    await backend.read_ahead()
    say("reading both packs ahead, once", f"{time.perf_counter() - start:.0f} s")
    await backend.close()
    backend = await started(model)
    await report_answer(backend, "restored, an example beside it", GREETING)
    await report_answer(backend, "no example like it", PLAIN)
    say("closing while it writes", f"{await close_after(backend, PLAIN, True) * 1000:.0f} ms")
    await report_answer(backend, "right after that", GREETING)
    say("closing while it reads a long message", f"{await close_after(backend, LONG, False) * 1000:.0f} ms")
    await report_answer(backend, "right after that", GREETING)
    say("memory of the engine", memory_of_children())
    await backend.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        asyncio.run(measure(sys.argv[1] if len(sys.argv) > 1 else None))


if __name__ == "__main__":
    main()
