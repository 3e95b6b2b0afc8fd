"""Saves the engine's state after it has read an example pack, so that no later start waits for that reading.

A pack is read in stages, each saved under the number of examples it holds: a reader who interrupts keeps what is done.
"""

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from frieza_tui.backends.embedded.engine_client import EngineClient, EngineError
from frieza_tui.backends.embedded.engine_process import CONTEXT_TOKENS
from frieza_tui.backends.embedded.prompts import SHORT_PACK, ChatMessage, pack_messages
from frieza_tui.domain.assistant import ExamplePack

STAGE = 4
"""Examples per stage: about 8 s of reading with the 1.5B model on two slow cores."""
_FRESH_S = 300.0
"""After this long the engine may have slept and forgotten; half of the time after which it does."""
_CUT_S = 3600.0
"""No save takes as long: a file of another name that is older is of one that was cut."""
_KEPT_FILES = 8
"""25 MB each, for the 1.5B model and 18 examples."""


def _next_message(pack: ExamplePack) -> ChatMessage:
    """Any user's message: what comes after the pack is read anew each time."""
    return {"role": "user", "content": pack.examples[0].user if pack.examples else "?"}


class SlotKeeper:
    """What the engine's one slot holds, and what is saved on disk. One for each engine process."""

    def __init__(self, folder: Path, fingerprint: str, engine_version: str) -> None:
        self._folder = folder
        self._prefix = hashlib.sha256(f"{fingerprint} {engine_version} {CONTEXT_TOKENS}".encode()).hexdigest()[:16]
        self._held: tuple[str, int] | None = None
        self._used_at = 0.0

    def _key(self, pack: ExamplePack) -> str:
        read = msgspec.json.encode((pack.system, pack.examples))
        return f"{self._prefix}-{hashlib.sha256(read).hexdigest()[:16]}"

    def file_of(self, pack: ExamplePack, count: int) -> Path:
        """Where the state after so many examples is saved."""
        return self._folder / f"{self._key(pack)}-{count:03d}.slot"

    def _saved(self, pack: ExamplePack) -> Iterator[int]:
        """Numbers of examples saved, the largest first."""
        return (count for count in range(len(pack.examples), 0, -1) if self.file_of(pack, count).is_file())

    def saved_count(self, pack: ExamplePack) -> int:
        """How many of the pack's examples need no reading; 0 if nothing is saved."""
        return next(self._saved(pack), 0)

    def note_use(self, pack: ExamplePack | None, count: int) -> None:
        """Remember what the slot begins with now: so many of a pack's examples, or (None) something else."""
        self._held = (self._key(pack), count) if pack is not None else None
        self._used_at = time.monotonic()

    def _holds(self, pack: ExamplePack, count: int) -> bool:
        return self._held == (self._key(pack), count) and time.monotonic() - self._used_at < _FRESH_S

    async def take_up(self, client: EngineClient, pack: ExamplePack) -> int:
        """Bring the slot as far into the pack as can be had without reading; return the examples to be used.

        A file that the engine refuses is deleted. Raises: EngineGone.
        """
        for count in list(self._saved(pack)):
            if self._holds(pack, count):
                return count
            try:
                await client.restore_slot(self.file_of(pack, count).name)
            except EngineError:
                self.file_of(pack, count).unlink(missing_ok=True)
                continue
            self.note_use(pack, count)
            return count
        return min(SHORT_PACK, len(pack.examples))

    async def warm(self, client: EngineClient, pack: ExamplePack) -> None:
        """Read what is missing of a pack, stage by stage, saving each; cancel at will.

        Raises: EngineError, EngineGone.
        """
        while (count := self._next_stage(pack)) is not None:
            await self.take_up(client, pack)
            self._held = None
            await client.read_prompt([*pack_messages(pack, count), _next_message(pack)])
            await self._save(client, pack, count)

    def _next_stage(self, pack: ExamplePack) -> int | None:
        total = len(pack.examples)
        if total <= SHORT_PACK or self.saved_count(pack) == total:
            return None
        return min(total, max(SHORT_PACK, self.saved_count(pack)) + STAGE)

    async def _save(self, client: EngineClient, pack: ExamplePack, count: int) -> None:
        target = self.file_of(pack, count)
        temporary = target.with_suffix(f".{os.getpid()}")
        await client.save_slot(temporary.name)
        temporary.replace(target)
        self.note_use(pack, count)
        for smaller in list(self._saved(pack))[1:]:
            self.file_of(pack, smaller).unlink(missing_ok=True)
        self.prune()

    def prune(self) -> None:
        """Delete the oldest files, such as those of other models and older engines, and what a cut save left behind."""
        for file in self._folder.iterdir():
            if file.suffix != ".slot" and time.time() - file.stat().st_mtime > _CUT_S:
                file.unlink(missing_ok=True)
        files = sorted(self._folder.glob("*.slot"), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in files[_KEPT_FILES:]:
            file.unlink(missing_ok=True)
