"""Copies by a program and reads back what it made of it. Knows no screen."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, create_subprocess_exec
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from frieza_tui.settings import environ_without_keys
from frieza_tui.tui.clipboard.routes import Tool

LIMIT_S = 2.0
"""How long a program may take; after that the next one is tried."""


@dataclass(frozen=True, slots=True)
class Copied:
    """The program that took the text."""

    tool: Tool
    is_verified: bool
    """Whether the text was read back, and was the same."""


async def copy_with(tools: Sequence[Tool], text: str) -> Copied | None:
    """Give the text to the first program that takes it; None if none did. Reading something else back is a failure."""
    for tool in tools:
        data = text.encode(tool.encoding, "replace")
        if await _run(tool.copy, data) is None:
            continue
        found = await _run(tool.paste) if tool.paste else None
        if found is None or found == data:
            return Copied(tool, is_verified=found == data)
    return None


async def _run(command: Sequence[str], data: bytes | None = None) -> bytes | None:
    """Return what a program wrote; None if it failed or took too long.

    A program that is given text gets no pipe to write to: those of X and Wayland stay to serve the clipboard, in a
    session of their own, and would keep it open.
    """
    try:
        process = await create_subprocess_exec(
            *command,
            stdin=DEVNULL if data is None else PIPE,
            stdout=PIPE if data is None else DEVNULL,
            stderr=DEVNULL,
            env=environ_without_keys(),
            start_new_session=sys.platform != "win32",
        )
    except OSError:
        return None
    try:
        async with asyncio.timeout(LIMIT_S):
            written, _errors = await process.communicate(data)
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return (written or b"") if process.returncode == 0 else None
