"""A program that has an address opened by the desktop's browser or mail program. Knows nothing of frieza-tui."""

import sys
import webbrowser

DRAWS_ON_THE_TERMINAL = {"www-browser", "links", "elinks", "lynx", "w3m"}


def main() -> int:
    """Open the address that the first argument names; returns 1 where nothing but a terminal's browser is there."""
    browser = webbrowser.get()
    return int(getattr(browser, "name", "") in DRAWS_ON_THE_TERMINAL or not browser.open(sys.argv[1]))


if __name__ == "__main__":
    sys.exit(main())
