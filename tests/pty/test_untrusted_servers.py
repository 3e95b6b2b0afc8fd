"""Whatever a server says beside its answers, and whatever folders and files are called: it only shows.

A session with a server of plain words tells which sequences the program writes by itself.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.connections import END, HEAD
from tests.faults.server import FaultServer
from tests.faults.session import Session
from tests.support.assistants_double import SSE
from tests.support.attacks import CORPUS, bare_attacks, marked_sequences, sequences_in, smuggled
from tests.support.chat_double import DONE, ChatDouble
from tests.support.raw_http import Answer, error_answer
from tests.support.terminal import PROGRAM, Terminal, program

EVERY = [*marked_sequences(), *bare_attacks()]
LINE = " ".join(one for one in EVERY[::7] if not {"\n", "\r"} & set(one))
HEADER = "".join(letter for letter in LINE[:2000] if "\x20" <= letter < "\x7f" or "\xa0" <= letter <= "\xff")
RAW = bytes([*range(1, 10), *range(11, 32), *range(127, 160)]) + b"\x9b31m\x9d52;c;aGk=\x9c\xff\xfe\x1b[4242h"
NAME = os.fsdecode(RAW.replace(b"/", b"")) + "\u202e\x1b]0;4242\x07"
PAGER_LEFT = b"\x1b[?1049h"


@dataclass(frozen=True)
class Words:
    """What is said wherever something can be said."""

    line: str
    text: str
    header: str
    raw: bytes


PLAIN = Words("plain", "plain", "plain", b"plain")
EVIL = Words(LINE, "\n".join(text[:60] for text in CORPUS.values()), HEADER, RAW)


def letter_by_letter(words: Words, images: str) -> Answer:
    text = f"![an image]({images}/in-a-text.png)\n{words.text}"
    deltas = (json.dumps({"choices": [{"delta": {"content": letter}}]}).encode() for letter in text)
    raw = b'data: {"choices":[{"delta":{"content":"raw %s"}}]}\n\n' % words.raw
    end = b'data: {"choices":[{"delta":{"content":"\\n\\nEND"}}]}\n\n'
    return Answer([HEAD, *(b"data: %s\n\n" % one for one in deltas), raw, end, END, DONE], content_type=SSE)


def fail_twice(going: Session, words: Words) -> None:
    server, headers = going.server, {"x-request-id": words.header, "retry-after": words.header}
    server.instead = lambda _call: error_answer(400, f"SAID {words.line}", f"code {words.line}", headers)
    going.terminal.send(b"\x1b[200~%s hello\x1b[201~" % words.raw)
    going.terminal.wait_for("hello")
    going.terminal.send("\r")
    going.wait_below("hello", "SAID", "failed")
    server.instead = lambda _call: Answer([b"BODY ", words.raw], 502, "text/plain", headers)
    going.wait_until_offered("hello")
    going.terminal.send("\r")
    going.wait_below("hello", "502", "failed")
    server.instead = server.as_usual
    going.wait_until_offered("hello")


def use_everything(going: Session, words: Words) -> None:
    """Fail, be answered, choose a model, read in the pager, export, and leave."""
    terminal, server = going.terminal, going.server
    fail_twice(going, words)
    server.will(raw=letter_by_letter(words, server.base_url))
    terminal.send("\r")
    terminal.wait_for("END", "ready")
    terminal.send("\x1bOQ")
    terminal.wait_for("MODEL3")
    terminal.send("MODEL3\r")
    terminal.wait_for("next answer is by")
    terminal.send("\t")
    terminal.wait_for("Esc write")
    terminal.send("o")
    terminal.wait_until(lambda: terminal.bytes_seen.count(PAGER_LEFT) == 2, "the pager left")
    terminal.send("\x14")
    terminal.wait_for("Ctrl+N new")
    terminal.send("\x1bOS")
    terminal.wait_for("Enter writes")
    terminal.send("\r")
    terminal.wait_for("Written")
    terminal.send("\x11")
    terminal.wait_for_exit()


def session_with(words: Words) -> bytes:
    server = FaultServer("chat")
    assert isinstance(server.double, ChatDouble)
    server.double.models = [{"id": f"MODEL{number} {words.line[number * 40 :]}"} for number in range(9)]
    try:
        environ = server.environ | {"PAGER": "cat"}
        with program(environ=environ, rows=60) as terminal:
            terminal.wait_for("F1")
            use_everything(Session(terminal, server), words)
        assert not [call for call in server.calls if call.path.endswith(".png")]
        return bytes(terminal.bytes_seen)
    finally:
        server.stop()


@pytest.fixture
def folder_of_no_good_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / NAME
    folder.mkdir()
    monkeypatch.chdir(folder)
    yield folder
    monkeypatch.chdir(tmp_path)


@pytest.mark.timeout(120)  # two sessions, eleven commands
def test_no_word_of_a_server_and_no_name_of_a_file_acts(folder_of_no_good_name: Path) -> None:
    honest = sequences_in(session_with(PLAIN))
    assert smuggled(session_with(EVIL), honest) == []
    assert len([*folder_of_no_good_name.glob("*.md")]) == 2
    for words in (
        ["threads", "list"],
        ["threads", "show", "last"],
        ["threads", "search", "END"],
        ["threads", "show", "last", "--json"],
        ["threads", "export", "last", "--output", f"{NAME}.txt"],
        ["threads", "import", NAME],
        ["threads", "delete", NAME],
        ["--settings", NAME],
        ["--assistant", f"./{NAME}"],
        ["--resume", NAME],
        ["clean", NAME],
    ):
        terminal = Terminal((*PROGRAM, *words))
        terminal.wait_for_exit()
        terminal.close()
        written = bytes(terminal.bytes_seen)
        assert written, words
        assert (smuggled(written, set()), sequences_in(written)) == ([], set()), words
