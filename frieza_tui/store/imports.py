"""Threads out of files: our own JSON, and the export of ChatGPT. Knows no table; trusts nothing in a file."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, uuid5

import msgspec

from frieza_tui.domain.errors import StoreError
from frieza_tui.domain.thread import Message, Role, TextPart, Thread, new_id
from frieza_tui.i18n import _
from frieza_tui.store.records import RunRecord, ThreadRecord, event_list, thread_in
from frieza_tui.store.thread_changes import NewThread
from frieza_tui.text.safe import safe_line

LARGEST_BYTES: Final = 500_000_000
CHATGPT_FILE: Final = "conversations.json"
_OUR_ID: Final = re.compile(r"thread_[0-9a-f]{24}")
_ROLES: Final[dict[str, Role]] = {"user": "user", "assistant": "assistant"}


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


class _Conversation(msgspec.Struct):
    mapping: dict[str, _Node]
    current_node: str | None = None
    title: str | None = None
    create_time: float | None = None
    update_time: float | None = None
    conversation_id: str | None = None
    id: str | None = None


def read_threads(file: Path) -> list[NewThread]:
    """Return the threads of a file: our JSON, ChatGPT's conversations.json, or the zip that it came in.

    Of a conversation of ChatGPT's only the branch that was shown last is taken, and of that what people and the model
    wrote. Raises: StoreError.
    """
    name = safe_line(str(file))
    try:
        data = _read(file)
    except (OSError, EOFError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:  # all that zips raise
        reason = safe_line(getattr(error, "strerror", None) or str(error))
        raise StoreError(_("{file} cannot be read: {reason}.").format(file=name, reason=reason)) from error
    try:
        return _parse(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        happened = _("{file} holds no thread that can be taken in: {reason}.")
        raise StoreError(
            happened.format(file=name, reason=safe_line(str(error))),
            _("It takes the JSON of frieza-tui threads export, and ChatGPT's conversations.json."),
        ) from error


def _read(file: Path) -> bytes:
    if file.stat().st_size > LARGEST_BYTES:
        raise OSError(0, _("it is larger than {bytes} bytes").format(bytes=LARGEST_BYTES))
    data = file.read_bytes()
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        if packed.getinfo(CHATGPT_FILE).file_size > LARGEST_BYTES:
            raise OSError(0, _("it is larger than {bytes} bytes").format(bytes=LARGEST_BYTES))
        return packed.read(CHATGPT_FILE)


def _parse(data: bytes) -> list[NewThread]:
    if data.lstrip()[:1] == b"[":
        found = [_of_conversation(one) for one in msgspec.json.decode(data, type=list[_Conversation])]
    elif b'"mapping"' in data and b'"frieza-tui thread"' not in data:
        found = [_of_conversation(msgspec.json.decode(data, type=_Conversation))]
    else:
        found = [_of_record(msgspec.json.decode(data, type=ThreadRecord))]
    return [one for one in found if one.thread.messages]


def _of_record(record: ThreadRecord) -> NewThread:
    name = record.id if _OUR_ID.fullmatch(record.id) else new_id("thread")
    thread = thread_in(record, name)
    runs = record.runs if record.version > 1 else tuple(_with_reply(run, thread.messages) for run in record.runs)
    for run in runs:
        event_list(run.events)  # raises here, where the file is named, what is no event
    return NewThread(thread, record.title, record.assistant, record.created_at, record.updated_at, runs)


def _with_reply(run: RunRecord, messages: tuple[Message, ...]) -> RunRecord:
    """Return a run of a file without branches: its reply is the message that follows."""
    following = messages[run.seq + 1 : run.seq + 2] if run.seq >= 0 else ()
    return msgspec.structs.replace(run, reply=following[0].id if following else "")


def _of_conversation(conversation: _Conversation) -> NewThread:
    messages = tuple(_joined(_messages(conversation)))
    name = conversation.conversation_id or conversation.id or "".join(message.id for message in messages)
    thread_id = f"thread_{uuid5(NAMESPACE_URL, f'chatgpt:{name}').hex[:24]}"
    created_at = conversation.create_time or 0.0
    return NewThread(
        Thread(thread_id, messages),
        conversation.title or "",
        "ChatGPT",
        created_at,
        conversation.update_time or created_at,
    )


def _messages(conversation: _Conversation) -> list[Message]:
    """Return what was said on the branch that was shown last, oldest first."""
    found: list[Message] = []
    seen: set[str] = set()
    at = conversation.current_node or next(reversed(conversation.mapping), None)
    while at is not None and at in conversation.mapping and at not in seen:
        seen.add(at)
        node = conversation.mapping[at]
        message = _message(node.message, conversation) if node.message is not None else None
        found += [message] if message is not None else []
        at = node.parent
    return found[::-1]


def _message(message: _ChatMessage, conversation: _Conversation) -> Message | None:
    role = _ROLES.get(message.author.role)
    is_hidden = message.metadata is not None and message.metadata.is_visually_hidden_from_conversation
    if role is None or is_hidden or message.content.content_type not in {"text", "multimodal_text"}:
        return None
    text = "\n\n".join(_texts(message.content.parts)).strip()
    if not text:
        return None
    created_at = message.create_time or conversation.create_time or 0.0
    return Message(role, (TextPart(text),), f"msg_{message.id}", created_at=created_at)


def _texts(parts: list[msgspec.Raw]) -> Iterator[str]:
    for part in parts:
        value: object = msgspec.json.decode(part)
        if isinstance(value, str) and value.strip():
            yield value


def _joined(messages: list[Message]) -> Iterator[Message]:
    """Put together what one side said in several messages: ours take turns."""
    waiting: Message | None = None
    for message in messages:
        if waiting is not None and waiting.role == message.role:
            waiting = Message(waiting.role, (*waiting.parts, *message.parts), waiting.id, created_at=waiting.created_at)
            continue
        if waiting is not None:
            yield waiting
        waiting = message
    if waiting is not None:
        yield waiting
