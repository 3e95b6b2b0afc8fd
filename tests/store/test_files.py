"""Threads as files: exports in every format, imports of ours and of ChatGPT's."""

import json
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest

from frieza_tui.domain.errors import StoreError
from frieza_tui.domain.events import StepDelta
from frieza_tui.domain.run import ToolCall
from frieza_tui.domain.thread import Message, TextPart, Thread
from frieza_tui.domain.turn import TurnEnded
from frieza_tui.store.codec import decode_records, encode_events, message_record
from frieza_tui.store.exports import FORMATS, Format, export_text, file_name, write_export
from frieza_tui.store.imports import read_threads
from frieza_tui.store.records import RunRecord, ThreadRecord
from frieza_tui.store.thread_changes import NewThread
from frieza_tui.store.threads import open_threads
from tests.support.file_limit import files_no_larger_than

ATTACK = "\x1b]52;c;aGk=\x07\x9b31m\u202e<script>alert(1)</script>![x](http://tracker/1.png)"
CALL = StepDelta("step_1", 0, ToolCall("code_interpreter", input="1+2"))


def kept_thread(file: Path, title: str = "宇宙の帝王") -> ThreadRecord:
    messages = (
        Message("user", (TextPart("あなたは誰?"),), created_at=1_700_000_000),
        Message(
            "assistant", (TextPart(f"# フリーザ\n\n私です。{ATTACK}"),), status="incomplete", created_at=1_700_000_001
        ),
    )
    calls = decode_records(encode_events([CALL]))
    run = RunRecord(0, "Assistants", "embedded", "m", 1.0, TurnEnded("done"), calls, messages[1].id)
    with open_threads(file) as threads:
        thread_id = threads.add(NewThread(Thread(messages=messages), title, "フリーザ様", 1_700_000_000, runs=(run,)))
        assert thread_id is not None
        return threads.load_record(thread_id)


@pytest.mark.parametrize("format_", FORMATS)
def test_an_export_says_all_and_does_nothing(file: Path, format_: Format) -> None:
    text = export_text(kept_thread(file), format_)
    assert "あなたは誰?" in text
    assert "私です。" in text
    assert not {"\x1b", "\x9b", "\x07", "\u202e"} & set(text)


def test_a_web_page_runs_and_fetches_nothing(file: Path) -> None:
    page = export_text(kept_thread(file), "html")
    assert "<script" not in page
    assert "<img" not in page
    assert "<h1>フリーザ</h1>" in page


@pytest.mark.parametrize(
    ("target", "is_link"),
    [("https://one.example/", True), ("MAILTO:a@b.cc", True), ("search-ms:query=x", False), ("/etc/passwd", False)],
)
def test_a_web_page_links_to_nothing_that_may_start_programs(target: str, is_link: bool) -> None:
    said = Message("assistant", (TextPart(f"[here]({target})"),))
    page = export_text(ThreadRecord("frieza-tui thread", 1, "t", "x", "F", 0, 0, (message_record(said),)), "html")
    assert "here" in page
    assert ("<a href" in page) == is_link


def test_a_picture_is_well_formed(file: Path) -> None:
    assert ET.fromstring(export_text(kept_thread(file), "svg")).tag.endswith("svg")


def test_our_json_comes_back_as_it_was(file: Path, tmp_path: Path) -> None:
    record = kept_thread(file)
    path = write_export(record, "json", tmp_path)
    with open_threads(tmp_path / "other.sqlite3") as threads:
        (new,) = read_threads(path)
        assert threads.add(new) == record.id
        assert threads.load_record(record.id) == record
        assert threads.add(new) is None
        assert threads.load(record.id).turns[0].events == (CALL,)


def test_a_thread_that_went_on_meanwhile_is_taken_in_beside_it(file: Path) -> None:
    record = kept_thread(file)
    with open_threads(file) as threads:
        messages = threads.load(record.id).thread.messages
        other = threads.add(NewThread(Thread(record.id, messages[:1])))
        assert other not in (None, record.id)
        assert len(threads.recent()) == 2


def test_nothing_is_overwritten(file: Path, tmp_path: Path) -> None:
    record = kept_thread(file)
    names = [write_export(record, "md", tmp_path).name for _turn in range(3)]
    assert names == ["宇宙の帝王.md", "宇宙の帝王 (2).md", "宇宙の帝王 (3).md"]
    assert write_export(record, "txt", tmp_path / "mine.text").name == "mine.text"
    assert write_export(record, "txt", tmp_path / "mine.text").name == "mine (2).text"


def test_an_export_that_finds_no_room_leaves_no_part_of_itself(file: Path, tmp_path: Path) -> None:
    record = kept_thread(file)
    (tmp_path / "out").mkdir()
    with files_no_larger_than(10), pytest.raises(StoreError, match="cannot be written"):
        write_export(record, "json", tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_folder_that_is_not_there_is_said(file: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        write_export(kept_thread(file), "md", tmp_path / "nowhere" / "x.md")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("宇宙の帝王", "宇宙の帝王"),
        ("../../etc/passwd", "etc passwd"),
        ('a<b>:"c"', "a b c"),
        ("...", "thread"),
        ("NUL", "_NUL"),
        ("は\u3099", "ば"),
    ],
)
def test_a_title_becomes_a_file_name(title: str, name: str) -> None:
    assert file_name(title) == name


