"""What the tests of adapters share: the real small model, put together once for all the workers of a test run."""

import os
from pathlib import Path

import pytest

from frieza_tui.backends.embedded.catalogue import SMALL
from frieza_tui.backends.embedded.joining import join


@pytest.fixture(scope="session")
def joined_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a gigabyte, which takes two seconds of CPU to write and to check."""
    base = tmp_path_factory.getbasetemp()
    return join(SMALL, (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "models")
