"""A process that has a program's imports behind it, and forks: such a start costs a tenth of one by exec.

It has one thread and nothing of the tests: a program is told all it knows by its terminal, arguments, environment and
working directory, as after exec, and runs as `python -m` runs it. What a module read of the environment when it was
imported must be the same for the program, else it is executed after all; so only a program that sets such a variable
itself before it imports (--no-kitty) must ask for exec. A program's parent is the zygote. Knows no terminal.
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
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

IMPORTS = (
    "anyio._backends._asyncio",
    "frieza_tui.arguments",
    "frieza_tui.backends.assistants",
    "frieza_tui.backends.chat_completions",
    "frieza_tui.backends.responses",
    "frieza_tui.chat.leftovers",
    "frieza_tui.cli",
    "frieza_tui.plain",
    "frieza_tui.store.journal",
    "frieza_tui.store.threads",
    "frieza_tui.tui.app",
    "frieza_tui.tui.driver",
    "httpcore2",
    "jiter",
    "openai",
    "openai.resources.beta.beta",
    "textual.drivers.linux_driver",
    "textual.pilot",
)
"""What takes long to import, or is imported late; what is missing here a program imports for itself."""
FOR_PYTHON = ("PYTHON", "LANG", "LC_")
"""How names begin that the interpreter reads when it starts."""
FOLDERS = "PYTHONPATH"
HARMLESS = "HOME"
"""Read by sysconfig: a user's own packages are not looked for in a virtual environment."""
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
    """The process, for the one who gives it orders."""

    def __init__(self) -> None:
        """Start it. Until the first order nothing is imported."""
        self._orders, theirs = socket.socketpair()
        # A terminal, so that the streams of Python are made as they are in one.
        self._screen, screen = os.openpty()
        code = f"from tests.support.zygote import main; main({theirs.fileno()})"
        self._process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=Path(__file__).parents[2],
            stdin=screen,
            stdout=screen,
            stderr=screen,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        os.close(screen)
        theirs.close()

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
        """Return when the process has gone; programs that still run are left to themselves."""
        self._orders.close()
        self._process.wait()
        os.close(self._screen)


@functools.cache
def zygote() -> Zygote:
    """Return this process's own, which ends with it."""
    made = Zygote()
    atexit.register(made.close)
    return made


# -- in the process --------------------------------------------------------------------------------------------


def main(orders: int) -> None:
    """Start programs until nobody gives orders any more; in a forked program, run it."""
    with socket.socket(fileno=orders) as calls:
        order = Nursery(calls).serve()
    if order is not None:
        runpy._run_module_as_main(order.command[2])  # type: ignore[attr-defined]


class Nursery:
    """What the zygote knows: the programs that live, and what was read of the environment before them."""

    def __init__(self, orders: socket.socket) -> None:
        """Take the socket on which orders come."""
        self._orders = orders
        self._lives: dict[int, int] = {}
        self._environ = {**os.environ}
        self._was_read: set[str] = set()

    def serve(self) -> Order | None:
        """Start programs. Returns None at the end of the orders, and in a forked program its order."""
        wakes, waking = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(waking)
        while True:
            ready, _, _ = select.select([self._orders.fileno(), wakes], [], [])
            if wakes in ready:
                os.read(wakes, 4096)
                self._tell_news()
            if self._orders.fileno() in ready:
                order = self._receive()
                if order is None or self._start(order):
                    return order

    def _receive(self) -> Order | None:
        head, descriptors, _flags, _address = socket.recv_fds(self._orders, LENGTH.size, 2)
        if not head:
            return None
        (length,) = LENGTH.unpack(head)
        return Order(*json.loads(self._orders.recv(length, socket.MSG_WAITALL)), *descriptors)

    def _start(self, order: Order) -> bool:
        """Start a program; returns whether this is the forked process that is to become it."""
        is_forked = not order.is_executed and self._fits(order)
        pid = os.fork()
        if pid == 0:
            self._orders.close()
            become(order)
            if not is_forked:
                os.execvpe(order.command[0], order.command, order.environ)
            return True
        self._lives[pid] = order.news
        os.write(order.news, b"%d\n" % pid)
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
                os.write(self._lives[pid], STOPPED.encode() + b"\n")
                continue
            with open(self._lives.pop(pid), "wb") as news:
                news.write(b"%d\n" % os.waitstatus_to_exitcode(status))


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
