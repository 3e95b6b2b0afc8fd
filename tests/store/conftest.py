import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from frieza_tui.store.database import open_database


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "threads.sqlite3"


@pytest.fixture
def db(file: Path) -> Iterator[sqlite3.Connection]:
    database = open_database(file)
    yield database
    database.close()
