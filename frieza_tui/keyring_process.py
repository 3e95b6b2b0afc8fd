"""The system's keyring, asked through the package `keyring` in a process of its own. Knows no settings and no server.

A process, because a keyring may wait for somebody to unlock it for as long as it likes, because the package and what it
needs on Linux take 20 MB of memory, and because its errors are those of whichever keyring there is.
"""

import asyncio
import importlib.util
import logging
import sys
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress
from typing import Final

from frieza_tui.settings import environ_without_keys

log = logging.getLogger(__name__)

SERVICE: Final = "frieza-tui"
WAIT_S: Final = 30.0
"""Long enough to type the password of a locked keyring."""


async def put_secret(account: str, secret: str) -> bool:
    """Keep a secret in the keyring. False if there is none, or none that gives it back."""
    return await _ask("set", account, secret) is not None and await get_secret(account) == secret


async def get_secret(account: str) -> str | None:
    """Return a secret of the keyring; None if it has none, stays locked, or there is no keyring."""
    said = await _ask("get", account)
    return said.rstrip("\r\n") if said else None


async def _ask(operation: str, account: str, secret: str = "") -> str | None:
    """Return what the keyring says; the secret goes in and out by pipes, where no list of processes shows it."""
    if importlib.util.find_spec("keyring") is None:
        return None
    # -P: a file keyring.py in the folder where the program was started is not the package.
    command = (sys.executable, "-P", "-m", "keyring", operation, SERVICE, account)
    process = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environ_without_keys()
    )
    try:
        async with asyncio.timeout(WAIT_S):
            said, _nothing = await process.communicate(secret.encode())
    except TimeoutError:
        log.warning("the keyring did not answer in time")
        return None
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return said.decode("utf-8", "replace") if process.returncode == 0 else None
