"""Conversations as ChatGPT's export has them: trees of messages, of which many are no one's words. Trusts nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final
from uuid import NAMESPACE_URL, uuid5

import msgspec

from frieza_tui.domain.branches import thread_of
from frieza_tui.domain.thread import Message, Node, Part, Role, TextPart
from frieza_tui.store.thread_changes import NewThread

IMAGE_NOTE: Final = "[image]"
"""In place of an image, which lies in a file of its own; in every language, for a model reads it too."""
_ROLES: Final[dict[str, Role]] = {"user": "user", "assistant": "assistant", "tool": "assistant"}
_SPOKEN: Final = frozenset({"text", "multimodal_text"})


class _Author(msgspec.Struct):
    role: str = ""


class _Content(msgspec.Struct):
    content_type: str = ""
    parts: list[msgspec.Raw] = []


class _Metadata(msgspec.Struct):
    is_visually_hidden_from_conversation: bool | None = None


class _ChatMessage(msgspec.Struct):
    id: str
    author: _Author
    content: _Content
    create_time: float | None = None
    metadata: _Metadata | None = None


class _Node(msgspec.Struct):
    message: _ChatMessage | None = None
    parent: str | None = None


class Conversation(msgspec.Struct):
    """One conversation of the export."""

    mapping: dict[str, _Node]
    current_node: str | None = None
    title: str | None = None
    create_time: float | None = None
    update_time: float | None = None
    conversation_id: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a node of the export stands among what was said."""

    said: Message | None = None
    """What one side has said up to here since the other one did; None if nobody has said anything."""
    before: str = ""
    """The id of the message before that."""


def thread_of_conversation(conversation: Conversation) -> NewThread:
    """Return the thread of a conversation: what people and the model said, on all its branches.

    Ours take turns: what one side said in several messages becomes one.
    """
    nodes, head_id = _nodes(conversation)
    name = conversation.conversation_id or conversation.id or "".join(node.message.id for node in nodes)
    thread_id = f"thread_{uuid5(NAMESPACE_URL, f'chatgpt:{name}').hex[:24]}"
    created_at = conversation.create_time or 0.0
    return NewThread(
        thread_of(thread_id, nodes, head_id or "-"),
        conversation.title or "",
        "ChatGPT",
        created_at,
        conversation.update_time or created_at,
    )


def _nodes(conversation: Conversation) -> tuple[list[Node], str]:
    """Return the messages of all branches, each behind the one that it follows, and at which the shown one ends."""
    children: dict[str | None, list[str]] = {}
    for name, node in conversation.mapping.items():
        children.setdefault(node.parent if node.parent in conversation.mapping else None, []).append(name)
    found: dict[str, Node] = {}
    places: dict[str, _Place] = {}
    waiting = [(name, _Place()) for name in reversed(children.get(None, []))]
    while waiting:
        name, before = waiting.pop()
        place = places[name] = _after(before, conversation.mapping[name].message, conversation)
        if before.said is not None and place.before == before.said.id:
            found.setdefault(before.said.id, Node(before.said, before.before))
        following = children.get(name, [])
        if not following and place.said is not None:
            found.setdefault(place.said.id, Node(place.said, place.before))
        waiting += [(one, place) for one in reversed(following)]
    said = places.get(conversation.current_node or "", _Place()).said
    return list(found.values()), said.id if said is not None else ""


def _after(place: _Place, message: _ChatMessage | None, conversation: Conversation) -> _Place:
    said = _message(message, conversation) if message is not None else None
    if said is None:
        return place
    last = place.said
    if last is None or last.role != said.role:
        return _Place(said, last.id if last is not None else "")
    return _Place(replace(said, parts=(*last.parts, *said.parts), created_at=last.created_at), place.before)


def _message(message: _ChatMessage, conversation: Conversation) -> Message | None:
    role = _ROLES.get(message.author.role)
    is_hidden = message.metadata is not None and message.metadata.is_visually_hidden_from_conversation
    if role is None or is_hidden or message.content.content_type not in _SPOKEN:
        return None
    texts = [text for text in _texts(message.content.parts) if message.author.role != "tool" or text == IMAGE_NOTE]
    parts: tuple[Part, ...] = (TextPart("\n\n".join(texts).strip()),)
    created_at = message.create_time or conversation.create_time or 0.0
    return Message(role, parts, f"msg_{message.id}", created_at=created_at) if texts else None


def _texts(parts: list[msgspec.Raw]) -> Iterator[str]:
    for part in parts:
        value: object = msgspec.json.decode(part)
        match value:
            case str(text) | {"content_type": "audio_transcription", "text": str(text)} if text.strip():
                yield text
            case {"content_type": "image_asset_pointer"}:
                yield IMAGE_NOTE
            case _:
                pass
