"""An assistant: who answers, how, and with which examples."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

ToolKind: TypeAlias = Literal["code_interpreter", "file_search", "function"]


@dataclass(frozen=True, slots=True)
class Example:
    """One exchange that shows a small model the voice it is to speak in."""

    user: str
    reply: str


@dataclass(frozen=True, slots=True)
class ExamplePack:
    """What small embedded models are given instead of the bare instructions, for one language."""

    language: str
    """A language code as in an assistant file's table names: "ja" or "en"."""
    system: str
    examples: tuple[Example, ...]
    openers: tuple[str, ...] = ()
    """Beginnings of a reply, one of which is put into the model's mouth; "" stands for none."""
    more: tuple[Example, ...] = ()
    """Examples that are given only beside a message they are like, any number."""


@dataclass(frozen=True, slots=True)
class Assistant:
    """Name, instructions, model and tools; the Assistants API's object of that name, as plain data."""

    name: str
    instructions: str
    model: str | None = None
    """None: the backend's default."""
    tools: tuple[ToolKind, ...] = ()
    packs: tuple[ExamplePack, ...] = field(default=(), repr=False)
    """Used by the embedded model only; no other backend is sent them."""
