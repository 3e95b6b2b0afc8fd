"""A conversation that prints each delta when a face would get it, with the time; to be killed by its parent."""

import asyncio
import sys
import time
from pathlib import Path

from frieza_tui.backends.scripted import Reply, ScriptedBackend
from frieza_tui.chat import Chat
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.events import TextDelta
from frieza_tui.store.journal import DiskJournal


async def talk(file: Path) -> None:
    backend = ScriptedBackend([Reply(*[f"{number} " for number in range(100_000)])], delay_s=0.002)
    chat = Chat(backend, Assistant("フリーザ様", "Speak."), journal=DiskJournal(file))
    async for event in chat.send("数えて"):
        if isinstance(event, TextDelta):
            sys.stdout.write("".join(f"{time.monotonic()} {number}\n" for number in event.text.split()))
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(talk(Path(sys.argv[1])))
