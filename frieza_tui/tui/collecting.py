"""Garbage collections put off while much is made that stays. Knows nothing of what is made."""

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def put_off_collections() -> Generator[None]:
    """Make many objects without a look through all of them at each ten thousand; a long thread takes half as long."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
