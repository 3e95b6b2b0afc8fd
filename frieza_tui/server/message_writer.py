"""Writes the messages of a run, each with the run step that tells of its making."""

import time

import msgspec

from frieza_tui.backends.drafts import MessageDraft
from frieza_tui.domain.events import AnnotationAdded, ImageAdded, RefusalDelta, TextDelta
from frieza_tui.domain.thread import Message, new_id
from frieza_tui.server import convert
from frieza_tui.server.objects import IncompleteDetails, Json, MessageObject, RunObject
from frieza_tui.server.recorder import Recorder
from frieza_tui.server.step_writer import StepWriter

_SAVE_EVERY_S = 0.25


class MessageWriter:
    """The message that is being written, if any. Ids of the backend stay in here: the wire has its own."""

    def __init__(self, run: RunObject, recorder: Recorder, steps: StepWriter) -> None:
        self._run = run
        self._recorder = recorder
        self._steps = steps
        self._draft: MessageDraft | None = None
        self._object: MessageObject | None = None
        self._saved_at = 0.0
        self._annotated: dict[int, int] = {}
        # How many annotations each text part has been told to have; a part not in here is new to the client.

    def open(self, backend_id: str) -> None:
        """Begin a message, unless it is the one that is open."""
        if self._draft is not None and self._draft.message_id == backend_id:
            return
        self.close("completed")
        self._draft = MessageDraft(backend_id)
        self._annotated = {}
        run = self._run
        self._object = MessageObject(
            id=new_id("msg"),
            created_at=convert.now(),
            assistant_id=run.assistant_id,
            thread_id=run.thread_id,
            run_id=run.id,
            status="in_progress",
            role="assistant",
        )
        self._steps.open_message_step(self._object.id)
        self._recorder.add(self._object, "thread.message.created", "thread.message.in_progress")
        self._saved_at = time.monotonic()

    def add(self, event: TextDelta | RefusalDelta | AnnotationAdded | ImageAdded) -> None:
        """Append to the open message; one that the backend did not open is opened."""
        self.open(event.message_id)
        draft, written = self._draft, self._object
        if draft is None or written is None:
            return
        draft.add(event)
        block = self._delta(event)
        if block is None:
            return
        delta: Json = {"content": [block]}
        self._recorder.tell(
            {"id": written.id, "object": "thread.message.delta", "delta": delta}, "thread.message.delta"
        )
        if time.monotonic() - self._saved_at >= _SAVE_EVERY_S:
            written.content = convert.blocks(draft.message("in_progress").parts)
            self._recorder.save(written)
            self._saved_at = time.monotonic()

    def _delta(self, event: TextDelta | RefusalDelta | AnnotationAdded | ImageAdded) -> Json | None:
        match event:
            case TextDelta(text=text):
                value: Json = {"value": convert.clean(text)}
                if event.part not in self._annotated:
                    self._annotated[event.part] = 0
                    value["annotations"] = []
                return {"index": event.part, "type": "text", "text": value}
            case RefusalDelta(text=text):
                return {"index": event.part, "type": "refusal", "refusal": convert.clean(text)}
            case ImageAdded(image=image):
                whole: Json = msgspec.to_builtins(convert.block(image))
                return {"index": event.part, **whole}
            case AnnotationAdded(annotation=mark):
                wire = convert.annotation(mark)
                if wire is None:
                    return None
                place = self._annotated.get(event.part, 0)
                self._annotated[event.part] = place + 1
                return {"index": event.part, "type": "text", "text": {"annotations": [{"index": place, **wire}]}}

    def replace(self, whole: Message, reason: str | None) -> None:
        """End a message with what the backend says that it is."""
        self.open(whole.id)
        if whole.status == "incomplete":
            self.close("incomplete", convert.message_reason(reason), whole)
        else:
            self.close("completed", None, whole)

    def close(self, status: str, reason: str | None = None, whole: Message | None = None) -> None:
        """End the open message, if there is one: "completed", or "incomplete" with a reason."""
        draft, written = self._draft, self._object
        if draft is None or written is None:
            return
        self._draft = self._object = None
        written.content = convert.blocks((whole or draft.message("completed")).parts)
        if status == "completed":
            written.status, written.completed_at = "completed", convert.now()
        else:
            written.status, written.incomplete_at = "incomplete", convert.now()
            written.incomplete_details = IncompleteDetails(reason)
        self._recorder.save(written, f"thread.message.{written.status}")
