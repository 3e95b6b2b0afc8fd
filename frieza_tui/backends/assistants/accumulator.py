"""Events of an Assistants stream in, run events out. Pure: does no input or output, and knows no SDK."""

from frieza_tui.backends.assistants.wire import (
    image_of,
    message_of,
    reason_of,
    run_of,
    step_of,
    tool_call_of,
)
from frieza_tui.backends.loose_json import Json, json_object, json_objects, text_of
from frieza_tui.backends.run_reasons import fault_of
from frieza_tui.backends.written_messages import WrittenMessages
from frieza_tui.domain.events import (
    RunChanged,
    RunEvent,
    StepChanged,
    StepDelta,
    StreamFault,
    ThreadCreated,
)
from frieza_tui.domain.run import ENDED, Run
from frieza_tui.domain.thread import MessageStatus

_MESSAGE_KINDS = frozenset({"created", "in_progress", "completed", "incomplete"})
_STEP_KINDS = frozenset({"created", "in_progress", "completed", "failed", "cancelled", "expired"})
_RUN_KINDS = ENDED | {"created", "queued", "in_progress", "requires_action", "cancelling"}


class RunAccumulator:
    """Follows one run from its stream's events, and from what the server says when it is asked."""

    def __init__(self) -> None:
        self.run: Run | None = None
        """The run's last known state."""
        self.unknown_events = 0
        """Events and content kinds passed over because nothing here knows them."""
        self._messages = WrittenMessages()

    @property
    def has_ended(self) -> bool:
        """Whether the run will not go on by itself."""
        return self.run is not None and self.run.has_stopped

    @property
    def written_ids(self) -> frozenset[str]:
        """Ids of the messages that the run wrote, those left out in which nothing has come."""
        return self._messages.ids

    def take(self, name: str, data: object) -> list[RunEvent]:
        """Return what one event of the stream means, in order; an empty list for one that means nothing here.

        name: the event's, "" where the server gave none; then the object's own name tells. data: decoded JSON.
        """
        if not isinstance(data, dict):
            self.unknown_events += 1
            return []
        if name == "thread.message.delta":
            return self._message_delta(data)
        return self._take_other(name or _name_of(data), data)

    def catch_up(self, messages: list[Json], *, is_over: bool) -> list[RunEvent]:
        """Return what the messages of the run, as the server lists them, have beyond what was taken in.

        is_over: the run has ended, so that every message is as it will stay.
        """
        events: list[RunEvent] = []
        for data in messages:
            if data.get("role") != "assistant":
                continue
            if is_over or data.get("status") in ("completed", "incomplete"):
                events += self._messages.close(message_of(data), reason_of(data))
            else:
                events += self._messages.catch_up(message_of(data))
        return events

    def change_run(self, run: Run) -> list[RunEvent]:
        """Return the run's new state, after closing what it leaves open."""
        self.run = run
        if run.status not in ENDED:
            return [RunChanged(run)]
        status: MessageStatus = "completed" if run.status == "completed" else "incomplete"
        return [*self._messages.close_all(status, run.incomplete_reason), RunChanged(run)]

    def _take_other(self, name: str, data: Json) -> list[RunEvent]:
        family, _dot, kind = name.rpartition(".")
        match family:
            case "thread.message" if kind == "delta":
                return self._message_delta(data)
            case "thread.message" if kind in _MESSAGE_KINDS:
                return self._message(data, kind)
            case "thread.run.step" if kind == "delta":
                return self._step_delta(data)
            case "thread.run.step" if kind in _STEP_KINDS:
                return [StepChanged(step_of(data, kind))]
            case "thread.run" if kind in _RUN_KINDS:
                return self.change_run(run_of(data, kind))
            case "thread" if kind == "created":
                return [ThreadCreated(text_of(data.get("id")))]
            case "" if kind == "error":
                return [StreamFault(fault_of(data))]
            case _:
                self.unknown_events += 1
                return []

    def _message(self, data: Json, kind: str) -> list[RunEvent]:
        if data.get("role") == "user":
            return []
        if kind in ("completed", "incomplete"):
            return self._messages.close(message_of(data, kind), reason_of(data))
        return self._messages.open(text_of(data.get("id")))

    def _message_delta(self, data: Json) -> list[RunEvent]:
        message_id = text_of(data.get("id"))
        events = self._messages.open(message_id)
        for position, content in enumerate(json_objects(json_object(data.get("delta")).get("content"))):
            index = content.get("index")
            events += self._content(message_id, content, index if isinstance(index, int) else position)
        return events

    def _content(self, message_id: str, content: Json, index: int) -> list[RunEvent]:
        match content.get("type"):
            case "text":
                return self._text(message_id, content.get("text"), index)
            case "refusal":
                return self._messages.refuse(message_id, index, text_of(content.get("refusal")))
            case _:
                image = image_of(content)
                if image is not None:
                    return self._messages.add_image(message_id, index, image)
                self.unknown_events += 1
                return []

    def _text(self, message_id: str, value: object, index: int) -> list[RunEvent]:
        inner = json_object(value)
        text = value if isinstance(value, str) else text_of(inner.get("value"))
        events = self._messages.write(message_id, index, text)
        for data in json_objects(inner.get("annotations")):
            marks = self._messages.annotate(message_id, index, data)
            if marks is None:
                self.unknown_events += 1
            else:
                events += marks
        return events

    def _step_delta(self, data: Json) -> list[RunEvent]:
        details = json_object(json_object(data.get("delta")).get("step_details"))
        step_id = text_of(data.get("id"))
        events: list[RunEvent] = []
        for position, call in enumerate(json_objects(details.get("tool_calls"))):
            index = call.get("index")
            events.append(StepDelta(step_id, index if isinstance(index, int) else position, tool_call_of(call)))
        return events


def _name_of(data: Json) -> str:
    """Return the name that an event without one should have had, from the object in it."""
    if "error" in data and "object" not in data:
        return "error"
    name = text_of(data.get("object"))
    status = text_of(data.get("status"))
    return f"{name}.{status}" if status else name
