"""The assistant that ships with the program."""

from functools import cache

from frieza_tui.assistant_files import load_assistant, shipped_path
from frieza_tui.domain.assistant import Assistant


@cache
def default_assistant() -> Assistant:
    """Whatever files the user has of the same name."""
    return load_assistant(shipped_path())
