"""One program in a terminal that goes from fault to fault, and what must be so after each of them."""

import os
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from typing import Final

from frieza_tui import paths
from frieza_tui.store.threads import open_threads
from tests.faults.server import KEY, FaultServer
from tests.support.terminal import Terminal, program

READY: Final = "F1"
ROWS: Final = 30
ENTER, ESCAPE, QUIT = "\r", "\x1b", "\x11"
FAILED: Final = "failed"
DONE_WELL: Final = "completed"
TEXT: Final = "ホッホッホ。"
"""What arrives of most replies."""
_LEFT_THE_SCREEN: Final = b"\x1b[?1049l"
_FRAME: Final = re.compile(r"[\s▎│▏▌█▁▔]+")


def _nothing(_server: FaultServer) -> None:
    pass


@dataclass(frozen=True)
class Fault:
    """One fault, and what a user sees of it."""

    name: str
    """Of what kind, and what happens."""
    stage: Callable[[FaultServer], object]
    """Has the server misbehave at the next message."""
    says: tuple[str, ...]
    """Words that the screen says below the message; the last is the run's outcome."""
    text: str = ""
    """What arrived of the reply: it stays, on the screen and on disk."""
    act: "Callable[[Session], object] | None" = None
    """What the user does meanwhile."""
    mend: Callable[[FaultServer], object] = _nothing
    """Ends the server's misbehaviour."""
    is_sent: bool = True
    """False: the message did not reach the server, and is back in the message box."""


class Session:
    """The program, its server, and the faults that they have been through."""

    def __init__(self, terminal: Terminal, server: FaultServer | None = None, patience_s: float = 20.0) -> None:
        """Take the program; without a server only what needs none can be called. patience_s: for what is waited for."""
        self.terminal = terminal
        self._patience_s = patience_s
        self._server = server
        self._texts: list[str] = []
        self._number = self._runs_before = 0

    @property
    def server(self) -> FaultServer:
        """The server that the program talks to."""
        assert self._server is not None
        return self._server

    def go_through(self, fault: Fault) -> None:
        """Let a fault happen, look at what the screen says of it, and go on with the conversation."""
        self._number += 1
        asked, answer = f"fail{self._number:03}", f"said{self._number:03}"
        fault.stage(self.server)
        self._runs_before = self.server.runs_asked
        self.terminal.send(f"{asked}{ENTER}")
        if fault.act is not None:
            self.wait_until_asked()
            self.wait_below(asked, fault.text)
            fault.act(self)
        self.wait_below(asked, *fault.says, fault.text)
        fault.mend(self.server)
        self.server.will(answer)
        if fault.is_sent:
            asked = f"next{self._number:03}"
            self.terminal.send(asked)
        else:
            self.wait_until_offered(asked)
        self.terminal.send(ENTER)
        self.wait_below(asked, answer, "completed")
        self.terminal.wait_until(lambda: self.server.has_one_copy, "deleted on the server what was made anew")
        assert not self.server.doubled, f"sent twice: {self.server.doubled}"
        self._texts += [asked, fault.text, answer]

    def wait_below(self, message: str, *words: str) -> None:
        """Wait until words stand below a message, however they are wrapped."""
        wanted = [_squeezed(one) for one in words]
        self.terminal.wait_until(
            lambda: all(one in self.below(message) for one in wanted), f"{words} below {message}", self._patience_s
        )

    def wait_on_screen(self, *words: str) -> None:
        """Wait until words stand anywhere, however they are wrapped."""
        wanted = [_squeezed(one) for one in words]
        self.terminal.wait_until(lambda: all(one in _squeezed(self.terminal.text) for one in wanted), f"{words}")

    def ask(self, text: str, *words: str) -> None:
        """Send a message, and wait until words stand below it."""
        self.terminal.send(f"{text}{ENTER}")
        self.wait_below(text, *words)

    def wait_until_offered(self, text: str) -> None:
        """Wait until a text stands in the message box again."""
        box = self.terminal.cursor
        self.terminal.wait_until(lambda: text in self.terminal.lines[self.terminal.cursor[1]], f"{text} at {box}")

    def wait_until_asked(self) -> None:
        """Wait until the message has come to the server."""
        self.terminal.wait_until(lambda: self.server.runs_asked > self._runs_before, "the server asked")

    def below(self, message: str) -> str:
        """What stands below a message, without blanks and frames."""
        return _squeezed(self.terminal.text.partition(message)[2])

    # -- the way out -------------------------------------------------------------------------------------------

    def leave(self) -> None:
        """Quit; nothing may be left anywhere, and everything must be on disk."""
        self.quit()
        self.check_receipt()
        assert "not deleted" not in self.receipt, self.receipt
        assert self.server.left == []
        assert ledger() == []
        self.check_kept()

    def quit(self) -> None:
        """End the program by its key."""
        self.terminal.send(QUIT)
        assert self.terminal.wait_for_exit() == 0, self.receipt

    def check_kept(self) -> None:
        """Everything is on disk; no traceback and no key is anywhere."""
        self.check_traces()
        kept = "\n".join(kept_texts())
        missing = [text for text in self._texts if text not in kept]
        assert not missing, f"not on disk: {missing}"

    @property
    def receipt(self) -> str:
        """What the shell shows after the program."""
        return self.terminal.bytes_seen.rpartition(_LEFT_THE_SCREEN)[2].decode(errors="replace")

    @property
    def receipt_lines(self) -> list[str]:
        """The receipt's lines on remote objects."""
        return [line for line in self.receipt.splitlines() if "deleted" in line]

    def check_receipt(self) -> None:
        """What is said to be deleted is not on the server, now; what is said not to be is in the ledger."""
        for line in self.receipt_lines:
            remote_id = line.split(":")[0].split()[1]
            if line.endswith(": deleted"):
                assert remote_id not in self.server.left, line
            else:
                assert remote_id in ledger(), line

    def check_traces(self) -> None:
        """No traceback and no key on the screen, behind it or in the logs."""
        seen = self.terminal.bytes_seen.decode(errors="replace")
        logs = "".join(file.read_text(errors="replace") for file in paths.state_dir().glob("*.log*"))
        for where, text in (("terminal", seen), ("log", logs)):
            assert "Traceback" not in text, f"a traceback in the {where}: {text[text.index('Traceback') :][:3000]}"
            assert KEY not in text, f"the key is in the {where}"


