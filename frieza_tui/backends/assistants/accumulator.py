"""Events of an Assistants stream in, run events out. Pure: does no input or output, and knows no SDK."""

from frieza_tui.backends.annotations import annotation_of
from frieza_tui.backends.assistants.wire import (
    image_of,
    message_of,
    reason_of,
    run_of,
    step_of,
    tool_call_of,
)
from frieza_tui.backends.drafts import MessageDraft
from frieza_tui.backends.loose_json import Json, json_object, json_objects, text_of
from frieza_tui.backends.run_reasons import fault_of
from frieza_tui.backends.surrogates import PairJoiner
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
    ThreadCreated,
)
from frieza_tui.domain.run import ENDED, Run
from frieza_tui.domain.thread import Message, MessageStatus, TextPart

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
        self._drafts: dict[str, MessageDraft] = {}
        self._closed: dict[str, Message] = {}
        self._joiner = PairJoiner()

    @property
    def has_ended(self) -> bool:
        """Whether the run will not go on by itself."""
        return self.run is not None and (self.run.status in ENDED or self.run.status == "requires_action")

    @property
    def written_ids(self) -> frozenset[str]:
        """Ids of the messages that the run wrote, those left out in which nothing has come."""
        drafts = (message_id for message_id, draft in self._drafts.items() if not draft.is_empty)
        return frozenset((*drafts, *(message_id for message_id, message in self._closed.items() if message.parts)))

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
            message_id = text_of(data.get("id"))
            if data.get("role") != "assistant" or message_id in self._closed:
                continue
            events += self._missing(message_of(data))
            if is_over or data.get("status") in ("completed", "incomplete"):
                events += self._close_message(data, "")
        return events

    def change_run(self, run: Run) -> list[RunEvent]:
        """Return the run's new state, after closing what it leaves open."""
        self.run = run
        if run.status not in ENDED:
            return [RunChanged(run)]
        return [*self._close_drafts(run), RunChanged(run)]

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
            return self._close_message(data, kind)
        message_id = text_of(data.get("id"))
        self._drafts.setdefault(message_id, MessageDraft(message_id))
        return [MessageOpened(message_id)]

    def _close_message(self, data: Json, kind: str) -> list[RunEvent]:
        message = message_of(data, kind)
        draft = self._drafts.pop(message.id, None)
        if not message.parts and draft is not None:
            message = draft.message(message.status)
        self._closed[message.id] = message
        return [MessageClosed(message, reason_of(data))]

    def _close_drafts(self, run: Run) -> list[RunEvent]:
        """Close the messages that a server left open; the order of the events promises it."""
        status: MessageStatus = "completed" if run.status == "completed" else "incomplete"
        closings: list[RunEvent] = []
        for message_id, draft in self._drafts.items():
            if not draft.is_empty:
                self._closed[message_id] = draft.message(status)
                closings.append(MessageClosed(self._closed[message_id], run.incomplete_reason))
        self._drafts.clear()
        return closings

    def _message_delta(self, data: Json) -> list[RunEvent]:
        message_id = text_of(data.get("id"))
        events: list[RunEvent] = []
        draft = self._drafts.get(message_id)
        if draft is None:
            if message_id in self._closed:
                return []
            draft = self._drafts[message_id] = MessageDraft(message_id)
            events.append(MessageOpened(message_id))
        for position, content in enumerate(json_objects(json_object(data.get("delta")).get("content"))):
            index = content.get("index")
            events += self._content(draft, content, index if isinstance(index, int) else position)
        return events

    def _content(self, draft: MessageDraft, content: Json, index: int) -> list[RunEvent]:
        events: list[RunEvent] = []
        match content.get("type"):
            case "text":
                events = self._text(draft, content.get("text"), index)
            case "refusal":
                text = self._joiner.join((draft.message_id, index), text_of(content.get("refusal")))
                events = [RefusalDelta(draft.message_id, text, index)] if text else []
            case _:
                image = image_of(content)
                if image is None:
                    self.unknown_events += 1
                    return []
                events = [ImageAdded(draft.message_id, image, index)]
        for event in events:
            draft.add(event)
        return events

    def _text(self, draft: MessageDraft, value: object, index: int) -> list[RunEvent]:
        inner = json_object(value)
        raw = value if isinstance(value, str) else text_of(inner.get("value"))
        text = self._joiner.join((draft.message_id, index), raw)
        events: list[RunEvent] = [TextDelta(draft.message_id, text, index)] if text else []
        for data in json_objects(inner.get("annotations")):
            annotation = annotation_of(data)
            if annotation is None:
                self.unknown_events += 1
            else:
                events.append(AnnotationAdded(draft.message_id, annotation, index))
        return events

    def _step_delta(self, data: Json) -> list[RunEvent]:
        details = json_object(json_object(data.get("delta")).get("step_details"))
        step_id = text_of(data.get("id"))
        events: list[RunEvent] = []
        for position, call in enumerate(json_objects(details.get("tool_calls"))):
            index = call.get("index")
            events.append(StepDelta(step_id, index if isinstance(index, int) else position, tool_call_of(call)))
        return events

    def _missing(self, message: Message) -> list[RunEvent]:
        """Return the text that a listed message has beyond what its deltas brought."""
        events: list[RunEvent] = []
        draft = self._drafts.get(message.id)
        if draft is None:
            draft = self._drafts[message.id] = MessageDraft(message.id)
            events.append(MessageOpened(message.id))
        for index, part in enumerate(message.parts):
            shown = draft.text(index)
            if isinstance(part, TextPart) and part.text.startswith(shown) and len(part.text) > len(shown):
                delta = TextDelta(message.id, part.text[len(shown) :], index)
                draft.add(delta)
                events.append(delta)
        return events


def _name_of(data: Json) -> str:
    """Return the name that an event without one should have had, from the object in it."""
    if "error" in data and "object" not in data:
        return "error"
    name = text_of(data.get("object"))
    status = text_of(data.get("status"))
    return f"{name}.{status}" if status else name
