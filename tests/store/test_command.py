import json
from pathlib import Path

import pytest

from frieza_tui import paths
from frieza_tui.cli import main
from frieza_tui.domain.thread import Message, TextPart, Thread
from frieza_tui.store.thread_changes import NewThread
from frieza_tui.store.threads import open_threads


@pytest.fixture
def thread_id() -> str:
    messages = (Message("user", (TextPart("戦闘力は?"),)), Message("assistant", (TextPart("530000\x1b[31mです"),)))
    with open_threads() as threads:
        added = threads.add(NewThread(Thread(messages=messages), "宇宙の帝王"))
    assert added is not None
    return added


def run(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["threads", *words]) == 0
    return capsys.readouterr().out


def test_a_list_names_each_thread(capsys: pytest.CaptureFixture[str], thread_id: str) -> None:
    line = run(capsys, "list")
    assert line.startswith(thread_id[:15])
    assert line.endswith("宇宙の帝王\n")
    (row,) = json.loads(run(capsys, "list", "--json"))
    assert (row["id"], row["messages"]) == (thread_id, 2)


def test_an_empty_list_is_empty_and_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["threads", "list", "--json"]) == 1
    done = capsys.readouterr()
    assert json.loads(done.out) == []
    assert done.err == "No thread is kept yet.\n"


def test_a_thread_is_shown_safely(capsys: pytest.CaptureFixture[str], thread_id: str) -> None:
    shown = run(capsys, "show", thread_id[:15])
    assert "530000です" in shown
    assert "\x1b" not in shown
    assert json.loads(run(capsys, "show", "last", "--json"))["messages"][1]["parts"][0]["text"] == "530000\x1b[31mです"


def test_a_search_marks_what_it_found(capsys: pytest.CaptureFixture[str], thread_id: str) -> None:
    assert "[戦闘力]は?" in run(capsys, "search", "戦闘力")
    assert json.loads(run(capsys, "search", "戦闘", "--json"))[0]["thread"]["id"] == thread_id


@pytest.mark.usefixtures("thread_id")
def test_an_export_prints_its_path(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path(run(capsys, "export", "last").strip())
    assert path == tmp_path / "宇宙の帝王.md"
    assert "戦闘力は?" in path.read_text("utf-8")
    assert Path(json.loads(run(capsys, "export", "last", "--format", "json", "--json"))["path"]).is_file()


def test_what_is_deleted_can_be_taken_in_again(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, thread_id: str
) -> None:
    path = run(capsys, "export", "last", "--format", "json", "--output", str(tmp_path)).strip()
    assert "deleted" in run(capsys, "delete", thread_id)
    assert json.loads(run(capsys, "import", path, "--json")) == [
        {"id": thread_id, "title": "宇宙の帝王", "is_new": True}
    ]
    assert "already" in run(capsys, "import", path)


def test_a_file_that_takes_nothing_is_told_without_a_conversation(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    assert main(["threads", "list"]) == 1
    said = capsys.readouterr().err
    assert "threads.sqlite3 cannot be written" in said
    assert "conversation" not in said


def test_an_unknown_thread_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["threads", "show", "nobody"]) == 1
    assert "nobody" in capsys.readouterr().err


def test_a_file_that_cannot_be_used_is_moved_aside_and_a_sound_one_stays(
    capsys: pytest.CaptureFixture[str], thread_id: str
) -> None:
    file = paths.data_dir() / "threads.sqlite3"
    assert "sound" in run(capsys, "repair")
    assert file.exists()
    whole = file.read_bytes()
    for _time in range(2):
        file.write_bytes(whole[:2000])
        assert main(["threads", "list"]) == 1
        assert "threads repair" in capsys.readouterr().err
        assert json.loads(run(capsys, "repair", "--json"))["moved_to"]
    moved = sorted(path.name for path in file.parent.glob("threads-*.sqlite3"))
    assert len(moved) == 2
    assert {(file.parent / name).read_bytes() for name in moved} == {whole[:2000]}
    assert main(["threads", "list"]) == 1
    assert capsys.readouterr().err == "No thread is kept yet.\n"
    assert thread_id
