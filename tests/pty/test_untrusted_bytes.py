"""Whatever a server, a file or a paste says: the real program writes to the terminal what only shows.

The judge knows the sequences that the program writes by itself, from a session in which nobody attacks. What is
neither one of those nor text that only shows was smuggled in, whatever it is.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from frieza_tui.backends.scripted import Piece, Reply, final
from frieza_tui.domain.events import AnnotationAdded, ImageAdded, ReasoningDelta, RefusalDelta, StepChanged, StepDelta
from frieza_tui.domain.run import RunError, RunStep, ToolCall
from frieza_tui.domain.thread import Annotation, ImageFilePart
from tests.pty.conftest import StageServer
from tests.support.attacks import bare_attacks, marked_sequences, sequences_in, smuggled
from tests.support.terminal import PROGRAM, Terminal, program

EVERY = [*marked_sequences(), *bare_attacks()]
MARKED = "\n".join(" ".join(EVERY[at : at + 20]) for at in range(0, len(list(marked_sequences())), 20))
BARE = "\n".join(" ".join(list(bare_attacks())[at : at + 4]) for at in range(0, len(list(bare_attacks())), 4))
SHORT = "\n".join([" ".join(EVERY[::11]), " ".join(bare_attacks())])
LINE = SHORT.replace("\n", " ").replace("\r", " ")
PASTED = LINE.replace("\x1b[201~", "")


def tool_pieces() -> Iterator[Piece]:
    call = ToolCall("code_interpreter", f"call{LINE}", LINE, SHORT, (SHORT,), (LINE,))
    yield StepChanged(RunStep("step_1", "tool_calls", "in_progress"))
    yield StepDelta("step_1", 0, call)
    yield StepChanged(RunStep("step_1", "tool_calls", "completed", (call,)))
    yield ReasoningDelta(SHORT)
    yield "before "
    yield RefusalDelta("", SHORT)
    yield AnnotationAdded("", Annotation("url_citation", LINE, f"http://{LINE}/", 0, 3, LINE))
    yield ImageAdded("", ImageFilePart(LINE))
    yield "END2"


REPLIES = [
    Reply(MARKED, "\n\nEND0"),
    Reply(*BARE, "\n\nEND1"),
    Reply(*tool_pieces()),
    Reply("half", final("failed", error=RunError("server_error", f"END3 {LINE}"))),
]


def write_assistant(file: Path) -> Path:
    escaped = "".join(f"\\U{ord(letter):08X}" for letter in LINE if not 0xD800 <= ord(letter) < 0xE000)
    file.write_text(f'name = "フリーザ様{escaped}"\ninstructions = "{escaped}"\nmodel = "m{escaped}"\n', "utf-8")
    return file


def last_answer(terminal: Terminal) -> str:
    """What stands on the screen from the last answer's label."""
    return terminal.text.rpartition("あなた")[2].partition("フリーザ様")[2]


def use_everything(terminal: Terminal, pasted: str) -> None:
    """Paste a message, copy its answer, list the threads, look at the help, and leave."""
    terminal.send(f"\x1b[200~PASTED {pasted}\x1b[201~")
    terminal.wait_for("PASTED")
    terminal.send("\r")
    terminal.wait_until(lambda: "completed" in last_answer(terminal) and "ready" in terminal.lines[0], "the answer")
    terminal.send("\t")
    terminal.wait_for("Esc write")
    terminal.send("y")
    terminal.wait_for("Copied")
    terminal.send("\x14")
    terminal.wait_for("Threads", "Ctrl+N new")
    terminal.send("\x1b")
    terminal.wait_until(lambda: "Ctrl+N new" not in terminal.text, "the list gone")
    terminal.send("\x1bOP")
    terminal.wait_for("Keys")
    terminal.send("\x1b")
    terminal.wait_until(lambda: "Esc closes" not in terminal.text, "the help gone")
    terminal.send("\x11")
    terminal.wait_for_exit()


@pytest.fixture(scope="module")
def honest() -> set[str]:
    """What the program writes by itself."""
    with program("--demo", rows=60) as terminal:
        terminal.wait_for("F1")
        use_everything(terminal, "honest words")
        return sequences_in(bytes(terminal.bytes_seen))


@pytest.mark.parametrize("stage", [REPLIES], indirect=True)
def test_nothing_that_acts_is_let_in(stage: StageServer, honest: set[str], tmp_path: Path) -> None:
    assistant = write_assistant(tmp_path / "evil.toml")
    with program("--assistant", str(assistant), environ=stage.environ, rows=60) as terminal:
        terminal.wait_for("F1")
        for number in range(4):
            terminal.send(f"message {number}\r")
            terminal.wait_for(f"END{number}")
        use_everything(terminal, PASTED)
    assert smuggled(bytes(terminal.bytes_seen), honest) == []
    assert len(terminal.bytes_seen) > 20_000


@pytest.mark.parametrize("stage", [REPLIES[:1]], indirect=True)
def test_the_line_face_writes_no_sequence_at_all(stage: StageServer) -> None:
    terminal = Terminal((*PROGRAM, "-p", "一度に"), environ=stage.environ)
    terminal.wait_for_exit()
    terminal.close()
    assert b"END0" in terminal.bytes_seen
    assert smuggled(bytes(terminal.bytes_seen), set()) == []
    assert sequences_in(bytes(terminal.bytes_seen)) == set()


def test_the_judge_finds_every_attack() -> None:
    missed = [ascii(one) for one in EVERY if smuggled(f"a {one} b".encode("utf-8", "surrogatepass"), set()) == []]
    assert missed == []
