"""Chunks of a Chat Completions stream in, run events out. Pure: does no input or output, and knows no SDK."""

from collections.abc import Mapping
from typing import Final

from frieza_tui.backends.loose_json import Json, json_object, json_objects, text_of, usage_of
from frieza_tui.backends.run_reasons import fault_of
from frieza_tui.backends.surrogates import PairJoiner
from frieza_tui.backends.written_messages import WrittenMessages
from frieza_tui.domain.events import (
    ReasoningDelta,
    RunChanged,
    RunEvent,
    StepChanged,
    StepDelta,
    StreamFault,
)
from frieza_tui.domain.run import Run, RunError, RunStatus, RunStep, ToolCall, Usage
from frieza_tui.domain.thread import new_id

_REASONING_KEYS: Final = ("reasoning_content", "reasoning")
"""As DeepSeek, vLLM and llama.cpp name it; as OpenRouter and Ollama do."""
_INCOMPLETE: Final[Mapping[str, str]] = {
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "content_filter": "content_filter",
    "safety": "content_filter",
    "insufficient_system_resource": "insufficient_system_resource",
    "abort": "abort",
    "error": "error",
}
"""Finish reasons, in lower case, of a reply that is not whole, in OpenAI's words where it has one: also those of
Anthropic, Mistral, Gemini, DeepSeek, vLLM and OpenRouter. All others ("stop", "eos", "end_turn", …) end a whole one."""
_UNSHOWN: Final = ("audio", "images")
_ASIDE: Final = frozenset({"tool_calls", "function_call", "annotations", *_UNSHOWN})
_TEXT, _REFUSAL = 0, 1


