"""One reply in the log: run events in, pieces of a bubble out. Knows no screen and no chat."""

from functools import partial
from typing import Protocol

from frieza_tui.backends.base import Preparation
from frieza_tui.chat.words import dropped_words
from frieza_tui.domain.events import (
    AnnotationAdded,
    ConnectionLost,
    ImageAdded,
    MessageClosed,
    ReasoningDelta,
    RefusalDelta,
    RunChanged,
    RunEvent,
    StepChanged,
    StepDelta,
    TextDelta,
    ThreadLost,
)
from frieza_tui.domain.run import Run, RunStep, ToolCall
from frieza_tui.domain.thread import Annotation, ImageFilePart, Message, RefusalPart, TextPart
from frieza_tui.domain.turn import TurnDelayed, TurnEnded, TurnOutcome
from frieza_tui.i18n import _
from frieza_tui.tui.log.bubble import Author, BubbleState, Tone, Words
from frieza_tui.tui.words import (
    delay_words,
    ending_note,
    ending_words,
    preparation_words,
    run_words,
    tool_words,
    waiting_words,
)

_TONES: dict[TurnOutcome, Tone] = {"done": "", "incomplete": "warning", "cancelled": "warning", "failed": "error"}

_REASONING = "reasoning:0"
NEWS = (TextDelta, RefusalDelta, ReasoningDelta, StepDelta, MessageClosed)
"""The events that bring something of a reply."""


class ReplyPlace(Protocol):
    """Where a reply is shown: among the log's bubbles, or in one that is there."""

    def add(self, key: str, author: Author, label: Words, state: BubbleState) -> None:
        """Open the bubble."""
        ...

    def feed(self, key: str, text: str, segment: str) -> None:
        """Append text to a segment "kind:id"."""
        ...

    def fold(self, key: str, segment: str) -> None:
        """Show the first rows only of a segment that is no Markdown."""
        ...

    def note(self, key: str, words: Words, segment: str) -> None:
        """Say something in a segment of its own, in whatever language is in use."""
        ...

    def set_state(self, key: str, state: BubbleState) -> None:
        """Show another state."""
        ...

    def settle(self, key: str) -> None:
        """Take no more text."""
        ...


