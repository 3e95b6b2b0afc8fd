"""A process that has a program's imports behind it, and forks: such a start costs a tenth of one by exec.

It has one thread and nothing of the tests: a program is told all it knows by its terminal, arguments, environment and
working directory, as after exec, and runs as `python -m` runs it. What a module read of the environment when it was
imported must be the same for the program, else it is executed after all; so only a program that sets such a variable
itself before it imports (--no-kitty) must ask for exec. A program's parent is the zygote, and it does not clear its
modules away at its end. The workers of a test run share one. Knows no terminal.
"""

import atexit
import fcntl
import functools
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir

IMPORTS = (
    "anyio._backends._asyncio",
    "concurrent.futures.thread",
    "frieza_tui.arguments",
    "frieza_tui.backends.assistants",
    "frieza_tui.backends.chat_completions",
    "frieza_tui.backends.demo_script",
    "frieza_tui.backends.leftovers",
    "frieza_tui.backends.responses",
    "frieza_tui.chat.leftovers",
    "frieza_tui.cli",
    "frieza_tui.log_file",
    "frieza_tui.plain",
    "frieza_tui.store.command",
    "frieza_tui.store.journal",
    "frieza_tui.store.threads",
    "frieza_tui.tui.app",
    "frieza_tui.tui.driver",
    "frieza_tui.tui.log.grammar",
    "frieza_tui.tui.log.highlighting",
    "frieza_tui.tui.screens.threads",
    "html",
    "httpcore2",
    "jiter",
    "linkify_it",
    "markdown_it.main",
    "openai",
    "openai.resources.beta.beta",
    "openai.resources.models",
    "pygments.lexers.data",
    "pygments.lexers.python",
    "rich._unicode_data.unicode17-0-0",
    "textual.drivers.linux_driver",
    "textual.layouts.factory",
    "textual.layouts.horizontal",
    "textual.layouts.stream",
    "textual.pilot",
)
"""What takes long to import, or is imported late; what is missing here a program imports for itself."""
FOR_PYTHON = ("PYTHON", "LANG", "LC_")
"""How names begin that the interpreter reads when it starts."""
FOLDERS = "PYTHONPATH"
HARMLESS = "HOME"
"""Read by sysconfig: a user's own packages are not looked for in a virtual environment."""
RUN = "PYTEST_XDIST_TESTRUNUID"
"""What workers of one test run have in common."""
STOPPED = "stopped"
LENGTH = struct.Struct("!I")


@dataclass(frozen=True)
class Order:
    """A program to start."""

    command: list[str]
    environ: dict[str, str]
    folder: str
    is_executed: bool
    terminal: int
    news: int
    """Where to say its process id, that it was stopped, and its exit status."""


class Started:
    """A program that the zygote has started."""

    def __init__(self, news: int) -> None:
        """Take the pipe that tells what becomes of the program."""
        self._news = os.fdopen(news, "rb", buffering=0)
        self.pid = int(self._news.readline())
        self.is_stopped = False
        """Whether it was stopped by a signal, as far as `status` has heard."""
        self._status: int | None = None

    def status(self, *, waits: bool = False) -> int | None:
        """Return the exit status, or minus the signal that ended the program; None while it lives."""
        while self._status is None and (waits or select.select([self._news], [], [], 0)[0]):
            said = self._news.readline().decode().strip()
            self.is_stopped = said == STOPPED
            if not self.is_stopped:
                self._status = int(said)
                self._news.close()
        return self._status


class Zygote:
    """The process, for one who gives it orders."""

    def __init__(self) -> None:
        """Come to the one that runs, else start it. Until the first order nothing is imported."""
        self._started: subprocess.Popen[bytes] | None = None
        self._orders = socket.socket(socket.AF_UNIX)
        with alone():
            try:
                self._orders.connect(address())
            except (FileNotFoundError, ConnectionRefusedError):
                self._started = start_process()
                self._orders.connect(address())

    def start(self, command: Sequence[str], environ: Mapping[str, str], terminal: int, *, executes: bool) -> Started:
        """Start a program in a terminal; `terminal` is closed."""
        body = json.dumps([[*command], {**environ}, str(Path.cwd()), executes]).encode()
        news, theirs = os.pipe()
        socket.send_fds(self._orders, [LENGTH.pack(len(body))], [terminal, theirs])
        self._orders.sendall(body)
        os.close(terminal)
        os.close(theirs)
        return Started(news)

    def close(self) -> None:
        """Give no more orders. Who started the process waits for its end; programs that still run are left alone."""
        self._orders.close()
        if self._started is not None:
            self._started.wait()


def address() -> str:
    """Return where the zygote of this test run takes orders."""
    return f"{gettempdir()}/zygote-{os.environ.get(RUN, os.getpid())}"


