"""Events of a Responses stream in, run events out. Pure: does no input or output, and knows no SDK.

The 59 kinds of event (API.md 1.7) are mapped, or known to say nothing that another does not (`_SILENT`), or passed over
and counted: audio, compaction, and whatever is new.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from frieza_tui.backends.loose_json import Json, json_object, json_objects, text_of
from frieza_tui.backends.responses.reasoning import Thoughts
from frieza_tui.backends.responses.tools import INPUT_KINDS, ToolSteps
from frieza_tui.backends.responses.wire import PASSED_OVER, message_of, part_of, run_of, status_of
from frieza_tui.backends.run_reasons import fault_of
from frieza_tui.backends.written_messages import WrittenMessages
from frieza_tui.domain.events import RunChanged, RunEvent, StreamFault
from frieza_tui.domain.run import ENDED, Run, RunStatus, StepStatus
from frieza_tui.domain.thread import ImageFilePart, Message, RefusalPart, TextPart, new_id

_LIFE: Final = frozenset({"created", "queued", "in_progress", "completed", "failed", "incomplete", "cancelled"})
_SILENT: Final = frozenset(
    f"response.{kind}"
    for kind in (
        "content_part.added",
        "reasoning_summary_part.done",
        "code_interpreter_call_code.done",
        "function_call_arguments.done",
        "mcp_call_arguments.done",
        "custom_tool_call_input.done",
        "shell_call_command.done",
        "shell_call_output_content.done",
        "image_generation_call.partial_image",
        *(
            f"{call}.{state}"
            for call in (
                "code_interpreter_call",
                "file_search_call",
                "web_search_call",
                "mcp_call",
                "mcp_list_tools",
                "image_generation_call",
            )
            for state in ("in_progress", "interpreting", "searching", "generating", "completed", "failed")
        ),
    )
)
"""What they tell comes with the item itself, at its beginning or its end."""


_Handler: TypeAlias = Callable[[Json], list[RunEvent]]


class ResponseAccumulator:
    """Follows one response from its stream's events, and from what the server says when it is asked."""

    def __init__(self, dropped_messages: int = 0) -> None:
        """Take how many of the oldest messages the request left out."""
        self.run: Run | None = None
        """The response's last known state."""
        self.response: Json = {}
        """What the response objects told so far, later ones first."""
        self.unknown_events = 0
        """Events and content kinds passed over because nothing here knows them."""
        self.last_number: int | None = None
        """The highest sequence number; None where the server gives none."""
        self._dropped_messages = dropped_messages
        self._floor = -1
        self._messages = WrittenMessages()
        self._tools = ToolSteps()
        self._items: dict[int, str] = {}
        self._thoughts = Thoughts()
        self._handlers: Mapping[str, _Handler] = {
            "response.output_item.added": self._item_added,
            "response.output_item.done": self._item_done,
            "response.content_part.done": self._part_done,
            "response.output_text.done": self._text_done,
            "response.output_text.annotation.added": self._annotation,
            "response.refusal.delta": self._refusal,
            "response.refusal.done": self._refusal_done,
            "response.reasoning_summary_part.added": lambda _data: self._thoughts.begin_part(),
            "response.reasoning_summary_text.delta": self._thought,
            "response.reasoning_summary_text.done": self._thought_done,
            "response.reasoning_text.delta": self._thought,
            "response.reasoning_text.done": self._thought_done,
            "response.shell_call_command.added": self._shell_command,
            "response.shell_call_output_content.delta": self._shell_output,
        }

    @property
    def has_ended(self) -> bool:
        """Whether the response will not go on by itself."""
        return self.run is not None and self.run.has_stopped

    @property
    def written_ids(self) -> frozenset[str]:
        """Ids of the messages that the response wrote."""
        return self._messages.ids

    def resume(self) -> None:
        """From here on pass over events up to the last number taken: a resumed stream may repeat them."""
        self._floor = -1 if self.last_number is None else self.last_number

    def take(self, name: str, data: object) -> list[RunEvent]:
        """Return what one event of the stream means, in order; an empty list for one that means nothing here.

        name: the event's, for servers that do not repeat it in the data. data: decoded JSON.
        """
        if not isinstance(data, dict):
            self.unknown_events += 1
            return []
        number = data.get("sequence_number")
        if isinstance(number, int):
            if number <= self._floor:
                return []
            self.last_number = number if self.last_number is None else max(number, self.last_number)
        kind = name if name == "error" else data.get("type") or name
        if kind == "response.output_text.delta":
            return self._messages.write(self._message_id(data), _part(data), text_of(data.get("delta")))
        return self._take_other(text_of(kind), data)

    def take_response(self, response: Json, kind: str = "") -> list[RunEvent]:
        """Return what a response object means, beyond what was taken in; kind: the event's last word, if it was one."""
        self.response = {**self.response, **response}
        status = status_of(response, kind)
        if status in ENDED:
            return self._end(response, status)
        before = self.run
        self.run = self._run_of(response, status)
        return [] if self.run == before else [RunChanged(self.run)]

    def _take_other(self, kind: str, data: Json) -> list[RunEvent]:
        handler = self._handlers.get(kind)
        if handler is not None:
            return handler(data)
        if kind in INPUT_KINDS:
            return self._tools.add_input(self._call_id(data), INPUT_KINDS[kind], text_of(data.get("delta")))
        family, _dot, word = kind.rpartition(".")
        if family == "response" and word in _LIFE:
            return self.take_response(json_object(data.get("response")), word)
        if kind in _SILENT:
            return []
        if data.get("object") == "response":
            return self.take_response(data)
        if kind == "error" or data.get("error"):
            return [StreamFault(fault_of(data))]
        self.unknown_events += 1
        return []

    # -- items ---------------------------------------------------------------------------------------------------

    def _item_added(self, data: Json) -> list[RunEvent]:
        item = json_object(data.get("item"))
        index = data.get("output_index")
        item_id = _id_of(item) or new_id("item")
        if isinstance(index, int):
            self._items[index] = item_id
        return self._messages.open(item_id) if item.get("type") == "message" else self._tools.open(item_id, item)

    def _item_done(self, data: Json) -> list[RunEvent]:
        item = json_object(data.get("item"))
        if text_of(item.get("type")) in PASSED_OVER:
            self.unknown_events += 1
        return self._close_item(item, _id_of(item) or self._item_id(data))

    def _close_item(self, item: Json, item_id: str, reason: str | None = None) -> list[RunEvent]:
        match item.get("type"):
            case "message":
                item_id = item_id or self._messages.last_id
                if not item_id and self._messages.ids:
                    return []  # nothing has an id here, and it was closed before
                return self._messages.close(message_of(item, item_id or new_id("msg")), reason)
            case "reasoning":
                return self._thoughts.close(item_id, item)
            case "image_generation_call" if item.get("result"):
                return [*self._tools.close(item_id, item), *self._image(item_id)]
            case _:
                return self._tools.close(item_id, item)

    def _item_id(self, data: Json) -> str:
        """Return the id of the item that an event is about; some servers leave it out, or its index, or both."""
        item_id = data.get("item_id")
        if isinstance(item_id, str) and item_id:
            return item_id
        index = data.get("output_index")
        return self._items.get(index, "") if isinstance(index, int) else ""

    def _call_id(self, data: Json) -> str:
        return self._item_id(data) or self._tools.last_id

    def _message_id(self, data: Json) -> str:
        """Return the id of the message that an event is about; some servers give each event another."""
        item_id = text_of(data.get("item_id"))
        if self._messages.is_open(item_id):
            return item_id
        index = data.get("output_index")
        mapped = self._items.get(index, "") if isinstance(index, int) else ""
        if self._messages.is_open(mapped):
            return mapped
        return item_id or mapped or self._messages.last_id or new_id("msg")

    # -- contents ------------------------------------------------------------------------------------------------

    def _text_done(self, data: Json) -> list[RunEvent]:
        return self._messages.complete(self._message_id(data), _part(data), TextPart(text_of(data.get("text"))))

    def _refusal(self, data: Json) -> list[RunEvent]:
        return self._messages.refuse(self._message_id(data), _part(data), text_of(data.get("delta")))

    def _refusal_done(self, data: Json) -> list[RunEvent]:
        return self._messages.complete(self._message_id(data), _part(data), RefusalPart(text_of(data.get("refusal"))))

    def _part_done(self, data: Json) -> list[RunEvent]:
        part = part_of(json_object(data.get("part")))
        return self._messages.complete(self._message_id(data), _part(data), part)

    def _image(self, item_id: str) -> list[RunEvent]:
        """Return an image that was made as a message of its own, for the server keeps it as an item."""
        if self._messages.is_known(item_id):
            return []
        image = ImageFilePart(item_id)
        added = self._messages.add_image(item_id, 0, image)
        return [*added, *self._messages.close(Message("assistant", (image,), id=item_id))]

    def _annotation(self, data: Json) -> list[RunEvent]:
        note = json_object(data.get("annotation"))
        events = self._messages.annotate(self._message_id(data), _part(data), note)
        if events is None:
            self.unknown_events += 1
        return events or []

    def _thought(self, data: Json) -> list[RunEvent]:
        return self._thoughts.add(self._item_id(data), data)

    def _thought_done(self, data: Json) -> list[RunEvent]:
        return self._thoughts.complete(self._item_id(data), data)

    def _shell_command(self, data: Json) -> list[RunEvent]:
        """Begin a line for each command but the first."""
        words = text_of(data.get("command"))
        words = f"\n{words}" if data.get("command_index") else words
        return self._tools.add_input(self._call_id(data), "other", words)

    def _shell_output(self, data: Json) -> list[RunEvent]:
        return self._tools.add_output(self._call_id(data), json_object(data.get("delta")))

    # -- the end -------------------------------------------------------------------------------------------------

    def _end(self, response: Json, status: RunStatus) -> list[RunEvent]:
        events: list[RunEvent] = []
        run = self._run_of(response, status)
        for position, item in enumerate(json_objects(response.get("output"))):
            item_id, mapped = _id_of(item), self._items.get(position, "")
            if item.get("type") == "message" and self._messages.is_known(mapped) > self._messages.is_known(item_id):
                item_id = mapped
            events += self._close_item(item, item_id, run.incomplete_reason)
        is_whole = status == "completed"
        events += self._messages.close_all("completed" if is_whole else "incomplete", run.incomplete_reason)
        events += self._tools.close_all(_STEP_ENDS.get(status, "failed"))
        calls = tuple(self._tools.waiting.values())
        if is_whole and calls:
            run = replace(run, status="requires_action", required_calls=calls)
        self.run = run
        return [*events, RunChanged(run)]

    def _run_of(self, response: Json, status: RunStatus) -> Run:
        """Return the run, with what an earlier object told and this one leaves out."""
        run, before = replace(run_of(response, status), dropped_messages=self._dropped_messages), self.run
        return replace(run, id=run.id or before.id, model=run.model or before.model) if before else run


_STEP_ENDS: Final[dict[RunStatus, StepStatus]] = {
    "completed": "completed",
    "cancelled": "cancelled",
    "expired": "expired",
}


def _id_of(item: Json) -> str:
    return text_of(item.get("id")) or text_of(item.get("call_id"))


def _part(data: Json) -> int:
    index = data.get("content_index")
    return index if isinstance(index, int) else 0
