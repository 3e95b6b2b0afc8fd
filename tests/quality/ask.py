"""Asks an embedded model the questions of questions.toml and keeps the answers, for a person to judge.

    python tests/quality/ask.py --model small tests/quality/answers-0.5b.md
    python tests/quality/ask.py --totals tests/quality/answers-0.5b.md

A judgement is a line under an answer, "Judgement: sense 2, voice 1. Why.", from 0 to 2 each. It is kept when the same
answer comes again; totals are written at the top.
"""

import argparse
import asyncio
import re
import sys
import tomllib
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path

from frieza_tui.assistant_files import find_assistant
from frieza_tui.backends.base import RunRequest
from frieza_tui.backends.llama_cpp import LlamaCppBackend
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.events import MessageClosed
from frieza_tui.domain.thread import Thread, user_message
from tests.support.assistants import default_assistant

QUESTIONS = Path(__file__).with_name("questions.toml")
SEED = 1
NOT_JUDGED = "none"
_ENTRY = re.compile(
    r"^## (?P<language>\w+) (?P<kind>[\w-]+) (?P<number>\d)\n\n(?P<talk>.*?)\n\nJudgement: (?P<judgement>.*?)$",
    re.DOTALL | re.MULTILINE,
)
_POINTS = re.compile(r"sense (\d), voice (\d)")


@dataclass(frozen=True)
class Entry:
    language: str
    kind: str
    number: int
    talk: str
    judgement: str = NOT_JUDGED

    @property
    def title(self) -> str:
        return f"{self.language} {self.kind} {self.number}"


def questions() -> Iterator[tuple[str, str, int, list[str]]]:
    kinds = tomllib.loads(QUESTIONS.read_text("utf-8"))["kind"]
    for language in ("ja", "en"):
        for kind in kinds:
            for number, text in enumerate(kind[language], 1):
                yield language, kind["name"], number, text.split("\n")


async def answer(backend: LlamaCppBackend, assistant: Assistant, thread: Thread) -> Thread:
    async with aclosing(backend.stream_run(RunRequest(assistant, thread))) as events:
        async for event in events:
            if isinstance(event, MessageClosed):
                thread = thread.with_message(event.message)
    return thread


async def entries(backend: LlamaCppBackend, assistant: Assistant) -> AsyncIterator[Entry]:
    for language, kind, number, lines in questions():
        thread = Thread(id=f"{language} {kind} {number}")
        for line in lines:
            thread = await answer(backend, assistant, thread.with_message(user_message(line)))
        talk = "\n".join(f"{message.role}: {message.text}" for message in thread.messages)
        yield Entry(language, kind, number, talk)


def read(path: Path) -> dict[str, Entry]:
    text = path.read_text("utf-8") if path.exists() else ""
    found = (match.groupdict() for match in _ENTRY.finditer(text))
    listed = [Entry(f["language"], f["kind"], int(f["number"]), f["talk"], f["judgement"]) for f in found]
    return {entry.title: entry for entry in listed}


def total(listed: list[Entry]) -> str:
    points = [match for entry in listed if (match := _POINTS.search(entry.judgement))]
    sense, voice = sum(int(match[1]) for match in points), sum(int(match[2]) for match in points)
    return f"sense {sense} of {2 * len(points)}, voice {voice} of {2 * len(points)}"


def totals(listed: list[Entry]) -> Iterator[str]:
    for language in ("ja", "en"):
        for number, what in ((1, "known while the examples were written"), (2, "held out")):
            chosen = [entry for entry in listed if (entry.language, entry.number) == (language, number)]
            yield f"- {language}, questions {what}: {total(chosen)}"
    yield f"- {sum(entry.judgement == NOT_JUDGED for entry in listed)} of {len(listed)} not judged"


def write(path: Path, model: str, listed: list[Entry]) -> None:
    head = [f"# Answers of {model}, made by tests/quality/ask.py with seed {SEED}", "", *totals(listed), ""]
    body = [f"## {entry.title}\n\n{entry.talk}\n\nJudgement: {entry.judgement}\n" for entry in listed]
    path.write_text("\n".join([*head, *body]), "utf-8")


async def ask(model: str | None, assistant: Assistant, path: Path) -> None:
    earlier = read(path)
    backend = LlamaCppBackend(model, [assistant], seed=SEED)
    listed: list[Entry] = []
    try:
        await backend.read_ahead()
        async for entry in entries(backend, assistant):
            before = earlier.get(entry.title)
            is_same = before is not None and before.talk == entry.talk
            listed.append(replace(entry, judgement=before.judgement) if before and is_same else entry)
            sys.stderr.write(f"{entry.title}\n{entry.talk}\n")
            write(path, backend.label.model, listed)
    finally:
        await backend.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--model")
    parser.add_argument("--assistant")
    parser.add_argument("--totals", action="store_true")
    options = parser.parse_args()
    if options.totals:
        model = options.path.read_text("utf-8").split()[3].rstrip(",")
        write(options.path, model, list(read(options.path).values()))
        return
    assistant = find_assistant(options.assistant) if options.assistant else default_assistant()
    asyncio.run(ask(options.model, assistant, options.path))


if __name__ == "__main__":
    main()
