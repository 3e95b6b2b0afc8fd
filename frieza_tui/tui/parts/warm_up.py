"""Loading what is heavy, once the first picture is on the screen. Knows no widget."""

import asyncio
import gc

from frieza_tui.chat import Chat
from frieza_tui.tui.log.parsing import load_parsers
from frieza_tui.tui.parts.workers import Workers


class WarmUp:
    """Brings whoever answers to where a message can be answered at once."""

    def __init__(self, chat: Chat, workers: Workers) -> None:
        self._chat = chat
        self._workers = workers

    def begin(self) -> None:
        """Begin, or begin anew; it ends when the backend is ready or has failed."""
        self._workers.start("prepare", self._prepare)

    async def _prepare(self) -> None:
        gc.enable()  # off since the program's start
        await asyncio.gather(self._chat.prepare(), asyncio.to_thread(load_parsers))
        gc.freeze()  # what the SDK loaded stays for good; looking through it again holds a frame for 0.1 s
