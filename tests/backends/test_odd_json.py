"""Every value of the recorded streams is put in place of by one of another kind: servers may send anything."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import pytest

from frieza_tui.backends.assistants.accumulator import RunAccumulator
from frieza_tui.backends.chat_completions.accumulator import ChunkAccumulator
from frieza_tui.backends.responses.accumulator import ResponseAccumulator
from frieza_tui.backends.sse import EventDecoder
from frieza_tui.domain.events import RunEvent
from frieza_tui.store.codec import encode_events
from frieza_tui.text.safe_events import SafeEvents

WIRE = Path(__file__).parents[1] / "wire"
ODD: tuple[object, ...] = (None, 10**30, float("inf"), "9" * 5000, [], [{}], {})
Path_: TypeAlias = tuple[str | int, ...]


class Accumulator(Protocol):
    def take(self, name: str, data: object, /) -> Sequence[RunEvent]: ...


class Chunks(ChunkAccumulator):
    def take(self, name: str, data: object, /) -> list[RunEvent]:  # type: ignore[override]
        return super().take(data)


def events_of(file: Path) -> Iterator[tuple[str, Any]]:
    decoder = EventDecoder()
    for event in (*decoder.feed(file.read_bytes()), *decoder.finish()):
        if event.data != b"[DONE]":
            yield event.name, json.loads(event.data)


def paths_in(value: object, path: Path_ = ()) -> Iterator[Path_]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from paths_in(inner, (*path, key))


def replaced(value: Any, path: Path_, other: object) -> Any:
    if not path:
        return other
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], other)
    return copy


@pytest.mark.parametrize(
    ("pattern", "make"),
    [
        ("assistants_*.sse", RunAccumulator),
        ("responses_*.sse", ResponseAccumulator),
        ("chat_*.sse", Chunks),
    ],
)
def test_no_value_of_another_kind_breaks_the_reading_of_a_stream(pattern: str, make: Callable[[], Accumulator]) -> None:
    seen: set[tuple[object, ...]] = set()
    for file in sorted(WIRE.glob(pattern)):
        for name, data in events_of(file):
            for path in paths_in(data):
                shape = (name, data.get("type"), *(key if isinstance(key, str) else 0 for key in path))
                if shape in seen:
                    continue
                seen.add(shape)
                for odd in ODD:
                    events = make().take(name, replaced(data, path, odd))
                    safe = SafeEvents()
                    encode_events(one for event in events for one in safe.make(event))
    assert len(seen) > 20
