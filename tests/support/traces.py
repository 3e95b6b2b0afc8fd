"""Run events in a few words each, texts that follow each other joined, so that tests can say what they expect."""

import json
from collections.abc import Iterable
from pathlib import Path

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
    StreamFault,
    TextDelta,
    ThreadCreated,
)


def trace(events: Iterable[RunEvent]) -> list[str]:
    lines: list[str] = []
    for event in events:
        if isinstance(event, ConnectionLost):  # says nothing of the run
            continue
        word, rest = _words(event)
        if lines and word in ("text", "refusal") and lines[-1].startswith(f"{word} "):
            lines[-1] += rest
        elif not (word == "open" and lines and lines[-1] == "open"):
            lines.append(f"{word} {rest}".strip() if word not in ("text", "refusal") else f"{word} {rest}")
    return lines


def _words(event: RunEvent) -> tuple[str, str]:
    match event:
        case RunChanged(run):
            return "run", run.status
        case StepChanged(step):
            calls = "+".join(call.kind for call in step.tool_calls)
            return "step", f"{step.kind} {step.status} {calls}".strip()
        case StepDelta(_id, index, call):
            return "call", f"{index} {call.kind}"
        case StreamFault(error):
            return "fault", f"{error.code}: {error.message}"
        case ThreadCreated():
            return "thread", ""
        case _:
            return _content_words(event)


def _content_words(event: RunEvent) -> tuple[str, str]:
    match event:
        case TextDelta(_id, text):
            return "text", text
        case RefusalDelta(_id, text):
            return "refusal", text
        case ReasoningDelta(text):
            return "reasoning", text
        case AnnotationAdded(_id, annotation):
            return "note", f"{annotation.kind} {annotation.place}"
        case ImageAdded(_id, image):
            return "image", str(getattr(image, "file_id", getattr(image, "url", "")))
        case MessageClosed(message, reason):
            return "close", f"{message.status}: {message.text}" + (f" ({reason})" if reason else "")
        case _:
            return "open", ""


def expected(api: str) -> dict[str, list[str]]:
    """Return what each transcript of an API in tests/wire means, by file name."""
    wire = Path(__file__).parents[1] / "wire"
    found = json.loads((wire / f"{api}_expected.json").read_text("utf-8"))
    assert isinstance(found, dict)
    assert set(found) == {file.name for file in wire.glob(f"{api}_*.sse")}
    return found
