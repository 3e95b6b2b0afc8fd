import typing
from typing import Any

import msgspec
import pytest
from openai.types import beta
from openai.types.beta import threads

from frieza_tui.server import requests as ours

# Path parameters, query parameters and helpers' own: not in the body.
NOT_IN_BODY = {"thread_id", "include"}
PAIRS: list[tuple[Any, type[msgspec.Struct]]] = [
    (beta.AssistantCreateParams, ours.AssistantCreate),
    (beta.AssistantUpdateParams, ours.AssistantUpdate),
    (beta.ThreadCreateParams, ours.ThreadCreate),
    (beta.thread_create_params.Message, ours.MessageCreate),
    (beta.ThreadUpdateParams, ours.ThreadUpdate),
    (beta.thread_create_and_run_params.ThreadCreateAndRunParamsStreaming, ours.ThreadRunCreate),
    (beta.thread_create_and_run_params.Thread, ours.ThreadCreate),
    (beta.thread_create_and_run_params.TruncationStrategy, ours.Truncation),
    (threads.MessageCreateParams, ours.MessageCreate),
    (threads.MessageUpdateParams, ours.MetadataUpdate),
    (threads.RunUpdateParams, ours.MetadataUpdate),
    (threads.run_create_params.RunCreateParamsStreaming, ours.RunCreate),
    (threads.run_create_params.AdditionalMessage, ours.MessageCreate),
    (threads.run_submit_tool_outputs_params.RunSubmitToolOutputsParamsStreaming, ours.ToolOutputs),
    (threads.run_submit_tool_outputs_params.ToolOutput, ours.ToolOutput),
]
NODE_4_33: list[tuple[str, type[msgspec.Struct]]] = [
    ("model description file_ids instructions metadata name tools", ours.AssistantCreate),
    ("model description file_ids instructions metadata name tools", ours.AssistantUpdate),
    ("content role file_ids metadata", ours.MessageCreate),
    ("assistant_id instructions metadata model stream temperature thread tools", ours.ThreadRunCreate),
    (
        "assistant_id additional_instructions additional_messages instructions metadata model stream temperature tools",
        ours.RunCreate,
    ),
    ("tool_outputs stream", ours.ToolOutputs),
]


@pytest.mark.parametrize(("params", "body"), PAIRS)
def test_every_field_of_the_python_client_is_known(params: Any, body: type[msgspec.Struct]) -> None:
    sent = set(typing.get_type_hints(params)) - NOT_IN_BODY
    assert sent <= set(body.__struct_fields__)


@pytest.mark.parametrize(("fields", "body"), NODE_4_33)
def test_every_field_of_the_node_client_of_april_2024_is_known(fields: str, body: type[msgspec.Struct]) -> None:
    assert set(fields.split()) <= set(body.__struct_fields__)
