"""Writes together what can be written, and finds out what never can be. Knows no journal and no thread."""

import logging
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from frieza_tui.domain.errors import StoreError
from frieza_tui.store.database import transaction
from frieza_tui.store.thread_writer import ThreadWriter

log = logging.getLogger(__name__)

Write: TypeAlias = Callable[[ThreadWriter], None]


def write_all(writer: ThreadWriter, writes: Sequence[Write]) -> list[tuple[Write, Exception]]:
    """Write in one transaction, and return what no other try would bring into the file either, with the reasons.

    Raises: OSError, sqlite3.Error, StoreError: nothing was written, and another try may end otherwise.
    """
    before = writer.written
    try:
        with transaction(writer.db):
            for write in writes:
                write(writer)
    except Exception as error:
        if not _is_lasting(error):
            raise
        writer.written = before
        return _write_singly(writer, writes)
    return []


def _write_singly(writer: ThreadWriter, writes: Sequence[Write]) -> list[tuple[Write, Exception]]:
    lost: list[tuple[Write, Exception]] = []
    with transaction(writer.db):
        for write in writes:
            before = writer.written
            writer.db.execute("SAVEPOINT one")
            try:
                write(writer)
            except Exception as error:
                if not _is_lasting(error):
                    raise
                log.exception("the file of the threads cannot hold something")
                writer.db.execute("ROLLBACK TO one")
                writer.written = replace(before, run=None)  # else what follows would go to an earlier run
                lost.append((write, error))
            writer.db.execute("RELEASE one")
    return lost


def _is_lasting(error: Exception) -> bool:
    if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError | sqlite3.DataError):
        return True
    return not isinstance(error, OSError | sqlite3.Error | StoreError)
