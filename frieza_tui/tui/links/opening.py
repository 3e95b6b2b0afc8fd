"""Opens an address outside the screen. Which ones may be opened is decided before."""

import webbrowser

_ON_THE_TERMINAL = {"www-browser", "links", "elinks", "lynx", "w3m"}
"""Browsers that would write over the screen."""


def open_outside(url: str) -> bool:
    """Have the desktop's browser or mail program open an address; may take seconds. False if there is none."""
    try:
        browser = webbrowser.get()
        if getattr(browser, "name", "") in _ON_THE_TERMINAL:
            return False
        return bool(browser.open(url))
    except (webbrowser.Error, OSError):
        return False