@contextmanager
def alone() -> Iterator[None]:
    """Let nobody else come to a zygote, start or end one meanwhile."""
    with open(__file__, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def start_process() -> "subprocess.Popen[bytes]":
    """Start the process; it takes orders at its address already."""
    where = Path(address())
    where.unlink(missing_ok=True)
    screen, end = os.openpty()  # a terminal, so that the streams of Python are made as they are in one
    with socket.socket(socket.AF_UNIX) as calls:
        calls.bind(str(where))
        calls.listen()
        started = subprocess.Popen(
            [sys.executable, "-c", f"from tests.support.zygote import main; main({calls.fileno()}, {screen})"],
            cwd=Path(__file__).parents[2],
            stdin=end,
            stdout=end,
            stderr=end,
            pass_fds=[calls.fileno(), screen],
            start_new_session=True,
        )
    os.close(screen)
    os.close(end)
    return started


@functools.cache
def zygote() -> Zygote:
    """Return what this process gives its orders to."""
    made = Zygote()
    atexit.register(made.close)
    return made


# -- in the process --------------------------------------------------------------------------------------------


def main(calls: int, screen: int) -> None:
    """Start programs until nobody gives orders any more; in a forked program, run it.

    calls: the socket at which those come who give orders. screen: the other end of its own terminal, kept open.
    """
    with socket.socket(fileno=calls) as coming:
        order = Nursery(coming).serve()
    if order is not None:
        run(order)


def run(order: Order) -> None:
    """Be the program. What follows its exit handlers is left out: to clear copied modules away costs half a start."""
    try:
        runpy._run_module_as_main(order.command[2])  # type: ignore[attr-defined]
        status = 0
    except SystemExit as leaving:
        if not isinstance(leaving.code, int | None):
            raise
        status = leaving.code or 0
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    gc.collect()
    with suppress(OSError):  # the terminal is closed: Python itself says so
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)


class Nursery:
    """What the zygote knows: who gives orders, the programs that live, and what was read of the environment before."""

    def __init__(self, coming: socket.socket) -> None:
        """Take the socket at which those come who give orders."""
        self._coming = coming
        self._givers: list[socket.socket] = []
        self._lives: dict[int, int] = {}
        self._environ = {**os.environ}
        self._was_read: set[str] = set()

    def serve(self) -> Order | None:
        """Start programs. Returns None at the end of the orders, and in a forked program its order."""
        wakes, waking = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(waking)
        while True:
            givers = {giver.fileno(): giver for giver in self._givers}
            ready, _, _ = select.select([self._coming.fileno(), wakes, *givers], [], [])
            if wakes in ready:
                os.read(wakes, 4096)
                self._tell_news()
            if self._coming.fileno() in ready:
                self._givers.append(self._coming.accept()[0])
            for number in givers.keys() & ready:
                order = self._receive(givers[number])
                if order is not None and self._start(order):
                    return order
            if not self._givers and self._leaves():
                return None

    def _receive(self, giver: socket.socket) -> Order | None:
        head, descriptors, _flags, _address = socket.recv_fds(giver, LENGTH.size, 2)
        if not head:
            self._givers.remove(giver)
            giver.close()
            return None
        (length,) = LENGTH.unpack(head)
        return Order(*json.loads(giver.recv(length, socket.MSG_WAITALL)), *descriptors)

    def _leaves(self) -> bool:
        """Give up the address, unless somebody has just come."""
        with alone():
            is_needed = bool(select.select([self._coming], [], [], 0)[0])
            if not is_needed:
                os.unlink(self._coming.getsockname())
            return not is_needed

    def _start(self, order: Order) -> bool:
        """Start a program; returns whether this is the forked process that is to become it."""
        is_forked = not order.is_executed and self._fits(order)
        pid = os.fork()
        if pid == 0:
            for end in (self._coming, *self._givers):
                end.close()
            become(order)
            if not is_forked:
                os.execvpe(order.command[0], order.command, order.environ)
            return True
        self._lives[pid] = order.news
        tell(order.news, str(pid))
        os.close(order.terminal)
        return False

    def _fits(self, order: Order) -> bool:
        if not self._was_read:
            self._was_read = names_read_by_importing() - {HARMLESS}
        names = {name for name in {*order.environ, *self._environ} if name.startswith(FOR_PYTHON)} - {FOLDERS}
        is_module = order.command[:2] == [sys.executable, "-m"]
        return is_module and all(order.environ.get(name) == self._environ.get(name) for name in names | self._was_read)

    def _tell_news(self) -> None:
        while self._lives:
            pid, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED)
            if pid == 0:
                return
            if os.WIFSTOPPED(status):
                tell(self._lives[pid], STOPPED)
                continue
            news = self._lives.pop(pid)
            tell(news, str(os.waitstatus_to_exitcode(status)))
            os.close(news)


def tell(news: int, word: str) -> None:
    """Tell who gave the order what becomes of the program, if anybody still asks."""
    with suppress(BrokenPipeError):
        os.write(news, f"{word}\n".encode())


def names_read_by_importing() -> set[str]:
    """Import what programs import; returns the names of the environment that were read meanwhile."""
    names: set[str] = set()
    encode = os.environ.encodekey

    def encode_noted(name: str) -> str:  # typed as in typeshed
        names.add(name)
        return encode(name)

    os.environ.encodekey = encode_noted
    for module in IMPORTS:
        importlib.import_module(module)
    os.environ.encodekey = encode
    gc.freeze()
    return names


def folders_of(environ: Mapping[str, str]) -> list[str]:
    """Return what the interpreter puts on the path behind the program's own folder."""
    return [folder for folder in environ.get(FOLDERS, "").split(os.pathsep) if folder]


def become(order: Order) -> None:
    """Make this process what a program is before its first line."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    fcntl.ioctl(order.terminal, termios.TIOCSCTTY, 0)
    for stream in range(3):
        os.dup2(order.terminal, stream)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.chdir(order.folder)
    own = {**os.environ}
    os.environ.clear()
    os.environ.update(order.environ)
    time.tzset()
    sys.argv[:] = order.command[1:2] + order.command[3:]
    sys.path[: 1 + len(folders_of(own))] = [order.folder, *folders_of(order.environ)]