def test_a_long_title_fits_a_file_name() -> None:
    assert 100 < len(file_name("あ" * 500).encode()) <= 180


IMAGE = {"content_type": "image_asset_pointer", "asset_pointer": "sediment://file_1"}
SPOKEN = {"content_type": "audio_transcription", "text": "声です", "direction": "in"}


def chatgpt_export(name: str = "c-1") -> bytes:
    def node(name: str, parent: str | None, role: str, *parts: object, **more: object) -> dict[str, object]:
        content = {"content_type": "multimodal_text" if len(parts) > 1 else "text", "parts": list(parts)}
        message = {"id": name, "author": {"role": role}, "content": content, "create_time": 1.5, **more}
        return {"id": name, "message": message, "parent": parent, "children": []}

    mapping = {
        "root": {"id": "root", "message": None, "parent": None, "children": ["s"]},
        "s": node("s", "root", "system", ""),
        "h": node("h", "s", "user", "隠れた", metadata={"is_visually_hidden_from_conversation": True}),
        "q": node("q", "h", "user", "やあ", IMAGE, 3, None),
        "other": node("other", "q", "assistant", "別の枝"),
        "after": node("after", "other", "user", SPOKEN, {"content_type": "audio_asset_pointer"}),
        "a": node("a", "q", "assistant", "はい"),
        "t": node("t", "a", "tool", "道具"),
        "drawn": node("drawn", "t", "tool", "描いた", IMAGE),
        "b": node("b", "drawn", "assistant", "続きです"),
        "b2": node("b2", "t", "assistant", "別の続き"),
    }
    conversation = {
        "title": "挨拶",
        "create_time": 1.0,
        "update_time": 2.0,
        "mapping": mapping,
        "current_node": "b",
        "conversation_id": name,
        "moderation_results": [],
    }
    return json.dumps([conversation, {"mapping": {}, "title": "empty"}]).encode()


def test_chatgpts_export_is_taken_in_with_all_branches(file: Path, tmp_path: Path) -> None:
    source = tmp_path / "export"
    source.write_bytes(chatgpt_export())
    (new,) = read_threads(source)
    assert (new.title, new.created_at, new.updated_at) == ("挨拶", 1.0, 2.0)
    assert [(message.role, message.text) for message in new.thread.messages] == [
        ("user", "やあ\n\n[image]"),
        ("assistant", "はい\n\n[image]\n\n続きです"),
    ]
    replies = [node.message.text for node in new.thread.nodes if node.parent_id == new.thread.messages[0].id]
    assert replies == ["別の枝", "はい\n\n[image]\n\n続きです", "はい\n\n別の続き"]
    asked = [node.message.text for node in new.thread.nodes if node.message.role == "user"]
    assert asked == ["やあ\n\n[image]", "声です"]
    with open_threads(file) as threads:
        assert threads.add(new) == new.thread.id
        assert threads.add(read_threads(source)[0]) is None
        assert threads.load(new.thread.id).thread == new.thread


def test_the_archive_that_chatgpt_sends_is_taken_in_whole(tmp_path: Path) -> None:
    names = ("export/conversations-000.json", "export/conversations-001.json", "export/shared_conversations.json")
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as packed:
        for name in names:
            packed.writestr(name, chatgpt_export(name))
    assert len({new.thread.id for new in read_threads(tmp_path / "export.zip")}) == 2
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as packed:
        packed.writestr("photo.png", b"")
    with pytest.raises(StoreError, match=r"no conversations\.json"):
        read_threads(tmp_path / "other.zip")


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b"\xff\xfe", b'{"mapping": 3}', b"PK\x03\x04", b"null"])
def test_a_file_of_something_else_is_said(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(StoreError, match="x "):
        read_threads(tmp_path / "x")


@pytest.mark.parametrize(("field", "value"), [(6, 1), (8, 99)], ids=["encrypted", "packed in another way"])
def test_an_archive_that_cannot_be_unpacked_is_said(tmp_path: Path, field: int, value: int) -> None:
    with zipfile.ZipFile(tmp_path / "x", "w") as packed:
        packed.writestr("conversations.json", "[]")
    data = bytearray((tmp_path / "x").read_bytes())
    data[field] = data[data.index(b"PK\x01\x02") + field + 2] = value
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(StoreError, match="x "):
        read_threads(tmp_path / "x")


@pytest.mark.parametrize("kind", ["MessageClosed", "ImageAdded", "RunChanged"])
def test_a_thread_with_an_event_that_is_none_is_said(file: Path, tmp_path: Path, kind: str) -> None:
    record = json.loads(export_text(kept_thread(file), "json"))
    record["runs"][0]["events"] = [{"kind": kind, "fields": {}}]
    (tmp_path / "x").write_text(json.dumps(record))
    with pytest.raises(StoreError, match="x "):
        read_threads(tmp_path / "x")
