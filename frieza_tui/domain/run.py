"""A run: one answer in the making, its steps, and what it used."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

RunStatus: TypeAlias = Literal[
    "queued",
    "in_progress",
    "requires_action",
    "completed",
    "incomplete",
    "failed",
    "cancelling",
    "cancelled",
    "expired",
]
StepStatus: TypeAlias = Literal["in_progress", "completed", "failed", "cancelled", "expired"]
StepKind: TypeAlias = Literal["message_creation", "tool_calls"]
ToolCallKind: TypeAlias = Literal[
    "code_interpreter", "file_search", "function", "web_search", "mcp", "image_generation", "other"
]

ENDED: frozenset[RunStatus] = frozenset({"completed", "incomplete", "failed", "cancelled", "expired"})
"""The states that a run never leaves. requires_action is not one: the run waits for tool outputs."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of a run: read, of those cached, written, of those reasoning."""

    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0
    reasoning_tokens: int = 0


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool call, whole or as far as it has come."""

    kind: ToolCallKind
    id: str = ""
    name: str = ""
    """The function's or tool's name; empty for built-in tools."""
    input: str = ""
    """Code for a code interpreter, JSON arguments for a function, a query for a search."""
    outputs: tuple[str, ...] = ()
    """Logs, a function's output, search hits: text, one entry each."""
    images: tuple[str, ...] = ()
    """File ids of images that a code interpreter made."""


@dataclass(frozen=True, slots=True)
class RunStep:
    """What a run does besides writing, or the writing of one message."""

    id: str
    kind: StepKind
    status: StepStatus
    tool_calls: tuple[ToolCall, ...] = ()
    message_id: str | None = None
    error: str | None = None
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class RunError:
    """Why a run failed, in the server's words."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Run:
    """A run's state at one moment."""

    id: str
    status: RunStatus
    model: str | None = None
    usage: Usage | None = None
    """Known only in states that a run never leaves."""
    error: RunError | None = None
    incomplete_reason: str | None = None
    """max_completion_tokens, max_prompt_tokens, content_filter, … as the server names it."""
    required_calls: tuple[ToolCall, ...] = ()
    """In requires_action: the function calls whose outputs the run waits for."""
    dropped_messages: int = 0
    """Oldest messages left out of this run's prompt because the context window was full."""
    thread_id: str = ""
    """The server's thread that it runs on; empty where the API has none, or does not say."""
    read_fraction: float | None = None
    """How much of its prompt the embedded model has read, 0 to 1, before it writes; None: nobody says."""

    @property
    def has_stopped(self) -> bool:
        """Whether it will not go on by itself: it has ended, or it waits for outputs."""
        return self.status in ENDED or self.status == "requires_action"


@dataclass(frozen=True, slots=True)
class RunOrigin:
    """Who made a run: over which API, where, with which model; as a backend's label says it."""

    api: str
    server: str
    model: str
