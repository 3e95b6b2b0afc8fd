"""Which API each server was found to have, and what it lacks of it: a file of the state folder. Asks no server."""

import contextlib
import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from frieza_tui.backends.loose_json import Json, json_object, number_of
from frieza_tui.backends.probing import Api
from frieza_tui.chosen import address_of
from frieza_tui.paths import state_dir, write_whole

KEPT_S: Final = 7 * 24 * 3600.0
"""After that a server is asked again: it may have learned another API."""
MAX_SERVERS: Final = 50
_APIS: Final[tuple[Api, ...]] = ("assistants", "responses", "chat")


class ApiNotes:
    """A small file, read and written whole; what cannot be read or written is as if it were empty."""

    def __init__(self, path: Path | None = None) -> None:
        """Take the file; None: apis.json in the state folder."""
        self._path = path or state_dir() / "apis.json"

    def find(self, base_url: str) -> Api | None:
        """Return the API that a server was found to have, None if that is not known or long ago."""
        note = self._note_of(base_url)
        return next((api for api in _APIS if api == note.get("api")), None) if _is_fresh(note.get("found_at")) else None

    def lacks(self, base_url: str) -> frozenset[str]:
        """Return what a server was found not to take; empty if that is not known or long ago."""
        note = self._note_of(base_url)
        names = note.get("lacks") if _is_fresh(note.get("lacked_at")) else None
        return frozenset(name for name in names if isinstance(name, str)) if isinstance(names, list) else frozenset()

    def note(self, base_url: str, api: Api) -> None:
        """Keep what a server was found to have."""
        self._add(base_url, {"api": api, "found_at": int(time.time())})

    def note_lacks(self, base_url: str, names: Iterable[str]) -> None:
        """Keep what a server was found not to take."""
        self._add(base_url, {"lacks": sorted(names), "lacked_at": int(time.time())})

    def forget(self, base_url: str) -> None:
        """Drop what turned out wrong."""
        notes = dict(self._read())
        if notes.pop(address_of(base_url), None) is not None:
            self._write(notes)

    def _note_of(self, base_url: str) -> Json:
        return json_object(self._read().get(address_of(base_url)))

    def _add(self, base_url: str, facts: Json) -> None:
        notes = {key: note for key, note in self._read().items() if key != address_of(base_url)}
        newest = list(notes.items())[-(MAX_SERVERS - 1) :]
        self._write({**dict(newest), address_of(base_url): {**self._note_of(base_url), **facts}})

    def _read(self) -> Json:
        try:
            return json_object(json.loads(self._path.read_bytes()))
        except (OSError, ValueError):
            return {}

    def _write(self, notes: Json) -> None:
        with contextlib.suppress(OSError):
            write_whole(self._path, json.dumps(notes, indent=1).encode())


def _is_fresh(moment_s: object) -> bool:
    return 0 <= time.time() - number_of(moment_s) < KEPT_S
