"""The server as a child of the screen: lives as long as its standard input is open. Knows no screen."""

import asyncio
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from frieza_tui.backends.base import Backend, Preparation
from frieza_tui.backends.expected_run import decode_expected
from frieza_tui.domain.errors import FriezaError
from frieza_tui.log_file import LINE, DiscreetFormatter
from frieza_tui.server.app import serving
from frieza_tui.server.listen import base_url, bind
from frieza_tui.server.options import ServerOptions

_HARD_EXIT_S = 2.0
_READ_BYTES = 65_536
_MISUSED = 2
_log = logging.getLogger(__name__)


def main_child(open_backend: Callable[[dict[str, Any]], Backend]) -> int:
    """Serve on a free loopback port until standard input ends; returns the exit status.

    The first line of standard input is a JSON object: "token" is the key that clients must send, the rest goes to
    `open_backend`. Each later line is a run to be expected (`backends.expected_run`).
    Standard output gets one JSON object a line: {"event": "listening", "base_url"}, then one
    {"event": "preparation", "stage", "fraction", "detail"} for each step of the backend's way to its first answer.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(DiscreetFormatter(LINE))
    logging.basicConfig(handlers=[handler])
    _ignore_the_terminals_signals()
    reporter = _Reporter()
    parent = _Parent()
    try:
        config = json.loads(parent.first_line())
        token = config.pop("token")
    except (ValueError, KeyError, TypeError, AttributeError):
        _log.error("the first line of standard input must be a JSON object with a token")
        return _MISUSED
    asyncio.run(_serve(lambda: open_backend(config), str(token), parent, reporter))
    return 0


async def _serve(open_backend: Callable[[], Backend], token: str, parent: "_Parent", reporter: "_Reporter") -> None:
    leaving = asyncio.Event()
    expected: asyncio.Queue[bytes] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    parent.watch(
        lambda line: loop.call_soon_threadsafe(expected.put_nowait, line),
        partial(loop.call_soon_threadsafe, leaving.set),
    )

    def opened() -> Backend:
        backend = open_backend()
        backend.on_preparation = reporter.report
        return backend

    with bind("127.0.0.1", 0) as listener:
        async with serving(opened, ServerOptions(token, tells_reading=True), listener) as service:
            reporter.send({"event": "listening", "base_url": base_url(listener)})
            preparing = asyncio.create_task(_prepare(service.backend, reporter))
            expecting = asyncio.create_task(_expect(service.backend, expected))
            await leaving.wait()
            preparing.cancel()
            expecting.cancel()


async def _prepare(backend: Backend, reporter: "_Reporter") -> None:
    try:
        await backend.prepare()
    except FriezaError as error:
        reporter.report(Preparation("failed", detail=str(error)))


async def _expect(backend: Backend, lines: "asyncio.Queue[bytes]") -> None:
    while True:
        line = await lines.get()
        try:
            request = decode_expected(line)
        except ValueError:
            _log.error("a line of standard input could not be read")
            continue
        if request is not None and backend.expect is not None:
            backend.expect(request)


def _ignore_the_terminals_signals() -> None:
    """Leave Ctrl+C and a closed terminal to the parent, which still needs this server to say goodbye."""
    for name in ("SIGINT", "SIGHUP", "SIGBREAK"):
        if (number := getattr(signal, name, None)) is not None:
            signal.signal(number, signal.SIG_IGN)


class _Parent:
    """Standard input, read without Python's buffer: its lock must not hold up the end of the process."""

    def __init__(self) -> None:
        self._descriptor = sys.stdin.fileno()
        self._begun = b""
        """What was read beyond the lines that have been handed over."""

    def first_line(self) -> bytes:
        """Return the first line, or what there is of it."""
        read = b""
        while b"\n" not in read and (more := os.read(self._descriptor, _READ_BYTES)):
            read += more
        line, _end, self._begun = read.partition(b"\n")
        return line

    def watch(self, on_line: Callable[[bytes], object], on_gone: Callable[[], object]) -> None:
        """Call `on_line` from another thread for each line, `on_gone` at the end; end the process if that does not."""

        def wait() -> None:
            with suppress(RuntimeError):  # the loop has ended already
                while True:
                    *lines, self._begun = self._begun.split(b"\n")
                    for line in lines:
                        on_line(line)
                    read = os.read(self._descriptor, _READ_BYTES)
                    if not read:
                        break
                    self._begun += read
                on_gone()
            time.sleep(_HARD_EXIT_S)
            os._exit(1)

        threading.Thread(target=wait, daemon=True, name="parent").start()


class _Reporter:
    """Standard output, kept for the parent: what libraries print goes to standard error instead."""

    def __init__(self) -> None:
        sys.stdout.flush()
        self._descriptor = os.dup(sys.stdout.fileno())
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        self._last = Preparation("starting_server")

    def report(self, preparation: Preparation) -> None:
        """Tell how far the backend is; the same twice is told once."""
        if preparation == self._last:
            return
        self._last = preparation
        facts = {"stage": preparation.stage, "fraction": preparation.fraction, "detail": preparation.detail}
        self.send({"event": "preparation", **facts})

    def send(self, facts: dict[str, Any]) -> None:
        """Write one line; a parent that has gone is noticed elsewhere."""
        with suppress(BrokenPipeError):
            os.write(self._descriptor, json.dumps(facts).encode() + b"\n")
