"""Measures the wait for the first text of the embedded model as a user has it: from Enter to the screen.

    python -m tests.quality.first_text [--model small] [--starts 5] [--talks typed,pasted,english]

Starts the program anew for each conversation, in a pseudo-terminal, in a home folder of its own into which the joined
model is linked; the example packs are read ahead once, before. Before each start a bare engine reads and answers the
same greeting, so that a busy machine can be told from a slow program. Run by root it comes first on the machine.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager, suppress
from pathlib import Path
from typing import Final

from frieza_tui.backends.base import RunRequest
from frieza_tui.backends.llama_cpp import LlamaCppBackend
from frieza_tui.backends.model_files import models_dir
from frieza_tui.domain.events import TextDelta
from frieza_tui.domain.thread import Thread, user_message
from tests.benchmarks.priority import go_first
from tests.benchmarks.processes import process_tree
from tests.benchmarks.recording import Player
from tests.benchmarks.terminal import Terminal
from tests.support.assistants import default_assistant

Keys = tuple[tuple[str, float], ...]
"""What is written at once, and how long nothing follows: the last pause is that before Enter."""

WORD_S: Final = 0.8
"""An input method hands over a word about so often."""
ENTER_S: Final = 0.4
LETTER_S: Final = 0.12
_ENDED: Final = ("completed", "完了", "incomplete", "未完")
_PATIENCE_S: Final = 180.0
_LOOK_S: Final = 0.1


def words(*parts: str) -> Keys:
    *before, last = parts
    return (*((part, WORD_S) for part in before), (last, ENTER_S))


def letters(text: str) -> Keys:
    return (*((letter, LETTER_S) for letter in text[:-1]), (text[-1], ENTER_S))


TALKS: Final[dict[str, tuple[Keys, ...]]] = {
    "typed": (
        words("こんにちは"),
        words("あなたの", "好きな", "食べ物は", "何ですか？"),
        words("深海の", "生き物と", "火山の", "関係について、", "どう思われますか？"),
    ),
    "pasted": (
        (("こんにちは", 0.02),),
        (("あなたの好きな食べ物は何ですか？", 0.02),),
        (("深海の生き物と火山の関係について、どう思われますか？", 0.02),),
    ),
    "other": (words("あなたの", "名前は？"),),
    "english": (letters("Hello there"), letters("What is your favourite food?"), letters("Tell me about volcanoes.")),
}


def text_of(keys: Keys) -> str:
    return "".join(part for part, _pause_s in keys)


def reply_rows(rows: list[str], asked: str) -> list[str]:
    """Return the rows of the reply to a message, the first with its state; empty while the message is not there."""
    bare = [row.strip().removeprefix("▎").strip() for row in rows]
    at = max((at for at, row in enumerate(bare) if row.split("  ")[0] == "あなた"), default=None)
    if at is None or not bare[at + 1] or not asked.startswith(bare[at + 1]):
        return []
    begin = next((below for below in range(at, len(bare)) if bare[below].startswith("フリーザ様")), len(bare))
    end = next((below for below in range(begin, len(bare)) if not rows[below].strip().startswith("▎")), len(bare))
    return bare[begin:end]


def state_of(rows: list[str], asked: str) -> str:
    return "".join(reply_rows(rows, asked)[:1])


def text_rows(rows: list[str], asked: str) -> list[str]:
    return [row for row in reply_rows(rows, asked)[1:] if row]


class Conversation:
    """The program in a terminal, one message after the other."""

    def __init__(self, model: str | None, home: Path, *, is_english: bool) -> None:
        command = [sys.executable, "-m", "frieza_tui", *(["--model", model] if model else [])]
        environ = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        environ["TERM"] = "xterm-256color"
        environ |= {"LANG": "en_US.UTF-8" if is_english else "ja_JP.UTF-8", "XDG_CACHE_HOME": str(home / ".cache")}
        fresh = Path(tempfile.mkdtemp(dir=home))
        environ |= {"HOME": str(fresh), "XDG_DATA_HOME": str(home / ".local/share"), "FRIEZA_TUI_STORE": "false"}
        self._terminal = Terminal(command, environ, fresh)
        self._player = Player(self._terminal.recording)

    def wait_ready(self) -> None:
        """Wait until the model is loaded, and for what a user needs to look at the screen."""
        self._when(lambda rows: "qwen" in rows[0])
        self._come_first()
        time.sleep(2.0)

    def ask(self, keys: Keys) -> float:
        """Write a message and send it; return the seconds from Enter to the first text, once the reply is whole."""
        for part, pause_s in keys:
            self._terminal.type(part)
            time.sleep(pause_s)
        entered_s = time.monotonic()
        self._terminal.type("\r")
        asked = text_of(keys)
        first_s = self._when(lambda rows: bool(text_rows(rows, asked)))
        self._when(lambda rows: any(word in state_of(rows, asked) for word in _ENDED))
        return first_s - entered_s

    def close(self) -> None:
        self._terminal.close()

    def _come_first(self) -> None:
        """The server's processes are a session of their own, which the machine weighs by itself."""
        for pid in process_tree(self._terminal.pid):
            with suppress(OSError):
                Path(f"/proc/{pid}/autogroup").write_text("-15")

    def _when(self, is_due: Callable[[list[str]], bool]) -> float:
        """Wait until the screen is as wanted; return since when."""
        end_s = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end_s:
            for at_s in self._player.play():
                if is_due(self._player.rows):
                    return at_s
            time.sleep(_LOOK_S)
        raise TimeoutError("\n".join(self._player.rows))


