"""What one reply is to be: read from the prompt that asks for it. Knows no API."""

import json
import re
from dataclasses import dataclass, field
from typing import Final

from tests.benchmarks.loopback.texts import KINDS, Kind, reply_deltas

_PROMPT: Final = re.compile(r"bench n=(\d+) tokens=(\d+) rate=([\d.]+) kind=(\w+) burst=(\d+)")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt that chooses its reply."""

    n: int
    """The number in the reply's marking words; each prompt has its own."""
    tokens: int
    """Deltas of the reply, the marking words not counted."""
    rate: float = 0.0
    """Deltas per second; 0: as fast as the client takes them."""
    kind: Kind = "markdown"
    burst: int = 0
    """Deltas that come as fast as they are taken before a pause that `go` ends; the rest keeps the rate."""

    @property
    def line(self) -> str:
        """The prompt as it is typed."""
        return f"bench n={self.n} tokens={self.tokens} rate={self.rate} kind={self.kind} burst={self.burst}"


def read_prompt(text: str) -> Prompt | None:
    """Find the last prompt in a text; None where there is none, as in a request for a title."""
    found = _PROMPT.findall(text)
    if not found:
        return None
    n, tokens, rate, kind, burst = found[-1]
    known: Kind = next((one for one in KINDS if one == kind), "markdown")
    return Prompt(int(n), int(tokens), float(rate), known, int(burst))


@dataclass(frozen=True, slots=True)
class Plan:
    """The deltas of one reply, and when they are due."""

    prompt: Prompt | None
    deltas: list[str]
    pause_at: int = 0
    """How many deltas come before the pause; 0: no pause."""
    encoded: list[str] = field(default_factory=list)
    """The deltas as JSON strings, made before the first is sent."""

    @property
    def text(self) -> str:
        """The whole reply."""
        return "".join(self.deltas)


def make_plan(text: str) -> Plan:
    """Plan the reply to a user's message; a short one where the message asks for nothing."""
    prompt = read_prompt(text)
    if prompt is None:
        deltas, pause_at = ["A short reply."], 0
    else:
        deltas, pause_at = reply_deltas(prompt.kind, prompt.n, prompt.tokens, prompt.burst)
    return Plan(prompt, deltas, pause_at, [json.dumps(delta, ensure_ascii=False) for delta in deltas])
