"""Writes the run steps of a run: one for each message, one for each round of tool calls."""

from typing import Literal, TypeAlias

from frieza_tui.domain.events import StepDelta
from frieza_tui.domain.run import RunStep, ToolCall
from frieza_tui.domain.thread import new_id
from frieza_tui.server import convert
from frieza_tui.server.objects import Json, LastError, RunObject, StepObject, UsageObject
from frieza_tui.server.recorder import Recorder

Ending: TypeAlias = Literal["completed", "failed", "cancelled", "expired"]


class _ToolStep:
    def __init__(self, step: StepObject) -> None:
        self.step = step
        self.calls: dict[int, ToolCall] = {}

    def details(self) -> Json:
        calls = [convert.tool_call(self.calls[index]) for index in sorted(self.calls)]
        return {"type": "tool_calls", "tool_calls": calls}


class StepWriter:
    """The steps that are open: at most one that writes a message, any number that call tools, by the backend's ids."""

    def __init__(self, run: RunObject, recorder: Recorder) -> None:
        self._run = run
        self._recorder = recorder
        self._message_step: StepObject | None = None
        self._tool_steps: dict[str, _ToolStep] = {}

    def open_message_step(self, message_id: str) -> None:
        """Begin the step that writes a message; the one before it is over."""
        self.close_message_step("completed")
        details = {"type": "message_creation", "message_creation": {"message_id": message_id}}
        self._message_step = self._open("message_creation", details)

    def close_message_step(
        self, ending: Ending, used: UsageObject | None = None, error: LastError | None = None
    ) -> None:
        """End the step that writes a message, if there is one."""
        step, self._message_step = self._message_step, None
        if step is not None:
            self._close(step, ending, used, error)

    def change(self, step: RunStep) -> None:
        """Take in what a backend says of a step. Those that write messages are told by the messages themselves."""
        if step.kind == "message_creation":
            return
        tool_step = self._tool_step(step.id)
        if step.tool_calls:
            tool_step.calls = dict(enumerate(step.tool_calls))
        if step.status == "in_progress":
            return
        del self._tool_steps[step.id]
        tool_step.step.step_details = tool_step.details()
        error = LastError("server_error", convert.clean(step.error)) if step.error else None
        self._close(tool_step.step, step.status, convert.usage(step.usage), error)

    def add(self, delta: StepDelta) -> None:
        """Append to a tool call."""
        if delta.kind == "message_creation":
            return
        tool_step = self._tool_step(delta.step_id)
        before = tool_step.calls.get(delta.index)
        tool_step.calls[delta.index] = delta.call if before is None else convert.grown(before, delta.call)
        calls = [convert.tool_call_delta(delta.index, before, delta.call)]
        details: Json = {"step_details": {"type": "tool_calls", "tool_calls": calls}}
        event = {"id": tool_step.step.id, "object": "thread.run.step.delta", "delta": details}
        self._recorder.tell(event, "thread.run.step.delta")

    def await_outputs(self, required: tuple[ToolCall, ...]) -> None:
        """Keep the calls that the run waits for; those that no step has told of get one."""
        told = {call.id for tool_step in self._tool_steps.values() for call in tool_step.calls.values()}
        step_id = new_id("required")
        for index, call in enumerate(call for call in required if call.id not in told):
            self.add(StepDelta(step_id, index, call))
        for tool_step in self._tool_steps.values():
            tool_step.step.step_details = tool_step.details()
            self._recorder.save(tool_step.step)

    def take_outputs(self, outputs: dict[str, str]) -> None:
        """End the open tool steps with what the client's functions gave, by call id."""
        for tool_step in self._tool_steps.values():
            for index, call in tool_step.calls.items():
                if call.id in outputs:
                    tool_step.calls[index] = convert.grown(call, ToolCall(call.kind, outputs=(outputs[call.id],)))
        self.close_tool_steps("completed")

    def close_tool_steps(self, ending: Ending, error: LastError | None = None) -> None:
        """End every open tool step."""
        steps, self._tool_steps = self._tool_steps, {}
        for tool_step in steps.values():
            tool_step.step.step_details = tool_step.details()
            self._close(tool_step.step, ending, None, error)

    def _tool_step(self, backend_id: str) -> _ToolStep:
        tool_step = self._tool_steps.get(backend_id)
        if tool_step is None:
            self.close_message_step("completed")
            step = self._open("tool_calls", {"type": "tool_calls", "tool_calls": []})
            tool_step = self._tool_steps[backend_id] = _ToolStep(step)
        return tool_step

    def _open(self, kind: Literal["message_creation", "tool_calls"], details: Json) -> StepObject:
        run = self._run
        step = StepObject(
            id=new_id("step"),
            created_at=convert.now(),
            run_id=run.id,
            assistant_id=run.assistant_id,
            thread_id=run.thread_id,
            type=kind,
            expires_at=run.expires_at,
            step_details=details,
        )
        self._recorder.add(step, "thread.run.step.created", "thread.run.step.in_progress")
        return step

    def _close(self, step: StepObject, ending: Ending, used: UsageObject | None, error: LastError | None) -> None:
        step.status, step.usage, step.last_error = ending, used, error
        match ending:
            case "completed":
                step.completed_at = convert.now()
            case "failed":
                step.failed_at = convert.now()
            case "cancelled":
                step.cancelled_at = convert.now()
            case "expired":
                step.expired_at = convert.now()
        self._recorder.save(step, f"thread.run.step.{ending}")
