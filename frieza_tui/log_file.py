"""The log file: rotated, for its owner's eyes only, without message text."""

import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path

from frieza_tui import paths

MAX_BYTES = 1_000_000
KEPT_FILES = 3


class PrivateRotatingFileHandler(RotatingFileHandler):
    """A rotating log file of mode 0600."""

    def _open(self):  # type: ignore[no-untyped-def]  # noqa: ANN202 - the base class's type is a private one
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(descriptor, self.mode, encoding=self.encoding, errors=self.errors)


def log_path(name: str = "frieza-tui.log") -> Path:
    """Where the log file of that name is."""
    return paths.state_dir() / name


def open_log(level: str, name: str = "frieza-tui.log") -> Path | None:
    """Send the program's log records to the log file; returns its path, or None where it cannot be written."""
    logging.raiseExceptions = False
    try:
        path = log_path(name)
        handler = PrivateRotatingFileHandler(path, maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8")
    except OSError:
        logging.getLogger("frieza_tui").addHandler(logging.NullHandler())
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    ours = logging.getLogger("frieza_tui")
    ours.setLevel(level.upper())
    ours.addHandler(handler)
    ours.propagate = False
    return path
