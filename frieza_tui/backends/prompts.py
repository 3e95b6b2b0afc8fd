"""The messages of a request: encoded once, in the order that chat templates take, cut to the window. Asks nobody."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from frieza_tui.backends.encoded_messages import EncodedMessages
from frieza_tui.domain.thread import Message

_TOKENS_PER_BYTE: Final = 1 / 3
"""Before the server has counted: too many rather than too few, in English as in Japanese."""
_LEAST_PER_BYTE: Final = 0.1
_REPLY_SHARE: Final = 4
"""A quarter of the window is kept for the reply, unless its length is set."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a request carries."""

    messages: tuple[bytes, ...]
    """Each as JSON."""
    dropped_messages: int
    """Oldest ones left out."""
    size_bytes: int
    """Of the messages and the instructions."""


class PromptBuilder:
    """Makes the prompts of one conversation, and learns from the server how much fits."""

    def __init__(self, encode: Callable[[Message], object]) -> None:
        """Take the function that gives a message as the API wants it."""
        self.window_tokens: int | None = None
        """Of the model; None while it is not known."""
        self._model = ""
        self._tokens_per_byte = _TOKENS_PER_BYTE
        self._was_refused = False
        self._encoded = EncodedMessages(encode)

    def fit(self, model: str, window_tokens: int | None) -> None:
        """Note whose prompts come now, and its window as listed; what was learnt of another model is forgotten."""
        if model != self._model:
            self._model, self.window_tokens, self._was_refused = model, None, False
        self.window_tokens = self.window_tokens or window_tokens

    def build(self, instructions: str, messages: Sequence[Message], reply_tokens: int | None = None) -> Prompt:
        """Return as many whole turns, the newest, as the window takes beside the instructions; the last one always."""
        self._encoded.follow(messages)
        fixed_bytes = len(instructions.encode("utf-8", "replace"))
        first = self._first_that_fits(fixed_bytes, reply_tokens)
        if not first:
            return Prompt(tuple(self._encoded.pieces), 0, fixed_bytes + self._encoded.size_bytes)
        pieces = tuple(self._encoded.pieces[first:])
        return Prompt(pieces, self._encoded.ends[first - 1], fixed_bytes + sum(map(len, pieces)))

    def learn(self, prompt: Prompt, input_tokens: int) -> None:
        """Note how many tokens the server counted in a prompt."""
        counted = input_tokens / max(1, prompt.size_bytes)
        # Some servers leave out what they had cached; after a refusal only more tokens than thought are believed.
        self._tokens_per_byte = max(counted, self._tokens_per_byte if self._was_refused else _LEAST_PER_BYTE)

    def shrink(self, prompt: Prompt, numbers: tuple[int, int] | None) -> None:
        """Note that a prompt was too long; numbers: its tokens and the window's, where the server told them."""
        self._was_refused = True
        if numbers is None:
            self.window_tokens = int(prompt.size_bytes * self._tokens_per_byte / 2)
            return
        asked_tokens, self.window_tokens = numbers
        self._tokens_per_byte = asked_tokens / max(1, prompt.size_bytes)

    def _first_that_fits(self, fixed_bytes: int, reply_tokens: int | None) -> int:
        if self.window_tokens is None:
            return 0
        pieces, roles = self._encoded.pieces, self._encoded.roles
        reply_tokens = min(reply_tokens or self.window_tokens, self.window_tokens // _REPLY_SHARE)
        left = (self.window_tokens - reply_tokens) / self._tokens_per_byte - fixed_bytes
        if self._encoded.size_bytes <= left and roles[:1] == ["user"]:
            return 0
        first = len(pieces) - 1
        for index in range(len(pieces) - 1, -1, -1):
            left -= len(pieces[index])
            if left < 0:
                break
            if roles[index] == "user":
                first = index
        return max(first, 0)
