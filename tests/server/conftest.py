import warnings

import pytest


@pytest.fixture(autouse=True)
def sdk_warnings() -> None:
    warnings.filterwarnings("ignore", r"(deprecated$|The Assistants API is deprecated)", DeprecationWarning)
