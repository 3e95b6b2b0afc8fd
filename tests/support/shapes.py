"""Requests beside the SDK's own parameter types: what they do not have, a strict server refuses."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic_core import SchemaValidator
from typing_extensions import TypedDict

from tests.support.raw_http import Call


def check_shape(call: Call) -> None:
    """Raise ValidationError where a request's body or query is not of its API, or has more than that."""
    shapes = _bodies() if call.method == "POST" else _queries() if call.method == "GET" else _EMPTY
    path = next((path for path in shapes if re.fullmatch(path, call.path)), None)
    assert path is not None, f"{call.method} {call.path}"
    query = {name: _decoded(value) for name, (value,) in call.query.items()}
    _validator(shapes[path]).validate_python(call.json if call.method == "POST" else query)


@cache
def _validator(type_: Any) -> SchemaValidator:
    return SchemaValidator(_strict(TypeAdapter(type_).core_schema))


def _decoded(value: str) -> object:
    try:
        return json.loads(value)
    except ValueError:
        return value


class Nothing(TypedDict):
    """No body and no query."""


_EMPTY: Final[Mapping[str, Any]] = {
    r"/v1/conversations/\w+(/items/\w+)?": Nothing,
    r"/v1/responses/\w+": Nothing,
    r"/v1/assistants/\w+": Nothing,
    r"/v1/threads/\w+(/messages/\w+)?": Nothing,
}
"""What is deleted."""


def _bodies() -> Mapping[str, Any]:
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
        r"/v1/threads/\w+/runs/\w+/cancel": Nothing,
        r"/v1/responses/\w+/cancel": Nothing,
    }


def _queries() -> Mapping[str, Any]:
    from openai.types.beta.threads.message_list_params import MessageListParams
    from openai.types.beta.threads.run_list_params import RunListParams
    from openai.types.conversations.item_list_params import ItemListParams
    from openai.types.responses.response_retrieve_params import ResponseRetrieveParamsStreaming

    return {
        "/v1/models": Nothing,
        r"/v1/conversations/\w+/items": ItemListParams,
        r"/v1/responses/\w+": ResponseRetrieveParamsStreaming | Nothing,
        r"/v1/threads/\w+/messages": MessageListParams,
        r"/v1/threads/\w+/runs": RunListParams,
        r"/v1/threads/\w+/runs/\w+": Nothing,
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
