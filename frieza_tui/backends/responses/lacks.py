"""Remembers over restarts what a server does not take of the Responses API, so that it is not tried each time anew."""

import asyncio

from frieza_tui.backends.api_notes import ApiNotes
from frieza_tui.backends.named_server import Server
from frieza_tui.backends.responses.memory import ThreadMemory
from frieza_tui.backends.responses.requests import RequestBuilder


class ServerLacks:
    """What one server was found to lack: ways to remember a thread, and fields of a request."""

    def __init__(self, server: Server, memory: ThreadMemory, requests: RequestBuilder, notes: ApiNotes | None) -> None:
        """Take those who find it out. Of OpenAI's own server nothing is kept: it has all of its API."""
        self._address = server.base_url
        self._memory = memory
        self._requests = requests
        self._notes = None if server.is_openai else notes
        self._noted: frozenset[str] = frozenset()

    async def recall(self) -> None:
        """Begin with what was found before."""
        if self._notes is not None:
            self._noted = await asyncio.to_thread(self._notes.lacks, self._address)
            self._requests.refuse(self._noted)
            self._memory.skip(self._noted)

    async def keep(self) -> None:
        """Keep what has been found since."""
        found = frozenset((*self._memory.lacks, *self._requests.refused))
        if self._notes is not None and found != self._noted:
            self._noted = found
            await asyncio.to_thread(self._notes.note_lacks, self._address, found)
