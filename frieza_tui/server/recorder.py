"""Keeps what a run makes, and tells the client that listens to it. Knows nothing of what a run is."""

import logging
import sqlite3

from frieza_tui.server.event_stream import EventStream
from frieza_tui.server.objects import Json, Wire
from frieza_tui.server.state import State

_log = logging.getLogger(__name__)


class Recorder:
    """Where a run writes: into the state, and to its stream if there is one.

    A state that cannot be written (a full disk) is logged and does not end the run.
    """

    def __init__(self, state: State, thread_id: str, run_id: str) -> None:
        self._state = state
        self._thread_id = thread_id
        self._run_id = run_id
        self.stream: EventStream | None = None

    def add(self, item: Wire, *kinds: str) -> None:
        """Keep a new object and tell of it once for each kind."""
        try:
            self._state.add(item, self._thread_id, self._run_id)
        except sqlite3.Error as error:
            _log.error("a new %s could not be written: %s", item.NOUN, type(error).__name__)
        self.tell(item, *kinds)

    def save(self, item: Wire, *kinds: str) -> None:
        """Keep a changed object and tell of it once for each kind."""
        try:
            self._state.save(item)
        except sqlite3.Error as error:
            _log.error("a changed %s could not be written: %s", item.NOUN, type(error).__name__)
        self.tell(item, *kinds)

    def tell(self, data: Wire | Json, *kinds: str) -> None:
        """Send events to the stream."""
        if self.stream is not None:
            for kind in kinds:
                self.stream.tell(kind, data)

    def end_stream(self) -> None:
        """Send the end mark and let the stream go."""
        if self.stream is not None:
            self.stream.end()
            self.stream = None
