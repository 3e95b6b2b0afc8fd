"""Has the engine read a prompt before it is asked for, in small steps that can be given up. Knows no run events."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from frieza_tui.backends.embedded.engine_client import EngineClient
from frieza_tui.backends.embedded.prompts import ChatMessage, Prompt

STEP_TOKENS = 16
"""A message that is sent meanwhile waits for one step, half a second on two slow cores; smaller ones cost more."""
_ANY_MESSAGE = {"role": "user", "content": "?"}


class PromptReader:
    """What the engine has read of the prompts that may come. One for each engine process."""

    def __init__(self, client: EngineClient) -> None:
        self._client = client
        self._last: list[int] = []
        self._settled: tuple[Sequence[ChatMessage], list[int]] = ((), [])

    async def read(self, prompt: Prompt, is_wanted: Callable[[], bool]) -> None:
        """Read on from what this prompt shares with the last one, as long as it is wanted.

        Raises: EngineError, EngineGone.
        """
        tokens = await self._client.tokens_of(prompt.as_chat())
        settled = await self._settled_tokens(prompt.messages[: prompt.settled_messages])
        # Never less than what is settled: the engine forgets what is beyond the prompt that it reads.
        begin = max(_shared(tokens, settled), _shared(tokens, self._last))
        for _start, end in pairwise([*range(begin, len(tokens), STEP_TOKENS), len(tokens)]):
            if not is_wanted():
                return
            await self._client.read_tokens(tokens[:end])
            self._last = tokens[:end]

    async def _settled_tokens(self, messages: Sequence[ChatMessage]) -> list[int]:
        if self._settled[0] != messages:
            self._settled = (messages, await self._client.tokens_of([*messages, _ANY_MESSAGE]))
        return self._settled[1]


def _shared(tokens: Sequence[int], others: Sequence[int]) -> int:
    """Return how many tokens are the same from the beginning on."""
    pairs = enumerate(zip(tokens, others, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(tokens), len(others)))