class ChunkAccumulator:
    """Follows one completion from its chunks; a whole completion in place of a stream is taken as one chunk."""

    def __init__(self, dropped_messages: int = 0) -> None:
        """Take how many of the oldest messages the request left out."""
        self.run: Run | None = None
        """The run's last known state; None before the first chunk."""
        self.unknown_events = 0
        """Chunks passed over because nothing here knows them."""
        self.finish_reason: str | None = None
        """As the server names it; None while it writes."""
        self.fault: RunError | None = None
        """The error that the stream told of."""
        self.usage: Usage | None = None
        self._dropped_messages = dropped_messages
        self._messages = WrittenMessages()
        self._message_id = new_id("msg")
        self._step_id = new_id("step")
        self._calls: dict[int, ToolCall] = {}
        self._joiner = PairJoiner()

    def take(self, data: object, name: str = "") -> list[RunEvent]:
        """Return what one chunk means, in order; an empty list for one that means nothing here.

        name: the event's; none but "error" means anything.
        """
        if not isinstance(data, dict):
            self.unknown_events += 1
            return []
        if data.get("error") or "error" in (name, data.get("object")):
            self.fault = fault_of(data)
            return [StreamFault(self.fault)]
        choices = data.get("choices")
        if data.get("usage"):
            self.usage = usage_of(data["usage"])
        if not isinstance(choices, list):
            self.unknown_events += not data.get("usage")
            return []
        events = [] if self.run is not None else self._begin(data)
        for choice in choices:
            if isinstance(choice, dict) and not choice.get("index"):
                events += self._choice(choice)
        return events

    def end(self) -> list[RunEvent]:
        """Return what closes the run, once its stream has said that it is whole."""
        run = self.run or Run(new_id("run"), "in_progress")
        status, reason = self._ending()
        calls = tuple(self._calls[index] for index in sorted(self._calls))
        events = self._messages.close_all("incomplete" if status == "incomplete" else "completed", reason)
        if calls:
            events.append(StepChanged(RunStep(self._step_id, "tool_calls", "in_progress", calls)))
        required = calls if status == "requires_action" else ()
        self.run = Run(
            run.id, status, run.model, self.usage, None, reason, required, dropped_messages=self._dropped_messages
        )
        return [*events, RunChanged(self.run)]

    def _begin(self, data: Json) -> list[RunEvent]:
        run_id, model = text_of(data.get("id")) or new_id("run"), text_of(data.get("model")) or None
        self.run = Run(run_id, "in_progress", model, dropped_messages=self._dropped_messages)
        return [RunChanged(self.run)]

    def _choice(self, choice: Json) -> list[RunEvent]:
        if choice.get("finish_reason"):
            self.finish_reason = text_of(choice["finish_reason"])
        if choice.get("error"):
            self.fault = fault_of(choice)
            return [StreamFault(self.fault)]
        delta = choice.get("delta") or choice.get("message")
        return self._delta(delta) if isinstance(delta, dict) else []

    def _delta(self, delta: Json) -> list[RunEvent]:
        events: list[RunEvent] = []
        for key in _REASONING_KEYS:
            if delta.get(key):
                text = self._joiner.join(key, text_of(delta[key]))
                events += [ReasoningDelta(text)] if text else []
                break
        content, refusal = delta.get("content"), delta.get("refusal")
        if content:
            events += self._text(content)
        if refusal:
            events += self._messages.refuse(self._message_id, _REFUSAL, text_of(refusal))
        return events if _ASIDE.isdisjoint(delta) else [*events, *self._aside(delta)]

    def _aside(self, delta: Json) -> list[RunEvent]:
        """Return what a delta brings beside its text."""
        events: list[RunEvent] = []
        if delta.get("tool_calls") or delta.get("function_call"):
            events += self._tool_calls(delta)
        for note in json_objects(delta.get("annotations")):
            events += self._annotation(note)
        self.unknown_events += sum(bool(delta.get(key)) for key in _UNSHOWN)
        return events

    def _text(self, content: object) -> list[RunEvent]:
        if isinstance(content, list):  # parts, as Mistral and some gateways send them
            thought = "".join(text_of(part.get("text")) for one in json_objects(content) for part in _thinking(one))
            text = "".join(text_of(part.get("text")) for part in json_objects(content))
            return [*([ReasoningDelta(thought)] if thought else []), *(self._text(text) if text else [])]
        return self._messages.write(self._message_id, _TEXT, text_of(content))

    def _annotation(self, note: Json) -> list[RunEvent]:
        events = self._messages.annotate(self._message_id, _TEXT, note)
        self.unknown_events += events is None
        return events or []

    def _tool_calls(self, delta: Json) -> list[RunEvent]:
        events: list[RunEvent] = []
        if not self._calls:
            events.append(StepChanged(RunStep(self._step_id, "tool_calls", "in_progress")))
        pieces = json_objects(delta.get("tool_calls"))
        if not pieces and delta.get("function_call"):
            pieces = [{"index": 0, "function": delta["function_call"]}]
        for position, piece in enumerate(pieces):
            index = piece.get("index")
            events.append(self._tool_call(index if isinstance(index, int) else position, piece))
        return events

    def _tool_call(self, index: int, piece: Json) -> RunEvent:
        function = json_object(piece.get("function"))
        name, arguments = text_of(function.get("name")), text_of(function.get("arguments"))
        call_id = text_of(piece.get("id"))
        known = self._calls.get(index)
        if known is None:
            known = ToolCall("function", call_id or new_id("call"))
        # Ids and names come whole, if at all; arguments come in pieces.
        whole = ToolCall("function", call_id or known.id, name or known.name, known.input + arguments)
        self._calls[index] = whole
        return StepDelta(self._step_id, index, ToolCall("function", whole.id, name, arguments))

    def _ending(self) -> tuple[RunStatus, str | None]:
        if (reason := _INCOMPLETE.get((self.finish_reason or "").lower())) is not None:
            return "incomplete", reason
        if self._calls:
            return "requires_action", None
        return "completed", None


def _thinking(part: Json) -> list[Json]:
    return json_objects(part.get("thinking")) if part.get("type") == "thinking" else []
