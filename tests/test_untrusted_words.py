"""Words of servers and files on the ways that lead past the screen: errors, exports, names of files, receipts."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from frieza_tui.backends.base import Deletion
from frieza_tui.chat import receipt_line
from frieza_tui.cli import main
from frieza_tui.domain.thread import Message, TextPart, Thread
from frieza_tui.store.exports import FORMATS, Format, export_text, file_name
from frieza_tui.store.thread_changes import NewThread
from frieza_tui.store.threads import open_threads
from frieza_tui.text.safe import make_safe
from tests.faults.server import FaultServer
from tests.support.attacks import CORPUS, bare_attacks, marked_sequences, shows_only
from tests.support.raw_http import error_answer

EVERY = [*marked_sequences(), *bare_attacks()]
TEXT = "\n".join(EVERY)
LINE = " ".join(one for one in EVERY if not {"\n", "\r", "\0", "/"} & set(one))
NAME = "".join(attack for attack in EVERY[::40] if "/" not in attack) + "\x1b[31m\x9b31m\u202e"
HEADER = "".join(letter for letter in LINE[:2000] if "\x20" <= letter < "\x7f" or "\xa0" <= letter <= "\xff")


@pytest.fixture
def server() -> Iterator[FaultServer]:
    server = FaultServer("chat")
    yield server
    server.stop()


@pytest.mark.parametrize("status", [400, 401, 404])
def test_what_a_server_says_in_an_error_only_shows(
    server: FaultServer, status: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"x-request-id": HEADER, "retry-after": "0", "x-should-retry": "false"}
    server.instead = lambda _call: error_answer(status, f"said {LINE}", f"code {LINE}", headers)
    for name, value in server.environ.items():
        monkeypatch.setenv(name, value)
    assert main(["-p", "x"]) == 1
    told = capsys.readouterr()
    assert told.err
    assert shows_only(told.out + told.err)


@pytest.mark.parametrize(
    "words", [["--settings", f"{NAME}.toml"], ["--assistant", NAME], ["--assistant", f"./{NAME}.toml"], ["--api", NAME]]
)
def test_a_name_that_was_given_only_shows(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "--demo", "-p", "x"]) != 0
    told = capsys.readouterr()
    assert told.err
    assert shows_only(told.out + told.err)


@pytest.mark.parametrize("words", [[f"--{NAME.replace(' ', '')}"], ["threads", "list", NAME], ["doctor", "--", NAME]])
def test_a_flag_that_is_not_there_only_shows(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(words)
    told = capsys.readouterr().err
    assert "unrecognized arguments" in told
    assert shows_only(told)


def test_the_folders_of_models_only_show(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", f"{os.environ['HOME']}/{NAME}")
    assert main(["model", "remove"]) == 0
    told = capsys.readouterr().out
    assert "freed in" in told
    assert shows_only(told)


@pytest.mark.parametrize("format_", FORMATS)
def test_an_export_only_shows(format_: Format) -> None:
    messages = (Message("user", (TextPart(TEXT),)), Message("assistant", (TextPart("\n".join(CORPUS.values())),)))
    with open_threads() as threads:
        thread_id = threads.add(NewThread(Thread(messages=messages), LINE, LINE))
        assert thread_id is not None
        record = threads.load_record(thread_id)
        assert all(shows_only(text) for one in threads.recent() for text in (one.title, one.assistant))
    assert shows_only(export_text(record, format_))
    assert shows_only(file_name(LINE))


def test_a_receipt_only_shows() -> None:
    for is_deleted in (True, False):
        assert shows_only(receipt_line(Deletion(LINE, LINE, is_deleted, TEXT)))


def test_what_was_made_safe_only_shows() -> None:
    assert [ascii(text) for text in (*EVERY, *CORPUS.values()) if not shows_only(make_safe(text))] == []


def test_a_file_of_an_assistant_cannot_name_itself_with_a_sequence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.toml"
    file.write_text('name = "\\u001b[31m\\u009b"\ninstructions = "x"\n', "utf-8")
    assert main(["--assistant", str(file), "--demo", "-p", "x"]) == 1
    assert "`name` is empty" in capsys.readouterr().err
