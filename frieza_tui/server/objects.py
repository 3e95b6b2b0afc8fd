"""The API's objects as they stand on the wire and in the state file. Knows neither backends nor HTTP."""

from typing import Any, ClassVar, Literal, TypeAlias

import msgspec

Json: TypeAlias = dict[str, Any]
Metadata: TypeAlias = dict[str, str]


class Wire(msgspec.Struct, kw_only=True):
    """An object that has an id and is kept."""

    NOUN: ClassVar[str] = ""
    """The API's word for it in error messages."""

    id: str
    created_at: int
    """Seconds since the epoch, as are all `…_at` fields."""


class AssistantObject(Wire, kw_only=True):
    """An assistant."""

    NOUN = "assistant"

    object: Literal["assistant"] = "assistant"
    model: str
    name: str | None = None
    description: str | None = None
    instructions: str | None = None
    tools: list[Json] = []
    tool_resources: Json | None = None
    metadata: Metadata = {}
    temperature: float | None = None
    top_p: float | None = None
    response_format: str | Json | None = "auto"
    reasoning_effort: str | None = None


class ThreadObject(Wire, kw_only=True):
    """A thread; its messages stand beside it."""

    NOUN = "thread"

    object: Literal["thread"] = "thread"
    metadata: Metadata = {}
    tool_resources: Json | None = None


class TextValue(msgspec.Struct):
    """Text with its annotations."""

    value: str
    annotations: list[Json] = []


class TextBlock(msgspec.Struct, tag="text"):
    """A text part."""

    text: TextValue


class RefusalBlock(msgspec.Struct, tag="refusal"):
    """A refusal part."""

    refusal: str


class ImageFile(msgspec.Struct, omit_defaults=True):
    """An image that a server keeps."""

    file_id: str
    detail: str | None = None


class ImageFileBlock(msgspec.Struct, tag="image_file"):
    """An image part, by file."""

    image_file: ImageFile


class ImageUrl(msgspec.Struct, omit_defaults=True):
    """An image by its address."""

    url: str
    detail: str | None = None


class ImageUrlBlock(msgspec.Struct, tag="image_url"):
    """An image part, by address."""

    image_url: ImageUrl


Block: TypeAlias = TextBlock | RefusalBlock | ImageFileBlock | ImageUrlBlock


class IncompleteDetails(msgspec.Struct):
    """Why a message or a run is incomplete."""

    reason: str | None


class MessageObject(Wire, kw_only=True):
    """A message."""

    NOUN = "message"

    object: Literal["thread.message"] = "thread.message"
    assistant_id: str | None = None
    thread_id: str
    run_id: str | None = None
    status: Literal["in_progress", "incomplete", "completed"] = "completed"
    incomplete_details: IncompleteDetails | None = None
    incomplete_at: int | None = None
    completed_at: int | None = None
    role: Literal["user", "assistant"]
    content: list[Block] = []
    attachments: list[Json] = []
    metadata: Metadata = {}


class UsageObject(msgspec.Struct):
    """Tokens of a run or a step."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_token_details: dict[str, int]
    completion_tokens_details: dict[str, int]


class LastError(msgspec.Struct):
    """Why a run or a step failed."""

    code: Literal["server_error", "rate_limit_exceeded", "invalid_prompt"]
    message: str


class RunObject(Wire, kw_only=True):
    """A run."""

    NOUN = "run"

    object: Literal["thread.run"] = "thread.run"
    assistant_id: str
    thread_id: str
    status: str = "queued"
    started_at: int | None = None
    expires_at: int | None
    cancelled_at: int | None = None
    failed_at: int | None = None
    completed_at: int | None = None
    required_action: Json | None = None
    last_error: LastError | None = None
    model: str
    instructions: str = ""
    tools: list[Json] = []
    tool_resources: Json | None = None
    metadata: Metadata = {}
    temperature: float | None = None
    top_p: float | None = None
    reasoning_effort: str | None = None
    max_completion_tokens: int | None = None
    max_prompt_tokens: int | None = None
    truncation_strategy: Json
    incomplete_details: IncompleteDetails | None = None
    usage: UsageObject | None = None
    response_format: str | Json | None = "auto"
    tool_choice: str | Json | None = "auto"
    parallel_tool_calls: bool = True


class StepObject(Wire, kw_only=True):
    """A run step."""

    NOUN = "run step"

    object: Literal["thread.run.step"] = "thread.run.step"
    run_id: str
    assistant_id: str
    thread_id: str
    type: Literal["message_creation", "tool_calls"]
    status: Literal["in_progress", "cancelled", "failed", "completed", "expired"] = "in_progress"
    cancelled_at: int | None = None
    completed_at: int | None = None
    expires_at: int | None = None
    expired_at: int | None = None
    failed_at: int | None = None
    last_error: LastError | None = None
    step_details: Json
    metadata: Metadata | None = None
    usage: UsageObject | None = None


class ModelObject(msgspec.Struct):
    """A model."""

    id: str
    created: int
    object: Literal["model"] = "model"
    owned_by: str = "frieza-tui"


class Deleted(msgspec.Struct):
    """The reply to a deletion."""

    id: str
    object: str
    deleted: bool = True


class Page(msgspec.Struct):
    """One page of a list."""

    data: list[Any]
    first_id: str | None
    last_id: str | None
    has_more: bool
    object: Literal["list"] = "list"
