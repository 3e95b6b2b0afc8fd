"""Builds the prompt of one run so that it fits the context window, counting tokens through a function it is given."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from frieza_tui.backends.embedded.likeness import like_example
from frieza_tui.backends.embedded.prompts import (
    GUIDED,
    KEPT_EXCHANGES,
    LIVELY,
    STEADY,
    ChatMessage,
    Exchange,
    Prompt,
    chat_message,
    choose_opener,
    example_messages,
    exchanges_before_last,
    is_answered,
    is_exact,
    pack_messages,
)
from frieza_tui.domain.assistant import Example, ExamplePack
from frieza_tui.domain.thread import Thread

CountTokens = Callable[[str], Awaitable[int]]

_FRAME_TOKENS = 10
"""What a chat template puts around one message, at most."""
_REMEMBERED_COUNTS = 2000


class MessageTooLong(Exception):
    """The last message alone is more than the context window holds."""

    def __init__(self, tokens: int, limit_tokens: int) -> None:
        super().__init__(tokens, limit_tokens)
        self.tokens = tokens
        self.limit_tokens = limit_tokens


@dataclass(frozen=True, slots=True)
class PackInUse:
    """An example pack and how many of its examples are given."""

    pack: ExamplePack
    count: int


class PromptBuilder:
    """Knows the window's size; remembers the token counts of messages it has seen."""

    def __init__(self, context_tokens: int, count_tokens: CountTokens) -> None:
        self._context_tokens = context_tokens
        self._count_tokens = count_tokens
        self._counts: dict[str, int] = {}

    async def with_pack(self, thread: Thread, use: PackInUse, reply_tokens: int, turn_seed: str) -> Prompt:
        """Return the pack, the last exchanges as far as they fit, an example like the last message, and that.

        Raises: MessageTooLong.
        """
        last = chat_message(thread.messages[-1])
        text = last["content"]
        answered = [exchange for exchange in exchanges_before_last(thread) if is_answered(exchange)]
        head = pack_messages(use.pack, use.count)
        like = like_example((*use.pack.examples, *use.pack.more), text)
        beside = example_messages(like[0]) if like is not None else []
        try:
            kept = await self._newest_that_fit(answered[-KEPT_EXCHANGES:], [*head, *beside, last], reply_tokens)
        except MessageTooLong:
            head, beside = pack_messages(use.pack, 0), []
            kept = await self._newest_that_fit([], [*head, last], reply_tokens)
        settled = [*head, *_flat(kept)]
        opener = "" if like is not None and like[1] else choose_opener(use.pack, text, turn_seed)
        messages = (*settled, *beside, last)
        return Prompt(messages, reply_tokens, opener, _temperature(text, like), len(settled))

    async def plain(self, thread: Thread, instructions: str, reply_tokens: int) -> Prompt:
        """Return the instructions and as much of the thread as fits, the oldest exchanges dropped first.

        Raises: MessageTooLong.
        """
        head = [{"role": "system", "content": instructions}] if instructions.strip() else []
        last = chat_message(thread.messages[-1])
        exchanges = exchanges_before_last(thread)
        kept = await self._newest_that_fit(exchanges, [*head, last], reply_tokens)
        dropped = sum(len(exchange) for exchange in exchanges[: len(exchanges) - len(kept)])
        messages = _merged([*head, *_flat(kept), last])
        temperature = _temperature(last["content"], None)
        return Prompt(tuple(messages), reply_tokens, "", temperature, len(messages) - 1, dropped)

    async def _newest_that_fit(
        self, exchanges: Sequence[Exchange], fixed: Sequence[ChatMessage], reply_tokens: int
    ) -> list[Exchange]:
        room = self._context_tokens - reply_tokens - await self._size(fixed)
        if room < 0:
            last_tokens = await self._size(fixed[-1:])
            raise MessageTooLong(last_tokens, max(0, last_tokens + room))
        kept: list[Exchange] = []
        for exchange in reversed(exchanges):
            room -= await self._size([chat_message(message) for message in exchange])
            if room < 0:
                break
            kept.insert(0, exchange)
        return kept

    async def _size(self, messages: Sequence[ChatMessage]) -> int:
        text = "\n".join(message["content"] for message in messages)
        if text not in self._counts:
            if len(self._counts) >= _REMEMBERED_COUNTS:
                self._counts.clear()
            self._counts[text] = await self._count_tokens(text)
        return self._counts[text] + _FRAME_TOKENS * len(messages)


def _temperature(text: str, like: tuple[Example, bool] | None) -> float:
    if is_exact(text) or (like is not None and like[1]):
        return STEADY
    return LIVELY if like is None else GUIDED


def _flat(exchanges: Sequence[Exchange]) -> list[ChatMessage]:
    return [chat_message(message) for exchange in exchanges for message in exchange]


def _merged(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """Join neighbours of one role, for many chat templates demand that roles alternate."""
    merged: list[ChatMessage] = []
    for message in messages:
        if merged and merged[-1]["role"] == message["role"]:
            merged[-1] = {**message, "content": f"{merged[-1]['content']}\n\n{message['content']}"}
        else:
            merged.append(message)
    return merged
