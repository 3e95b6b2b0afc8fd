"""Requests beside the SDK's own parameter types: what they do not have, a strict server refuses."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import SchemaValidator

from tests.support.raw_http import Call


def check_shape(call: Call) -> None:
    """Raise ValidationError where a POST's body is not of its API, or has more than that."""
    type_ = next(type_ for path, type_ in _shapes().items() if re.fullmatch(path, call.path))
    SchemaValidator(_strict(TypeAdapter(type_).core_schema)).validate_python(call.json)


def _shapes() -> Mapping[str, Any]:
    from openai.types.beta.assistant_create_params import AssistantCreateParams
    from openai.types.beta.thread_create_params import ThreadCreateParams
    from openai.types.beta.threads.message_create_params import MessageCreateParams
    from openai.types.beta.threads.run_create_params import RunCreateParamsStreaming
    from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming
    from openai.types.conversations.conversation_create_params import ConversationCreateParams
    from openai.types.responses.response_create_params import ResponseCreateParamsStreaming

    return {
        "/v1/chat/completions": CompletionCreateParamsStreaming,
        "/v1/responses": ResponseCreateParamsStreaming,
        "/v1/conversations": ConversationCreateParams,
        "/v1/assistants": AssistantCreateParams,
        "/v1/threads": ThreadCreateParams,
        r"/v1/threads/\w+/messages": MessageCreateParams,
        r"/v1/threads/\w+/runs": RunCreateParamsStreaming,
    }


def _strict(schema: Any) -> Any:
    """Return a schema that refuses unknown keys, and looks at every entry of what may be any iterable."""
    if isinstance(schema, list | tuple):
        return type(schema)(_strict(one) for one in schema)
    if not isinstance(schema, dict):
        return schema
    strict = {key: _strict(one) for key, one in schema.items()}
    match schema.get("type"):
        case "generator":
            return {**strict, "type": "list"}
        case "typed-dict":
            return {**strict, "extra_behavior": "forbid"}
        case _:
            return strict