class ReplyBubble:
    """Shows what a run does, in the order in which it does it."""

    def __init__(self, place: ReplyPlace, key: str, label: str, waiting_for: Words) -> None:
        """Open an empty bubble that says what it waits for."""
        self.key = key
        self._place = place
        self._has_run = False
        self._is_cut = self._has_been_cut = False
        self._has_told_dropped = self._is_reasoning_folded = False
        self._fed: dict[str, list[str]] = {}
        self._calls_seen: set[tuple[str, int]] = set()
        self._images_of_calls: set[str] = set()
        self._sources: list[Annotation] = []
        place.add(key, "assistant", label, BubbleState(waiting_for, "active"))

    def wait(self, preparation: Preparation) -> None:
        """Say how far the backend is, as long as the run has not begun."""
        if not self._has_run:
            words = preparation_words if preparation.stage == "failed" else waiting_words
            self._place.set_state(self.key, BubbleState(partial(words, preparation), "active"))

    def delay(self, delayed: TurnDelayed) -> None:
        """Say for how long it waits for the server."""
        self._place.set_state(self.key, BubbleState(partial(delay_words, delayed), "warning"))

    def take(self, event: RunEvent) -> None:
        """Take in the run's next event."""
        self._show_connection(event)
        self._fold_reasoning(event)
        match event:
            case RunChanged(run):
                self._show_run(run)
            case TextDelta(message_id, text, part):
                self._feed(f"text:{message_id}.{part}", text)
            case RefusalDelta(message_id, text, part):
                self._feed(f"refusal:{message_id}.{part}", text)
            case ReasoningDelta(text):
                self._feed(_REASONING, text)
            case MessageClosed(message):
                self._complete(message)
            case _:
                self._take_aside(event)

    def _show_connection(self, event: RunEvent) -> None:
        """Say while the rest of a reply is fetched that it is, until something of it comes."""
        if isinstance(event, ConnectionLost):
            self._is_cut = self._has_been_cut = True
            self._place.set_state(self.key, BubbleState(lambda: _("cut off: fetching the rest"), "warning"))
        elif self._is_cut and isinstance(event, NEWS):
            self._is_cut = False
            self._place.set_state(self.key, BubbleState(lambda: _("in progress"), "active"))

    def _fold_reasoning(self, event: RunEvent) -> None:
        """Fold the reasoning, once, when the answer begins; Enter on it unfolds it."""
        if isinstance(event, TextDelta | RefusalDelta) and _REASONING in self._fed and not self._is_reasoning_folded:
            self._is_reasoning_folded = True
            self._place.fold(self.key, _REASONING)

    def _take_aside(self, event: RunEvent) -> None:
        """Take in what is beside the text: tool calls, sources, images."""
        match event:
            case StepDelta(step_id, index, call):
                self._feed_call(step_id, index, call)
            case StepChanged(step) if step.status != "in_progress":
                for index, call in enumerate(step.tool_calls):
                    self._feed_whole_call(step.id, index, call)
                self._note_failure(step)
            case ThreadLost():
                self._note(lambda: _("The server no longer had the conversation; it was sent again, whole."))
            case AnnotationAdded(annotation=annotation):
                self._sources.append(annotation)
            case ImageAdded(image=image):
                self._note_image(image.file_id if isinstance(image, ImageFilePart) else image.url)
            case _:
                pass

    def end(self, ended: TurnEnded) -> None:
        """Say how it ended, and why if it did not end well; nothing is taken in after this."""
        self._note_sources()
        if ended.outcome == "done" and not self._fed:
            self._note(lambda: _("The answer is empty."))
        elif ending_note(ended):
            self._note(partial(ending_note, ended))
        words = partial(ending_words, ended, is_fetched=self._has_been_cut)
        self._place.set_state(self.key, BubbleState(words, _TONES[ended.outcome]))
        self._place.settle(self.key)

    def _feed(self, segment: str, text: str) -> None:
        self._fed.setdefault(segment, []).append(text)
        self._place.feed(self.key, text, segment)

    def _note(self, words: Words) -> None:
        segment = f"note:{len(self._fed)}"
        self._fed[segment] = []
        self._place.note(self.key, words, segment)

    def _note_image(self, where: str) -> None:
        self._note(lambda: _("Image: {where}").format(where=where))

    def _show_run(self, run: Run) -> None:
        if run.dropped_messages and not self._has_told_dropped:
            self._has_told_dropped = True
            self._note(partial(dropped_words, run.dropped_messages))
        self._has_run = True
        if not self._is_cut:
            self._place.set_state(self.key, BubbleState(partial(run_words, run), "active"))

    def _feed_call(self, step_id: str, index: int, call: ToolCall) -> None:
        if (step_id, index) not in self._calls_seen:
            self._calls_seen.add((step_id, index))
            self._note(partial(tool_words, call))
        if call.input:
            self._feed(f"code:{step_id}.{index}", call.input)
        for output in call.outputs:
            self._feed(f"output:{step_id}.{index}", output)
        self._note_images(call)

    def _feed_whole_call(self, step_id: str, index: int, call: ToolCall) -> None:
        """Show of a finished tool call what its deltas did not bring."""
        if (step_id, index) not in self._calls_seen:
            self._feed_call(step_id, index, call)
        elif call.outputs and f"output:{step_id}.{index}" not in self._fed:
            self._feed(f"output:{step_id}.{index}", "\n".join(call.outputs))
        self._note_images(call)

    def _note_images(self, call: ToolCall) -> None:
        for image in call.images:
            if image not in self._images_of_calls:
                self._images_of_calls.add(image)
                self._note_image(image)

    def _note_failure(self, step: RunStep) -> None:
        """Say that a tool failed, unless its output says why."""
        said = [output for call in step.tool_calls for output in call.outputs]
        if step.status != "failed" or not step.tool_calls or step.error in said:
            return
        self._note(lambda: _("Failed: {reason}").format(reason=step.error) if step.error else _("Failed."))

    def _complete(self, message: Message) -> None:
        """Show of a finished message what its deltas did not bring."""
        for index, part in enumerate(message.parts):
            if not isinstance(part, TextPart | RefusalPart):
                continue
            if isinstance(part, TextPart):
                known = {source.place for source in self._sources}
                self._sources += [source for source in part.annotations if source.place not in known]
            kind = "text" if isinstance(part, TextPart) else "refusal"
            segment = f"{kind}:{message.id}.{index}"
            shown = "".join(self._fed.get(segment, ()))
            if part.text != shown and part.text.startswith(shown):
                self._feed(segment, part.text[len(shown) :])

    def _note_sources(self) -> None:
        unique = dict.fromkeys((source.title or source.text or source.place, source.place) for source in self._sources)
        rows = [f"{name} ({place})" if name != place else name for name, place in unique]
        if rows:
            self._note(lambda: "\n".join([_("Sources:"), *rows]))
