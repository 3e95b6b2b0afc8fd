"""What a bubble is made of, as plain data. Knows no widget."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Author: TypeAlias = Literal["user", "assistant", "notice"]
SegmentKind: TypeAlias = Literal["text", "reasoning", "code", "output", "refusal", "note"]
"""text is Markdown, code a tool's Python, output preformatted; reasoning, refusal and note are shown as typed."""
Tone: TypeAlias = Literal["", "active", "warning", "error"]

Words: TypeAlias = str | Callable[[], str]
"""What never changes, such as a name, or what is said in the language in use."""

SEGMENT_KINDS: frozenset[str] = frozenset({"text", "reasoning", "code", "output", "refusal", "note"})


@dataclass(frozen=True, slots=True)
class BubbleState:
    """A word beside the label, such as "queued" or "cancelled"."""

    text: Words = ""
    tone: Tone = ""


NO_STATE = BubbleState()


def spoken(words: Words) -> str:
    """Say words now."""
    return words if isinstance(words, str) else words()


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A block of code of a message, exactly as it was written."""

    language: str
    """The first word after the fence; may be empty."""
    text: str
    """Without fences, without indentation of the list it stands in, with its last newline."""
