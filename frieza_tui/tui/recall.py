"""Earlier inputs, kept over restarts, and the walk through them. A plain class; knows no widget."""

import json
import logging
import os
from pathlib import Path

from frieza_tui.paths import write_whole

log = logging.getLogger(__name__)

KEPT = 500
"""How many inputs are remembered."""
LONGEST = 100_000
"""Characters; a longer input is remembered until the program ends, but not written to disk."""


class RecallList:
    """Earlier inputs, and where in them the user is.

    `older` and `newer` walk; the draft that was there before the walk waits at its newest end. An earlier input that
    was changed is a draft of its own: the walk begins again from it.
    """

    def __init__(self, file: Path | None = None) -> None:
        """Read the file, if there is one; None keeps nothing on disk."""
        self._file = file
        self._inputs: list[str] = _read(file) if file else []
        self._place: int | None = None
        self._draft = ""

    def __len__(self) -> int:
        return len(self._inputs)

    def add(self, text: str) -> None:
        """Remember an input as the newest; a walk goes on. Blank ones and repeats of the newest are passed over."""
        if not text.strip() or self._inputs[-1:] == [text]:
            return
        self._inputs.append(text)
        if len(self._inputs) > KEPT:
            self._forget_oldest()
        self._write(text)

    def older(self, shown: str) -> str | None:
        """Step to the input before the one shown; None at the oldest. The first step keeps `shown` as the draft."""
        self._stop_if_changed(shown)
        place = len(self._inputs) if self._place is None else self._place
        if place == 0:
            return None
        if self._place is None:
            self._draft = shown
        self._place = place - 1
        return self._inputs[self._place]

    def newer(self, shown: str) -> str | None:
        """Step to the input after the one shown, at last to the draft; None if there is no walk."""
        self._stop_if_changed(shown)
        if self._place is None:
            return None
        if self._place + 1 == len(self._inputs):
            draft = self._draft
            self.stop()
            return draft
        self._place += 1
        return self._inputs[self._place]

    def stop(self) -> None:
        """End the walk where it is; the draft that waited is forgotten."""
        self._place = None
        self._draft = ""

    def _stop_if_changed(self, shown: str) -> None:
        if self._place is not None and shown != self._inputs[self._place]:
            self.stop()

    def _forget_oldest(self) -> None:
        del self._inputs[0]
        if self._place is not None:
            self._place -= 1
            if self._place < 0:
                self.stop()

    def _write(self, text: str) -> None:
        if self._file is None or len(text) > LONGEST:
            return
        try:
            descriptor = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "a", encoding="utf-8") as file:
                file.write(json.dumps(text) + "\n")
        except OSError as error:
            log.warning("the recall list could not be written: %s", error.strerror)


def _read(file: Path) -> list[str]:
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        log.warning("the recall list could not be read: %s", error.strerror)
        return []
    inputs = [text for line in lines if (text := _decode(line)) is not None]
    if len(lines) > 2 * KEPT:
        _shorten(file, lines[-KEPT:])
    return inputs[-KEPT:]


def _decode(line: str) -> str | None:
    try:
        text = json.loads(line)
    except ValueError:
        return None
    return text if isinstance(text, str) else None


def _shorten(file: Path, lines: list[str]) -> None:
    try:
        write_whole(file, ("\n".join(lines) + "\n").encode())
    except OSError as error:
        log.warning("the recall list could not be shortened: %s", error.strerror)
