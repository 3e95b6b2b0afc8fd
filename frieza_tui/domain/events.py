"""Run events: what a backend yields while a run lives, a closed union.

The Assistants API's 24 kinds of event have a home here (source: API.md 1.2, `AssistantStreamEvent` of openai 3.54):

    thread.created                                       ThreadCreated
    thread.run.* (11 kinds)                              RunChanged, its status naming the kind
    thread.run.step.created/in_progress/completed/…      StepChanged, its status naming the kind
    thread.run.step.delta                                StepDelta
    thread.message.created/in_progress                   MessageOpened
    thread.message.delta                                 TextDelta, RefusalDelta, AnnotationAdded, ImageAdded
    thread.message.completed/incomplete                  MessageClosed
    error                                                StreamFault

Order within a run: RunChanged first; for each message MessageOpened, its deltas in reading order, MessageClosed; at the
end one RunChanged whose status is final (or requires_action), or StreamFault. Nothing follows that.
"""

from dataclasses import dataclass
from typing import TypeAlias

from frieza_tui.domain.run import Run, RunError, RunStep, StepKind, ToolCall
from frieza_tui.domain.thread import Annotation, ImageFilePart, ImageUrlPart, Message


@dataclass(frozen=True, slots=True)
class ThreadCreated:
    """The server made a thread for this conversation."""

    thread_id: str


@dataclass(frozen=True, slots=True)
class ThreadLost:
    """The server no longer had what it was given of the thread; it is given all of it again. Comes before a run."""


@dataclass(frozen=True, slots=True)
class RunChanged:
    """The run entered a state."""

    run: Run


@dataclass(frozen=True, slots=True)
class StepChanged:
    """A run step entered a state."""

    step: RunStep


@dataclass(frozen=True, slots=True)
class StepDelta:
    """A piece of a tool call arrived; its texts are pieces to append, not the whole."""

    step_id: str
    index: int
    """Which of the step's tool calls it belongs to, from 0."""
    call: ToolCall
    kind: StepKind = "tool_calls"


@dataclass(frozen=True, slots=True)
class MessageOpened:
    """The assistant began a message."""

    message_id: str


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Text to append to one part of a message. Never empty."""

    message_id: str
    text: str
    part: int = 0


@dataclass(frozen=True, slots=True)
class RefusalDelta:
    """Text to append to a refusal part. Never empty."""

    message_id: str
    text: str
    part: int = 0


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """A piece of the model's reasoning or of its summary; not part of the message. Never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class AnnotationAdded:
    """A mark was put on a text part."""

    message_id: str
    annotation: Annotation
    part: int = 0


@dataclass(frozen=True, slots=True)
class ImageAdded:
    """An image part arrived, whole."""

    message_id: str
    image: ImageFilePart | ImageUrlPart
    part: int = 0


@dataclass(frozen=True, slots=True)
class MessageClosed:
    """The message is as it will stay; `message.status` tells completed from incomplete.

    Carries the whole message as the server has it; it replaces what the deltas added up to.
    """

    message: Message
    incomplete_reason: str | None = None


@dataclass(frozen=True, slots=True)
class StreamFault:
    """The server sent an error event; the run's true state is unknown until it is looked up."""

    error: RunError


@dataclass(frozen=True, slots=True)
class ConnectionLost:
    """The run's stream broke; what the run brings beyond it is fetched from the server. Any event may follow."""


RunEvent: TypeAlias = (
    ThreadCreated
    | ThreadLost
    | RunChanged
    | StepChanged
    | StepDelta
    | MessageOpened
    | TextDelta
    | RefusalDelta
    | ReasoningDelta
    | AnnotationAdded
    | ImageAdded
    | MessageClosed
    | StreamFault
    | ConnectionLost
)
