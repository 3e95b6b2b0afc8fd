"""What a response reasons, or its summary, from deltas and wholes; each thought is told once. Pure."""

from frieza_tui.backends.loose_json import Json, json_objects, text_of
from frieza_tui.domain.events import ReasoningDelta, RunEvent


class Thoughts:
    """The thoughts of one response, as far as they are told."""

    def __init__(self) -> None:
        self._told: set[tuple[str, object]] = set()

    def begin_part(self) -> list[RunEvent]:
        """Part a thought from the one before."""
        return [ReasoningDelta("\n\n")] if self._told else []

    def add(self, item_id: str, data: Json) -> list[RunEvent]:
        """A piece of a thought has come."""
        self._told.add(_key(item_id, data))
        text = text_of(data.get("delta"))
        return [ReasoningDelta(text)] if text else []

    def complete(self, item_id: str, data: Json) -> list[RunEvent]:
        """A thought is whole."""
        return self._tell(_key(item_id, data), text_of(data.get("text")))

    def close(self, item_id: str, item: Json) -> list[RunEvent]:
        """Return the thoughts of an item that no event told of."""
        if any(known == item_id for known, _key in self._told):
            return []
        parts = [*json_objects(item.get("summary")), *json_objects(item.get("content"))]
        return self._tell((item_id, None), "\n\n".join(text_of(part.get("text")) for part in parts))

    def _tell(self, key: tuple[str, object], text: str) -> list[RunEvent]:
        if key in self._told or not text:
            return []
        self._told.add(key)
        return [ReasoningDelta(text)]


def _key(item_id: str, data: Json) -> tuple[str, object]:
    index = data.get("summary_index", data.get("content_index"))
    return item_id, (text_of(data.get("type")).rpartition(".")[0], index if isinstance(index, int) else 0)
