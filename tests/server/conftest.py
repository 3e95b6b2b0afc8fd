import warnings

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "node: runs the official Node client of April 2024 (skipped without node)")


@pytest.fixture(autouse=True)
def sdk_warnings() -> None:
    warnings.filterwarnings("ignore", r"(deprecated$|The Assistants API is deprecated)", DeprecationWarning)
