"""Writes a run: domain events in; objects kept and wire events told, in the order that API.md section 4 gives."""

from copy import copy
from typing import Literal, TypeAlias

from frieza_tui.domain.events import (
    AnnotationAdded,
    ImageAdded,
    MessageClosed,
    MessageOpened,
    RefusalDelta,
    RunChanged,
    RunEvent,
    StepChanged,
    StepDelta,
    StreamFault,
    TextDelta,
)
from frieza_tui.domain.run import ENDED, Run, RunError, ToolCall, Usage
from frieza_tui.i18n import _
from frieza_tui.server import convert
from frieza_tui.server.message_writer import MessageWriter
from frieza_tui.server.objects import IncompleteDetails, RunObject
from frieza_tui.server.recorder import Recorder
from frieza_tui.server.step_writer import Ending, StepWriter

Final: TypeAlias = Literal["completed", "incomplete", "failed", "cancelled", "expired"]
_STEP_ENDINGS: dict[Final, Ending] = {
    "completed": "completed",
    "incomplete": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
    "expired": "expired",
}


class RunWriter:
    """One run as the wire has it. Nothing is written once it has ended."""

    def __init__(self, run: RunObject, recorder: Recorder, *, tells_reading: bool = False) -> None:
        """Take the run. tells_reading: how far its prompt is read is told too."""
        self.run = run
        self._tells_reading = tells_reading
        self._read_fraction: float | None = None
        self.required: tuple[ToolCall, ...] = ()
        """In requires_action: the calls whose outputs the run waits for."""
        self._recorder = recorder
        self._steps = StepWriter(run, recorder)
        self._messages = MessageWriter(run, recorder, self._steps)

    @property
    def has_ended(self) -> bool:
        """Whether the run is in a state that it never leaves."""
        return self.run.status in ENDED

    @property
    def is_waiting(self) -> bool:
        """Whether the run waits for tool outputs."""
        return self.run.status == "requires_action"

    def create(self) -> None:
        """Keep the new run and tell of it."""
        self._recorder.add(self.run, "thread.run.created", "thread.run.queued")

    def cancelling(self) -> None:
        """Say that the run is about to be cancelled."""
        self.run.status = "cancelling"
        self._recorder.save(self.run, "thread.run.cancelling")

    def resume(self, outputs: dict[str, str]) -> None:
        """Go on with the outputs that the run waited for, by call id."""
        self._steps.take_outputs(outputs)
        self.run.status, self.run.required_action, self.required = "queued", None, ()
        self._recorder.save(self.run, "thread.run.queued")

    def apply(self, event: RunEvent) -> None:
        """Take in one event of the backend."""
        if self.has_ended or self.is_waiting or self.run.status == "cancelling":
            return
        match event:
            case RunChanged(run):
                self._change(run)
            case StreamFault(error):
                self.finish("failed", error=error)
            case MessageOpened(message_id):
                self._start()
                self._messages.open(message_id)
            case TextDelta() | RefusalDelta() | AnnotationAdded() | ImageAdded():
                self._start()
                self._messages.add(event)
            case MessageClosed(message, reason):
                self._messages.replace(message, reason)
            case StepChanged(step):
                self._start()
                self._steps.change(step)
            case StepDelta():
                self._start()
                self._steps.add(event)
            case _:
                pass  # a thread of the backend's own, reasoning: this API has no place for them

    def _change(self, run: Run) -> None:
        self.run.model = run.model or self.run.model
        if run.dropped_messages:
            self.run.metadata = {**self.run.metadata, "dropped_messages": str(run.dropped_messages)}
        match run.status:
            case "in_progress":
                self._start()
                self._tell_reading(run.read_fraction)
            case "requires_action":
                self._wait_for_outputs(run.required_calls)
            case "completed" | "incomplete" | "failed" | "cancelled" | "expired":
                self.finish(run.status, used=run.usage, error=run.error, reason=run.incomplete_reason)
            case _:
                pass  # queued: told at the creation; cancelling: told when the client asks for it

    def _start(self) -> None:
        if self.run.status == "queued":
            self.run.status = "in_progress"
            self.run.started_at = self.run.started_at or convert.now()
            self._recorder.save(self.run, "thread.run.in_progress")

    def _tell_reading(self, fraction: float | None) -> None:
        """Tell, and keep nowhere, how far the prompt is read; without a fraction that it is no longer."""
        if not self._tells_reading or fraction == self._read_fraction:
            return
        self._read_fraction = fraction
        told = copy(self.run)
        if fraction is not None:
            told.metadata = {**self.run.metadata, "prompt_read": f"{fraction:.3f}"}
        self._recorder.tell(told, "thread.run.in_progress")

    def _wait_for_outputs(self, required: tuple[ToolCall, ...]) -> None:
        self._start()
        self._messages.close("completed")
        self._steps.close_message_step("completed")
        self._steps.await_outputs(required)
        self.required = required
        self.run.status = "requires_action"
        calls = [convert.required_call(call) for call in required]
        self.run.required_action = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": calls}}
        self._recorder.save(self.run, "thread.run.requires_action")
        self._recorder.end_stream()

    def finish(
        self, status: Final, *, used: Usage | None = None, error: RunError | None = None, reason: str | None = None
    ) -> None:
        """End the run, and what is open in it. Does nothing if it has ended."""
        if self.has_ended:
            return
        if status in ("completed", "incomplete"):
            self._start()
        if status == "failed":
            error = error or RunError("server_error", _("The run failed; the backend does not say why."))
        self._close_parts(status, used, error, reason)
        run = self.run
        run.status, run.usage, run.required_action, run.expires_at = status, convert.usage(used), None, None
        run.last_error = convert.last_error(error) if error else None
        match status:
            case "completed":
                run.completed_at = convert.now()
            case "incomplete":
                run.incomplete_details = IncompleteDetails(convert.run_reason(reason))
            case "failed":
                run.failed_at = convert.now()
            case "cancelled":
                run.cancelled_at = convert.now()
            case _:
                pass
        self._recorder.save(run, f"thread.run.{status}")
        self._recorder.end_stream()

    def _close_parts(self, status: Final, used: Usage | None, error: RunError | None, reason: str | None) -> None:
        if status == "completed":
            self._messages.close("completed")
        else:
            cause = convert.message_reason(reason) if status == "incomplete" else f"run_{status}"
            self._messages.close("incomplete", cause)
        last_error = convert.step_error(error) if error else None
        self._steps.close_message_step(_STEP_ENDINGS[status], convert.usage(used), last_error)
        self._steps.close_tool_steps(_STEP_ENDINGS[status], last_error)
