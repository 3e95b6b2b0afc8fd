"""The marks on a text, as the three APIs write them, as annotations. Knows no API's other objects."""

from typing import Final, cast

from frieza_tui.backends.loose_json import Json, json_object, text_of
from frieza_tui.domain.thread import Annotation, AnnotationKind

_TARGETS: Final = {
    "file_citation": "file_id",
    "file_path": "file_id",
    "container_file_citation": "file_id",
    "url_citation": "url",
}


def annotation_of(data: Json, text: str = "") -> Annotation | None:
    """Return an annotation, None for a kind that nothing here knows.

    text: that of the part it is on, for APIs whose annotations do not repeat what they mark. Assistants and Chat
    Completions put the facts in an object of the kind's name, Responses beside it.
    """
    kind = text_of(data.get("type"))
    if kind not in _TARGETS:
        return None
    facts = {**data, **json_object(data.get(kind))}
    start, end = facts.get("start_index", facts.get("index")), facts.get("end_index")
    start, end = (start if isinstance(start, int) else None), (end if isinstance(end, int) else None)
    marked = text[start:end] if start is not None and end is not None else ""
    return Annotation(
        kind=cast(AnnotationKind, kind),
        text=text_of(facts.get("text")) or marked,
        target=text_of(facts.get(_TARGETS[kind])),
        start=start,
        end=end,
        title=next(filter(None, (text_of(facts.get(key)) for key in ("title", "filename", "quote"))), ""),
        container_id=text_of(facts.get("container_id")),
    )
