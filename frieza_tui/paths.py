"""Where files live on this platform. Makes folders only when asked, and keeps others out of them."""

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
