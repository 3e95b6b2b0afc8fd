"""Writes a thread as the program keeps it, for it to go on with. Knows no program that is measured."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Final

from frieza_tui.domain.run import RunOrigin
from frieza_tui.domain.thread import Message, TextPart, Thread, user_message
from frieza_tui.domain.turn import TurnEnded
from frieza_tui.store.journal import DiskJournal
from tests.benchmarks.loopback.texts import reply_deltas

LAST_WORD: Final = "ZZLAST"
"""How the thread ends."""
_ORIGIN: Final = RunOrigin("Assistants", "127.0.0.1", "bench-model")


def write_thread(file: Path, count: int) -> None:
    """Make a file with one thread of so many messages: questions, and answers of 100 deltas."""
    answers = ["".join(reply_deltas("markdown", number, 100)[0]) for number in range(10)]
    messages: list[Message] = []
    for number in range(0, count, 2):
        answer = TextPart(f"{number}\n\n{answers[number // 2 % 10]}")
        messages += [user_message(f"Question {number}"), Message("assistant", (answer,))]
    messages[-1] = replace(messages[-1], parts=(TextPart(f"The end: {LAST_WORD}"),))
    asyncio.run(_write(file, Thread(messages=tuple(messages))))


async def _write(file: Path, thread: Thread) -> None:
    journal = DiskJournal(file)
    journal.begin_run(replace(thread, messages=thread.messages[:-1]), "フリーザ様", _ORIGIN)
    journal.end_run(thread, "フリーザ様", _ORIGIN, TurnEnded("done"))
    await journal.written()
    await journal.close()
