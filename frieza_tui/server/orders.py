"""What a client orders: from the body that creates a run to the run object, and to what the backend is asked."""

from frieza_tui.backends.base import RunRequest, Sampling
from frieza_tui.domain.assistant import Assistant, ToolKind
from frieza_tui.domain.thread import Thread, new_id
from frieza_tui.server import convert
from frieza_tui.server.objects import AssistantObject, Json, MessageObject, RunObject
from frieza_tui.server.options import ServerOptions
from frieza_tui.server.requests import RunBody, RunCreate, ThreadRunCreate, Truncation, plain_tools
from frieza_tui.server.state import State

_TOOL_KINDS: tuple[ToolKind, ...] = ("code_interpreter", "file_search", "function")


def new_run(options: ServerOptions, thread_id: str, assistant: AssistantObject, body: RunBody) -> RunObject:
    """Return a queued run: what the body does not say, the assistant does."""
    created_at = convert.now()
    return RunObject(
        id=new_id("run"),
        created_at=created_at,
        expires_at=created_at + int(options.run_lifetime_s),
        assistant_id=assistant.id,
        thread_id=thread_id,
        model=body.model or assistant.model,
        instructions=_instructions(assistant, body),
        tools=assistant.tools if body.tools is None else plain_tools(body.tools),
        tool_resources=(body.tool_resources if isinstance(body, ThreadRunCreate) else None) or {},
        metadata=body.metadata or {},
        temperature=assistant.temperature if body.temperature is None else body.temperature,
        top_p=assistant.top_p if body.top_p is None else body.top_p,
        reasoning_effort=body.reasoning_effort or assistant.reasoning_effort,
        max_prompt_tokens=body.max_prompt_tokens,
        max_completion_tokens=body.max_completion_tokens,
        truncation_strategy=_truncation(body.truncation_strategy),
        response_format=body.response_format or assistant.response_format,
        tool_choice=body.tool_choice or "auto",
        parallel_tool_calls=body.parallel_tool_calls is not False,
    )


def _instructions(assistant: AssistantObject, body: RunBody) -> str:
    own = assistant.instructions if body.instructions is None else body.instructions
    added = body.additional_instructions if isinstance(body, RunCreate) else None
    return "\n".join(text for text in (own, added) if text)


def _truncation(strategy: Truncation | None) -> Json:
    if strategy is None:
        return {"type": "auto", "last_messages": None}
    return {"type": strategy.type, "last_messages": strategy.last_messages}


def run_request(state: State, run: RunObject) -> RunRequest:
    """Return what a backend is asked for a run: its assistant, and its thread as it stands now."""
    keeper = state.find(AssistantObject, run.assistant_id)
    offered = {tool.get("type") for tool in run.tools}
    assistant = Assistant(
        name=(keeper.name if keeper else None) or "",
        instructions=run.instructions,
        model=run.model,
        tools=tuple(kind for kind in _TOOL_KINDS if kind in offered),
    )
    messages = [convert.message(stored) for stored in state.all(MessageObject, run.thread_id) if stored.content]
    if run.truncation_strategy.get("type") == "last_messages":
        messages = messages[-(run.truncation_strategy.get("last_messages") or len(messages)) :]
    sampling = Sampling(run.temperature, run.top_p, run.max_completion_tokens)
    return RunRequest(assistant, Thread(run.thread_id, tuple(messages)), sampling)
