"""A thread: the messages of one conversation, as a tree with one current path."""

import time
from dataclasses import dataclass, field
from typing import Literal, TypeAlias
from uuid import uuid4

Role: TypeAlias = Literal["user", "assistant"]
MessageStatus: TypeAlias = Literal["in_progress", "completed", "incomplete"]
AnnotationKind: TypeAlias = Literal["file_citation", "file_path", "url_citation", "container_file_citation"]


def new_id(prefix: str) -> str:
    """Return a fresh local id such as `msg_6f0c…` (prefix, underscore, 24 hex digits)."""
    return f"{prefix}_{uuid4().hex[:24]}"


@dataclass(frozen=True, slots=True)
class Annotation:
    """A mark in a text part that points to a source or a file."""

    kind: AnnotationKind
    text: str
    """The characters of the part that it replaces or marks; may be empty."""
    target: str
    """A file id or a URL."""
    start: int | None = None
    end: int | None = None
    """Character offsets in the part's text, as the server counts them."""
    title: str = ""
    container_id: str = ""
    """Of a container's file: without it the file's id leads nowhere."""

    @property
    def place(self) -> str:
        """The target as it is shown: of a container's file, both ids."""
        return f"{self.container_id}/{self.target}" if self.container_id else self.target


@dataclass(frozen=True, slots=True)
class TextPart:
    """Text, with what the server noted about it."""

    text: str
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, slots=True)
class RefusalPart:
    """The model's own words for why it does not answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ImageFilePart:
    """An image that the server keeps as a file."""

    file_id: str


@dataclass(frozen=True, slots=True)
class ImageUrlPart:
    """An image by its address; never fetched by itself."""

    url: str


Part: TypeAlias = TextPart | RefusalPart | ImageFilePart | ImageUrlPart


@dataclass(frozen=True, slots=True)
class Message:
    """One message; its text is as it came, so it must pass `text.safe` before anyone sees it."""

    role: Role
    parts: tuple[Part, ...]
    id: str = field(default_factory=lambda: new_id("msg"))
    status: MessageStatus = "completed"
    created_at: float = field(default_factory=time.time)
    """Seconds since the epoch."""

    @property
    def text(self) -> str:
        """All text and refusal parts, joined by blank lines."""
        if len(self.parts) == 1 and isinstance(part := self.parts[0], TextPart):
            return part.text  # nearly always, and a long thread asks for all of them
        return "\n\n".join(part.text for part in self.parts if isinstance(part, TextPart | RefusalPart))


@dataclass(frozen=True, slots=True)
class Node:
    """A message, and the one that it follows."""

    message: Message
    parent_id: str
    """"" for a first message."""


@dataclass(frozen=True, slots=True)
class Thread:
    """The messages of one conversation, oldest first; the truth, of which a server's thread is a copy."""

    id: str = field(default_factory=lambda: new_id("thread"))
    messages: tuple[Message, ...] = ()
    """The current path: what the assistant is given."""
    nodes: tuple[Node, ...] = ()
    """Those of the path and of all branches beside it, in order of arrival; empty while there are none beside it."""

    def with_message(self, message: Message) -> "Thread":
        """Return this thread with a message appended."""
        nodes = (*self.nodes, Node(message, self.head_id)) if self.nodes else ()
        return Thread(self.id, (*self.messages, message), nodes)

    @property
    def head_id(self) -> str:
        """The id of the path's last message; "" if it has none."""
        return self.messages[-1].id if self.messages else ""


def user_message(text: str) -> Message:
    """Return a user's message of one text part."""
    return Message("user", (TextPart(text),))
