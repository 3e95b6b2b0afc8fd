"""The messages of a request: encoded once, in the order that chat templates take, cut to the window. Asks nobody."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from frieza_tui.backends.encoded_messages import EncodedMessages, encoded
from frieza_tui.domain.thread import ImageUrlPart, Message

_TOKENS_PER_BYTE: Final = 1 / 3
"""Before the server has counted: too many rather than too few, in English as in Japanese."""
_REPLY_SHARE: Final = 4
"""A quarter of the window is kept for the reply, unless its length is set."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a request carries."""

    messages: tuple[bytes, ...]
    """Each as JSON, the instructions first."""
    dropped_messages: int
    """Oldest ones left out."""

    @property
    def size_bytes(self) -> int:
        """Of all messages."""
        return sum(len(message) for message in self.messages)


class PromptBuilder:
    """Makes the prompts of one conversation, and learns from the server how much fits."""

    def __init__(self) -> None:
        self.window_tokens: int | None = None
        """Of the model; None while it is not known."""
        self._tokens_per_byte = _TOKENS_PER_BYTE
        self._encoded = EncodedMessages(_message)

    def build(self, instructions: str, messages: Sequence[Message], reply_tokens: int | None) -> Prompt:
        """Return the instructions and as many whole turns, the newest, as the window takes; the last one always."""
        system = (encoded({"role": "system", "content": instructions}),) if instructions else ()
        groups = _alternating(messages)
        joined = [_joined(group) for group in groups]
        pieces = self._encoded.of(joined)
        first = self._first_that_fits(joined, pieces, sum(len(piece) for piece in system), reply_tokens)
        return Prompt((*system, *pieces[first:]), sum(len(group) for group in groups[:first]))

    def learn(self, prompt: Prompt, input_tokens: int) -> None:
        """Note how many tokens the server counted in a prompt."""
        if input_tokens > 0:
            self._tokens_per_byte = input_tokens / max(1, prompt.size_bytes)

    def shrink(self, prompt: Prompt, numbers: tuple[int, int] | None) -> None:
        """Note that a prompt was too long; numbers: its tokens and the window's, where the server told them."""
        if numbers is None:
            self.window_tokens = int(prompt.size_bytes * self._tokens_per_byte / 2)
            return
        asked_tokens, self.window_tokens = numbers
        self.learn(prompt, asked_tokens)

    def _first_that_fits(
        self, messages: Sequence[Message], pieces: Sequence[bytes], system_bytes: int, reply_tokens: int | None
    ) -> int:
        if self.window_tokens is None:
            return 0
        reply_tokens = min(reply_tokens or self.window_tokens, self.window_tokens // _REPLY_SHARE)
        left = (self.window_tokens - reply_tokens) / self._tokens_per_byte - system_bytes
        first = len(messages) - 1
        for index in range(len(messages) - 1, -1, -1):
            left -= len(pieces[index])
            if left < 0:
                break
            if messages[index].role == "user":
                first = index
        return max(first, 0)


def _alternating(messages: Sequence[Message]) -> list[list[Message]]:
    """Put messages of one role that follow each other together; many chat templates refuse them apart."""
    groups: list[list[Message]] = []
    for message in messages:
        if groups and groups[-1][0].role == message.role:
            groups[-1].append(message)
        else:
            groups.append([message])
    return groups


def _joined(group: Sequence[Message]) -> Message:
    first, *others = group
    return replace(first, parts=tuple(part for message in group for part in message.parts)) if others else first


def _message(message: Message) -> object:
    images = [part.url for part in message.parts if isinstance(part, ImageUrlPart)]
    if not images or message.role == "assistant":
        return {"role": message.role, "content": message.text or "…"}
    text: list[object] = [{"type": "text", "text": message.text}] if message.text else []
    pictures = [{"type": "image_url", "image_url": {"url": url}} for url in images]
    return {"role": message.role, "content": [*text, *pictures]}
