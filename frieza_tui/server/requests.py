"""The bodies of requests: every field that the official clients may send, and no other.

Sources: the params types of openai 3.54 (Python) and of openai 4.33.0 (Node, the API's v1 of April 2024: `file_ids`,
`retrieval`). Fields that this server cannot carry out are accepted and given back.
"""

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from frieza_tui.server.objects import ImageFile, ImageUrl, Json

Name: TypeAlias = Annotated[str, Meta(max_length=256)]
Description: TypeAlias = Annotated[str, Meta(max_length=512)]
Instructions: TypeAlias = Annotated[str, Meta(max_length=256_000)]
Temperature: TypeAlias = Annotated[float, Meta(ge=0, le=2)]
TopP: TypeAlias = Annotated[float, Meta(ge=0, le=1)]
Count: TypeAlias = Annotated[int, Meta(ge=1)]
MetadataIn: TypeAlias = Annotated[
    dict[Annotated[str, Meta(max_length=64)], Annotated[str, Meta(max_length=512)]], Meta(max_length=16)
]


class Body(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A JSON object that refuses unknown fields."""


class FunctionDefinition(Body):
    """What a function tool is called and takes."""

    name: str
    description: str | None = None
    parameters: Json | None = None
    strict: bool | None = None


class FunctionTool(Body, tag="function"):
    """A function of the client's."""

    function: FunctionDefinition


class CodeInterpreterTool(Body, tag="code_interpreter"):
    """Accepted; nothing here carries it out unless the backend does."""


class FileSearchTool(Body, tag="file_search"):
    """Accepted; nothing here carries it out unless the backend does."""

    file_search: Json | None = None


class RetrievalTool(Body, tag="retrieval"):
    """The v1 name of file_search."""


ToolIn: TypeAlias = FunctionTool | CodeInterpreterTool | FileSearchTool | RetrievalTool
ToolsIn: TypeAlias = Annotated[list[ToolIn], Meta(max_length=128)]


def plain_tools(tools: list[ToolIn]) -> list[Json]:
    """Return tools as they are kept; v1's retrieval is called file_search since v2."""
    return [{"type": "file_search"} if isinstance(tool, RetrievalTool) else msgspec.to_builtins(tool) for tool in tools]


class TextIn(Body, tag="text"):
    """A text part."""

    text: str


class ImageFileIn(Body, tag="image_file"):
    """An image part, by file."""

    image_file: ImageFile


class ImageUrlIn(Body, tag="image_url"):
    """An image part, by address."""

    image_url: ImageUrl


PartIn: TypeAlias = TextIn | ImageFileIn | ImageUrlIn


class AttachmentIn(Body):
    """A file attached to a message; given back, not read."""

    file_id: str | None = None
    tools: list[Json] | None = None


class MessageCreate(Body):
    """A message, by itself or within a thread or a run."""

    role: Literal["user", "assistant"]
    content: str | list[PartIn]
    attachments: list[AttachmentIn] | None = None
    metadata: MetadataIn | None = None
    file_ids: list[str] | None = None


class MetadataUpdate(Body):
    """The body of modifying a message or a run."""

    metadata: MetadataIn | UnsetType | None = UNSET


class ThreadCreate(Body):
    """A new thread."""

    messages: list[MessageCreate] | None = None
    metadata: MetadataIn | None = None
    tool_resources: Json | None = None


class ThreadUpdate(MetadataUpdate):
    """Changes to a thread."""

    tool_resources: Json | UnsetType | None = UNSET


class AssistantFields(MetadataUpdate):
    """What an assistant may have beside its model."""

    name: Name | UnsetType | None = UNSET
    description: Description | UnsetType | None = UNSET
    instructions: Instructions | UnsetType | None = UNSET
    tools: ToolsIn | UnsetType = UNSET
    tool_resources: Json | UnsetType | None = UNSET
    temperature: Temperature | UnsetType | None = UNSET
    top_p: TopP | UnsetType | None = UNSET
    response_format: str | Json | UnsetType | None = UNSET
    reasoning_effort: str | UnsetType | None = UNSET
    file_ids: list[str] | UnsetType | None = UNSET


class AssistantUpdate(AssistantFields):
    """Changes to an assistant; what is not sent stays."""

    model: str | UnsetType = UNSET


class AssistantCreate(AssistantFields, kw_only=True):
    """A new assistant."""

    model: str


class Truncation(Body):
    """How many messages of the thread a run is given."""

    type: Literal["auto", "last_messages"]
    last_messages: Count | None = None


class RunBody(Body):
    """What creating a run, and creating a thread with a run, have in common."""

    assistant_id: str
    model: str | None = None
    instructions: Instructions | None = None
    tools: ToolsIn | None = None
    metadata: MetadataIn | None = None
    temperature: Temperature | None = None
    top_p: TopP | None = None
    stream: bool | None = None
    max_prompt_tokens: Count | None = None
    max_completion_tokens: Count | None = None
    truncation_strategy: Truncation | None = None
    tool_choice: str | Json | None = None
    parallel_tool_calls: bool | None = None
    response_format: str | Json | None = None
    reasoning_effort: str | None = None


class RunCreate(RunBody):
    """A new run on a thread."""

    additional_instructions: str | None = None
    additional_messages: list[MessageCreate] | None = None


class ThreadRunCreate(RunBody):
    """A new thread with a run on it."""

    thread: ThreadCreate | None = None
    tool_resources: Json | None = None


class ToolOutput(Body):
    """What one function call gave."""

    tool_call_id: str | None = None
    output: str | None = None


class ToolOutputs(Body):
    """The outputs that a run waits for."""

    tool_outputs: list[ToolOutput]
    stream: bool | None = None


class Nothing(msgspec.Struct):
    """A body that is not read: cancel takes none."""
