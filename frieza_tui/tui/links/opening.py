"""Opens an address outside the screen. Which ones may be opened is decided before."""

import subprocess
import sys
from pathlib import Path
from subprocess import DEVNULL
from typing import Final

from frieza_tui.settings import environ_without_keys

_OPEN: Final = Path(__file__).with_name("opening_process.py")


def open_outside(url: str) -> bool:
    """Have the desktop's browser or mail program open an address; may take seconds. False if there is none.

    A process of its own asks for it, for `webbrowser` hands on the whole environment, with the key in it.
    """
    command = (sys.executable, "-P", str(_OPEN), url)
    try:
        ended = subprocess.run(
            command, env=environ_without_keys(), stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, check=False
        )
    except OSError:
        return False
    return ended.returncode == 0
