"""Threads out of files: our own JSON, and the export of ChatGPT. Knows no table; trusts nothing in a file."""

import io
import re
import zipfile
import zlib
from pathlib import Path
from typing import Final

import msgspec

from frieza_tui.domain.errors import StoreError
from frieza_tui.domain.thread import Message, new_id
from frieza_tui.i18n import _
from frieza_tui.store.chatgpt_export import Conversation, thread_of_conversation
from frieza_tui.store.records import RunRecord, ThreadRecord, event_list, thread_in
from frieza_tui.store.thread_changes import NewThread
from frieza_tui.text.safe import safe_line

LARGEST_BYTES: Final = 500_000_000
CHATGPT_FILES: Final = re.compile(r"(?:.*/)?conversations(?:-\d+)?\.json")
"""Of a large account there are several, with numbers."""
_OUR_ID: Final = re.compile(r"thread_[0-9a-f]{24}")


def read_threads(file: Path) -> list[NewThread]:
    """Return the threads of a file: our JSON, ChatGPT's conversations.json, or the zip that it came in.

    Raises: StoreError.
    """
    name = safe_line(str(file))
    try:
        files = _read(file)
    except (OSError, EOFError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:  # all that zips raise
        reason = safe_line(getattr(error, "strerror", None) or str(error))
        raise StoreError(_("{file} cannot be read: {reason}.").format(file=name, reason=reason)) from error
    try:
        return [thread for data in files for thread in _parse(data)]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        happened = _("{file} holds no thread that can be taken in: {reason}.")
        raise StoreError(
            happened.format(file=name, reason=safe_line(str(error))),
            _("It takes the JSON of frieza-tui threads export, and ChatGPT's conversations.json."),
        ) from error


def _read(file: Path) -> list[bytes]:
    _check_size(file.stat().st_size)
    data = file.read_bytes()
    if not data.startswith(b"PK"):
        return [data]
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        there = [one for one in packed.infolist() if CHATGPT_FILES.fullmatch(one.filename)]
        if not there:
            raise OSError(0, _("there is no conversations.json in it"))
        _check_size(sum(one.file_size for one in there))
        return [packed.read(one) for one in there]


def _check_size(size: int) -> None:
    if size > LARGEST_BYTES:
        raise OSError(0, _("it is larger than {bytes} bytes").format(bytes=LARGEST_BYTES))


def _parse(data: bytes) -> list[NewThread]:
    if data.lstrip()[:1] == b"[":
        found = [thread_of_conversation(one) for one in msgspec.json.decode(data, type=list[Conversation])]
    elif b'"mapping"' in data and b'"frieza-tui thread"' not in data:
        found = [thread_of_conversation(msgspec.json.decode(data, type=Conversation))]
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