async def bare_first_text_s(model: str | None) -> float:
    """Seconds of an engine alone: saved state taken up, greeting with its example read, first text."""
    backend = LlamaCppBackend(model, [default_assistant()], seed=1, idle_s=3600)
    request = RunRequest(default_assistant(), Thread(messages=(user_message("こんにちは"),)))
    try:
        await backend.prepare()
        start_s = time.perf_counter()
        async with aclosing(backend.stream_run(request)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    return time.perf_counter() - start_s
    finally:
        await backend.close()
    raise RuntimeError("no text")


async def read_ahead(model: str | None) -> None:
    backend = LlamaCppBackend(model, [default_assistant()], seed=1, idle_s=3600)
    try:
        await backend.read_ahead()
    finally:
        await backend.close()


def measure(model: str | None, talk: str, starts: int, home: Path) -> None:
    bare: list[float] = []
    waits: list[list[float]] = [[] for _ in TALKS[talk]]
    for _ in range(starts):
        bare.append(asyncio.run(bare_first_text_s(model)))
        conversation = Conversation(model, home, is_english=talk == "english")
        try:
            conversation.wait_ready()
            for one, keys in zip(waits, TALKS[talk], strict=True):
                one.append(conversation.ask(keys))
        finally:
            conversation.close()
    say(f"{talk}: bare engine, greeting with its example", bare, bare)
    for keys, one in zip(TALKS[talk], waits, strict=True):
        say(f"{talk}: {text_of(keys)}", one, bare)


def say(what: str, seconds: list[float], bare: list[float]) -> None:
    ratio = statistics.median(one / other for one, other in zip(seconds, bare, strict=True))
    each = " ".join(f"{one:.2f}" for one in seconds)
    load = os.getloadavg()[0]
    sys.stdout.write(f"{statistics.median(seconds):5.2f} s  {ratio:4.2f} of bare  load {load:4.1f}  {what}  ({each})\n")
    sys.stdout.flush()


@contextmanager
def prepared_home() -> Iterator[Path]:
    """A home whose models are those of this user, linked."""
    here = models_dir()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ["XDG_CACHE_HOME"], os.environ["XDG_DATA_HOME"] = str(home / ".cache"), str(home / ".local/share")
        models_dir().mkdir(parents=True)
        for file in here.glob("*.gguf"):
            (models_dir() / file.name).symlink_to(file)
        yield home


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model")
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--talks", default=",".join(TALKS))
    options = parser.parse_args()
    go_first()
    with prepared_home() as home:
        asyncio.run(read_ahead(options.model))
        for talk in options.talks.split(","):
            measure(options.model, talk, options.starts, home)


if __name__ == "__main__":
    main()
