"""The tool calls of a response as run steps, from their deltas. Pure, and knows of messages nothing."""

from dataclasses import replace
from typing import Final

from frieza_tui.backends.loose_json import Json, json_object, text_of
from frieza_tui.backends.responses.wire import WAITING_CALLS, call_of, is_output, output_texts
from frieza_tui.domain.events import RunEvent, StepChanged, StepDelta
from frieza_tui.domain.run import RunStep, StepStatus, ToolCall, ToolCallKind

INPUT_KINDS: Final[dict[str, ToolCallKind]] = {
    "response.code_interpreter_call_code.delta": "code_interpreter",
    "response.function_call_arguments.delta": "function",
    "response.mcp_call_arguments.delta": "mcp",
    "response.custom_tool_call_input.delta": "other",
    "response.shell_call_command.delta": "other",
}
"""Events that bring a piece of a call's input, and the kind of the call."""


class ToolSteps:
    """One run step for each item of a response that is a tool call."""

    def __init__(self) -> None:
        self.waiting: dict[str, ToolCall] = {}
        """By item id: calls that somebody else has to answer."""
        self._calls: dict[str, ToolCall] = {}
        self._steps: dict[str, str] = {}
        self._done: set[str] = set()

    @property
    def last_id(self) -> str:
        """Of the call that began last; "" before the first."""
        return next(reversed(self._calls), "")

    def open(self, item_id: str, item: Json) -> list[RunEvent]:
        """A call has begun, or its output."""
        if is_output(item):
            self._steps[item_id] = self._step_of(item_id, item)
            return []
        call = call_of(item)
        if call is None or item_id in self._calls:
            return []
        self._calls[item_id] = call
        return [StepChanged(RunStep(item_id, "tool_calls", "in_progress", (call,)))]

    def add_input(self, item_id: str, kind: ToolCallKind, piece: str) -> list[RunEvent]:
        """A piece of a call's code or arguments has come."""
        call_id, name = self._names(item_id)
        return [StepDelta(item_id, 0, ToolCall(kind, call_id, name, piece))] if piece else []

    def add_output(self, item_id: str, delta: Json) -> list[RunEvent]:
        """A piece of what a shell printed has come."""
        step_id = self._steps.get(item_id, item_id)
        call_id, name = self._names(step_id)
        texts = tuple(text for key in ("stdout", "stderr") if (text := text_of(delta.get(key))))
        return [StepDelta(step_id, 0, ToolCall("other", call_id, name, outputs=texts))] if texts else []

    def close(self, item_id: str, item: Json) -> list[RunEvent]:
        """A call, or its output, is as it will stay; a call that waits for an answer goes on."""
        if item_id in self._done:
            return []
        call = self._with_output(item_id, item) if is_output(item) else call_of(item)
        if call is None:
            return []
        self._done.add(item_id)
        item_id = self._steps.get(item_id, item_id)
        self._calls[item_id] = call
        self._done.add(item_id)
        is_failed = item.get("status") in ("failed", "incomplete") or item.get("error")
        status: StepStatus = "failed" if is_failed else "completed"
        if item.get("type") in WAITING_CALLS:
            self.waiting[item_id] = call
            status = "in_progress"
        error = text_of(json_object(item.get("error")).get("message")) or text_of(item.get("error")) or None
        return [StepChanged(RunStep(item_id, "tool_calls", status, (call,), error=error))]

    def close_all(self, status: StepStatus) -> list[RunEvent]:
        """The response has ended: close the calls that it left open; who waits is not answered unless it is whole."""
        unanswered = () if status == "completed" else tuple(self.waiting)
        left = [item_id for item_id in self._calls if item_id not in self._done or item_id in unanswered]
        self._done.update(left)
        return [StepChanged(RunStep(one, "tool_calls", status, (self._calls[one],))) for one in left]

    def _step_of(self, item_id: str, item: Json) -> str:
        """Return the step of the call that an output names; one of its own if nothing is known of the call."""
        call_id = text_of(item.get("call_id"))
        return next((step_id for step_id, call in self._calls.items() if call_id and call.id == call_id), item_id)

    def _with_output(self, item_id: str, item: Json) -> ToolCall | None:
        """Return the call that an output item is about, with it; None if it says nothing."""
        texts = output_texts(item)
        if not texts:
            return None
        step_id = self._steps.setdefault(item_id, self._step_of(item_id, item))
        call = self._calls.get(step_id) or ToolCall("other", text_of(item.get("call_id")), text_of(item.get("type")))
        return replace(call, outputs=texts)

    def _names(self, item_id: str) -> tuple[str, str]:
        call = self._calls.get(item_id)
        return (call.id, call.name) if call else (item_id, "")
