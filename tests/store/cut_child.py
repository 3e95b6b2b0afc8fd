"""A conversation over several programs that says what is surely on the disk; its system calls are recorded."""

import asyncio
import sys
from pathlib import Path

from frieza_tui.backends.scripted import Reply, ScriptedBackend
from frieza_tui.chat import Chat, Past
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.events import TextDelta
from frieza_tui.domain.thread import Thread
from frieza_tui.store.journal import DiskJournal
from frieza_tui.store.thread_writer import Written

PROGRAMS, TURNS, DELTAS = 2, 2, 4


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


async def talk(file: Path, thread: Thread, program: int) -> Thread:
    journal = DiskJournal(file, Written(thread.id, thread))
    replies = [Reply(*(f"p{program}t{turn}d{delta} " for delta in range(DELTAS))) for turn in range(TURNS)]
    chat = Chat(ScriptedBackend(replies), Assistant("フリーザ様", "Speak."), journal=journal, past=Past(thread))
    for turn in range(TURNS):
        said = ""
        async for event in chat.send(f"p{program}t{turn}"):
            said += event.text if isinstance(event, TextDelta) else ""
            await journal.written()
            say("kept", len(chat.thread.messages), said)
        chat.keep_unsent(f"draft {turn}")
    await chat.close()
    say("left", len(chat.thread.messages))
    return chat.thread


async def main(file: Path) -> None:
    thread = Thread()
    for program in range(PROGRAMS):
        thread = await talk(file, thread, program)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