def _squeezed(text: str) -> str:
    return _FRAME.sub("", text)


def ledger() -> list[str]:
    """Ids of the remote objects that the program still knows of."""
    return [str(row[0]) for row in rows("SELECT id FROM remote_objects")]


def kept_texts() -> list[str]:
    """The texts of the last kept thread."""
    with open_threads() as threads:
        return [message.text for message in threads.load(threads.find("last")).thread.messages]


def rows(query: str) -> list[tuple[object, ...]]:
    """Ask the file of the threads."""
    with closing(sqlite3.connect(paths.data_dir() / "threads.sqlite3")) as db:
        return db.execute(query).fetchall()


def escape(session: Session) -> None:
    """Cancel the reply."""
    session.terminal.send(ESCAPE)


@contextmanager
def serving(api: str) -> Iterator[FaultServer]:
    """Run a server of an API."""
    server = FaultServer(api)
    try:
        yield server
    finally:
        server.stop()


def starting(
    server: FaultServer, *arguments: str, environ: Mapping[str, str] | None = None
) -> AbstractContextManager[Terminal]:
    """Start the program on a server."""
    return program(*arguments, environ={**os.environ, **server.environ, **(environ or {})}, rows=ROWS)


@contextmanager
def talking(server: FaultServer, *arguments: str, environ: Mapping[str, str] | None = None) -> Iterator[Session]:
    """Run the program on a server."""
    with starting(server, *arguments, environ=environ) as terminal:
        terminal.wait_for(READY)
        yield Session(terminal, server)


@contextmanager
def session(api: str) -> Iterator[Session]:
    """Run the program on a new server of an API."""
    with serving(api) as server, talking(server) as going:
        yield going
