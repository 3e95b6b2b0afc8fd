"""Where files live on this platform, and small ones of ours written whole. Keeps others out of folders and files."""

import os
from contextlib import suppress
from pathlib import Path

import platformdirs

APP = "frieza-tui"


def config_dir() -> Path:
    """Settings and the user's assistant files. Not made here: the user makes it."""
    return platformdirs.user_config_path(APP, appauthor=False)


def _private(folder: Path) -> Path:
    with suppress(OSError):  # whoever uses the folder says what is wrong with it, or goes on without
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def data_dir() -> Path:
    """Threads and models; made with mode 0700."""
    return _private(platformdirs.user_data_path(APP, appauthor=False))


def state_dir() -> Path:
    """Logs and recall lists; made with mode 0700."""
    return _private(platformdirs.user_state_path(APP, appauthor=False))


def cache_dir() -> Path:
    """What can be made again, such as saved prompt states; made with mode 0700."""
    return _private(platformdirs.user_cache_path(APP, appauthor=False))


def private_opener(path: str, flags: int) -> int:
    """Open a file for its owner's eyes alone (mode 0600), if it is new; to be given to `open`."""
    return os.open(path, flags, 0o600)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file for its owner's eyes alone (mode 0600), whole or not at all. Raises: OSError."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with open(temporary, "wb", opener=private_opener) as file:
            file.write(content)
        temporary.replace(path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
