"""The HTTP face as a command: serves until it is told to stop, and says how to reach it. Knows no backend by name."""

import asyncio
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from frieza_tui import paths
from frieza_tui.backends.base import Backend, Preparation
from frieza_tui.domain.errors import FriezaError
from frieza_tui.i18n import _
from frieza_tui.server.app import serving
from frieza_tui.server.listen import base_url, bind
from frieza_tui.server.options import ServerOptions
from frieza_tui.text.safe import make_safe

_HARD_EXIT_S = 3.0
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """Where to listen, who may come in, and where to keep threads and assistants."""

    host: str = "127.0.0.1"
    port: int = 8000
    """0: any free one."""
    api_key: str | None = None
    """None: a new one, which is printed."""
    database: Path | None = None
    """The SQLite file; None: the usual one in the data folder."""


def serve(options: ServeOptions, open_backend: Callable[[], Backend], stdout: TextIO) -> int:
    """Serve until SIGINT or SIGTERM; returns the exit status.

    Raises: FriezaError if the address or the state's file cannot be used.
    """
    try:
        listener = bind(options.host, options.port)
    except OSError as error:
        happened = _("{host} port {port} cannot be listened on: {reason}.")
        told = happened.format(host=options.host, port=options.port, reason=error.strerror or error)
        raise FriezaError(told, _("Choose another with --host and --port.")) from error
    with listener:
        asyncio.run(_Face(options, open_backend, stdout).run(listener))
    return 0


class _Face:
    def __init__(self, options: ServeOptions, open_backend: Callable[[], Backend], stdout: TextIO) -> None:
        self._options = options
        self._open_backend = open_backend
        self._stdout = stdout
        self._key = options.api_key or secrets.token_urlsafe(24)

    async def run(self, listener: socket.socket) -> None:
        leaving = asyncio.Event()
        _on_signals(leaving.set)
        database = self._options.database or paths.data_dir() / "server.sqlite3"
        options = ServerOptions(self._key, str(database), self._options.host)
        async with serving(self._open, options, listener) as service:
            self._say(_greeting(base_url(listener), self._key, is_new=self._options.api_key is None))
            loading = asyncio.create_task(self._prepare(service.backend))
            await leaving.wait()
            _exit_hard_later()
            loading.cancel()

    def _open(self) -> Backend:
        backend = self._open_backend()
        backend.on_preparation = self._on_preparation
        return backend

    def _on_preparation(self, preparation: Preparation) -> None:
        if preparation.stage == "ready":
            self._say(_("The model is ready."))

    async def _prepare(self, backend: Backend) -> None:
        try:
            await backend.prepare()
        except FriezaError as error:
            self._say(str(error))

    def _say(self, text: str) -> None:
        print(make_safe(text), file=self._stdout, flush=True)


def _greeting(url: str, key: str, *, is_new: bool) -> str:
    shown = key if is_new else "…"
    lines = [_("The Assistants API v2 is served at {url}").format(url=url)]
    if is_new:
        lines.append(_("Key: {key}").format(key=key))
    lines += [
        "",
        f'Python:  client = openai.OpenAI(base_url="{url}", api_key="{shown}")',
        '         client.beta.assistants.create(model="embedded", name="フリーザ様")',
        f'Node:    const client = new OpenAI({{ baseURL: "{url}", apiKey: "{shown}" }})',
        '         await client.beta.assistants.create({ model: "embedded", name: "フリーザ様" })',
        "",
        _("Ctrl+C ends it."),
    ]
    return "\n".join(lines)


def _on_signals(leave: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for name in _SIGNALS:
        number = getattr(signal, name, None)
        if number is None:
            continue
        try:
            loop.add_signal_handler(number, leave)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(leave))


def _exit_hard_later() -> None:
    """Make sure that the process ends, whatever a backend is in the middle of."""
    watchdog = threading.Timer(_HARD_EXIT_S, os._exit, [0])
    watchdog.daemon = True
    watchdog.start()
