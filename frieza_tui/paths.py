"""Where files live on this platform, and small ones of ours written whole. Keeps others out of folders and files."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Literal

import platformdirs

from frieza_tui.domain.errors import SettingsError
from frieza_tui.i18n import _

APP = "frieza-tui"


def _place(find: Callable[..., Path]) -> Path:
    """Return a folder of ours, as platformdirs finds it. Raises: SettingsError, where it knows no home folder."""
    try:
        return find(APP, appauthor=False)
    except RuntimeError as error:  # a user of whom only the number is known, and HOME not set, as in containers
        raise SettingsError(_("There is no home folder."), _("Set HOME to a folder of yours.")) from error


def config_dir() -> Path:
    """Settings and the user's assistant files. Not made here: the user makes it."""
    return _place(platformdirs.user_config_path)


def _private(folder: Path) -> Path:
    with suppress(OSError):  # whoever uses the folder says what is wrong with it, or goes on without
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def data_dir() -> Path:
    """Threads and models; made with mode 0700."""
    return _private(_place(platformdirs.user_data_path))


def state_dir() -> Path:
    """Logs and recall lists; made with mode 0700."""
    return _private(_place(platformdirs.user_state_path))


def cache_dir() -> Path:
    """What can be made again, such as saved prompt states; made with mode 0700."""
    return _private(_place(platformdirs.user_cache_path))


def private_opener(path: str, flags: int) -> int:
    """Open a file for its owner's eyes alone (mode 0600), if it is new; to be given to `open`."""
    return os.open(path, flags, 0o600)


def open_log_of_child(path: Path, mode: Literal["ab", "wb"]) -> IO[bytes]:
    """Open a file for what a child process has to say; where it cannot be written, nobody keeps that."""
    try:
        return open(path, mode, opener=private_opener)
    except OSError:
        return open(os.devnull, "wb")


def is_writable(folder: Path) -> bool:
    """Tell whether something can be put in a folder, or the folder be made."""
    there = next((one for one in (folder, *folder.parents) if os.path.exists(one)), folder)
    return os.path.isdir(there) and os.access(there, os.W_OK)


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
