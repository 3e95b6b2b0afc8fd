"""Opens an address outside the screen. Which ones may be opened is decided before."""

import subprocess
import sys
from subprocess import DEVNULL
from typing import Final

from frieza_tui.settings import environ_without_keys

_OPEN: Final = """
import sys, webbrowser
browser = webbrowser.get()
would_draw_over_the_screen = getattr(browser, "name", "") in {"www-browser", "links", "elinks", "lynx", "w3m"}
sys.exit(would_draw_over_the_screen or not browser.open(sys.argv[1]))
"""


def open_outside(url: str) -> bool:
    """Have the desktop's browser or mail program open an address; may take seconds. False if there is none.

    A process of its own asks for it, for `webbrowser` hands on the whole environment, with the key in it.
    """
    command = (sys.executable, "-P", "-c", _OPEN, url)
    try:
        ended = subprocess.run(
            command, env=environ_without_keys(), stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, check=False
        )
    except OSError:
        return False
    return ended.returncode == 0
