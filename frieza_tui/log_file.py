"""The log file: rotated, for its owner's eyes only, without message text."""

import logging
from copy import copy
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import TypeAlias

from frieza_tui import paths
from frieza_tui.text.safe import make_safe

MAX_BYTES = 1_000_000
KEPT_FILES = 3
LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_OURS = "frieza_tui"

ExceptionFacts: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class PrivateRotatingFileHandler(RotatingFileHandler):
    """A rotating log file of mode 0600."""

    def _open(self):  # type: ignore[no-untyped-def]  # noqa: ANN202 - the base class's type is a private one
        opener = paths.private_opener
        return open(self.baseFilename, self.mode, encoding=self.encoding, errors=self.errors, opener=opener)


class DiscreetFormatter(logging.Formatter):
    """Writes of an error its kinds and frames alone, and of everything nothing that could act on a terminal."""

    def formatException(self, ei: ExceptionFacts) -> str:
        """Return kinds and frames; an error's own words may quote what a user or a model said."""
        from frieza_tui.crash_report import describe

        return describe(ei[1]).rstrip("\n") if ei[1] is not None else ""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line, with the frames of its error below; of a library's only where it came from."""
        record = copy(record)
        record.exc_text = None  # as another handler wrote it
        if record.name.partition(".")[0] != _OURS:
            record.msg, record.args = f"{record.funcName}:{record.lineno}", None
        return make_safe(super().format(record))


def log_path(name: str = "frieza-tui.log") -> Path:
    """Where the log file of that name is."""
    return paths.state_dir() / name


def open_log(level: str, name: str = "frieza-tui.log") -> Path | None:
    """Send the program's log records, and warnings of libraries, to the log file; none goes to the terminal.

    Returns: its path, or None where it cannot be written.
    """
    logging.raiseExceptions = False
    ours, all_others = logging.getLogger(_OURS), logging.getLogger()
    try:
        path = log_path(name)
        handler = PrivateRotatingFileHandler(path, maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8")
    except OSError:
        for logger in (ours, all_others):
            logger.addHandler(logging.NullHandler())
        return None
    handler.setFormatter(DiscreetFormatter(LINE))
    ours.setLevel(level.upper())
    for logger in (ours, all_others):
        logger.addHandler(handler)
    ours.propagate = False
    return path
