"""Chooses what a small model is given to read: example pack, how much of the thread, opener. Pure, does no I/O."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from frieza_tui.domain.assistant import Assistant, Example, ExamplePack
from frieza_tui.domain.thread import Message, Thread

KEPT_EXCHANGES = 2
"""With a pack: how many exchanges before the last message are given. More of its own words make a small model
repeat them until nothing else is left."""
SHORT_PACK = 1
"""Examples in the pack that is used while the whole one has not been read: 4 s of reading instead of 40."""
PACK_MAX_TOKENS = 300
MAX_TOKENS = 512
LIVELY = 0.6
"""The temperature that suits small talk."""
GUIDED = 0.4
"""With an example beside the message that is a little like it."""
STEADY = 0.2
"""With an example close to the message, and for numbers and code."""

_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f]")
_LATIN = re.compile(r"[A-Za-z]")
_EXACT = re.compile(
    r"[0-9０-９`{}=<>\\_;]|https?:|コード|プログラム|関数|計算"
    r"|\b(?:code|program|function|python|java|javascript|rust|sql|html|css|bash|regex|json)\b",
    re.IGNORECASE,
)
ChatMessage = dict[str, str]
Exchange = tuple[Message, ...]
"""A user's message and what answered it, oldest first."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the engine is given for one reply."""

    messages: tuple[ChatMessage, ...]
    max_tokens: int
    """Of the reply, at most."""
    opener: str = ""
    """The beginning of the reply, put into the model's mouth; not part of `messages`."""
    temperature: float = LIVELY
    settled_messages: int = 0
    """How many of `messages`, from the first on, are the same whatever the thread's last message says."""
    dropped_messages: int = 0
    """Oldest messages left out because the context window was full."""

    def as_chat(self) -> list[ChatMessage]:
        """Return the messages as the engine takes them, the opener as an unfinished last one."""
        opening = [{"role": "assistant", "content": self.opener}] if self.opener else []
        return [*self.messages, *opening]


def language_of(text: str) -> str | None:
    """Return "ja" for a text with kana or kanji, else "en" for one with Latin letters, else None."""
    if _JAPANESE.search(text):
        return "ja"
    return "en" if _LATIN.search(text) else None


def thread_language(thread: Thread) -> str | None:
    """Return the language of the user's latest message that shows one."""
    languages = (language_of(message.text) for message in reversed(thread.messages) if message.role == "user")
    return next((language for language in languages if language), None)


def packs_of(assistant: Assistant, known: Sequence[Assistant]) -> tuple[ExamplePack, ...]:
    """Return the assistant's own packs, else those of a known one with the very same instructions."""
    if assistant.packs:
        return assistant.packs
    same = (one.packs for one in known if one.instructions == assistant.instructions)
    return next(same, ())


def choose_pack(packs: Sequence[ExamplePack], thread: Thread) -> ExamplePack | None:
    """Return the pack in the language of the conversation, else the first one, else None."""
    language = thread_language(thread)
    return next((pack for pack in packs if pack.language == language), packs[0] if packs else None)


def is_exact(text: str) -> bool:
    """Tell whether a message is about numbers or code."""
    return _EXACT.search(text) is not None


def choose_opener(pack: ExamplePack, text: str, turn_seed: str) -> str:
    """Return a beginning for the reply, the same for the same seed; "" where a right answer matters more."""
    if not pack.openers or is_exact(text):
        return ""
    return Random(turn_seed).choice(pack.openers)


def pack_messages(pack: ExamplePack, count: int) -> list[ChatMessage]:
    """Return the pack's system text and its first `count` examples; a longer list begins with any shorter one."""
    messages = [{"role": "system", "content": pack.system}]
    for example in pack.examples[:count]:
        messages += example_messages(example)
    return messages


def example_messages(example: Example) -> list[ChatMessage]:
    """Return an example as the exchange it stands for."""
    return [{"role": "user", "content": example.user}, {"role": "assistant", "content": example.reply}]


def exchanges_before_last(thread: Thread) -> list[Exchange]:
    """Split all but the thread's last message into exchanges, oldest first; messages without text are left out."""
    exchanges: list[list[Message]] = []
    for message in thread.messages[:-1]:
        if not message.text.strip():
            continue
        if message.role == "user" or not exchanges:
            exchanges.append([])
        exchanges[-1].append(message)
    return [tuple(exchange) for exchange in exchanges]


def is_answered(exchange: Exchange) -> bool:
    """Tell whether both sides spoke; a small model is shown no others."""
    return exchange[0].role == "user" and exchange[-1].role == "assistant"


def chat_message(message: Message) -> ChatMessage:
    """Return a thread's message as the engine takes it."""
    return {"role": message.role, "content": message.text}
