"""The language of all that the screen says."""

import os
from collections.abc import Callable

from frieza_tui.i18n import _, guess_language, use_language
from frieza_tui.tui.widgets.waiting_line import WaitingLine

LANGUAGE_NAMES = {"ja": "日本語", "en": "English"}


class Language:
    """Switches the language while the screen is shown."""

    def __init__(self, waiting_line: WaitingLine) -> None:
        self.on_change: Callable[[], object] = lambda: None
        """Called when everything is to be said anew."""
        self._waiting_line = waiting_line

    def speak(self, code: str) -> bool:
        """Switch to "ja", to "en", or to that of the start: "auto". False for any other."""
        code = guess_language(os.environ) if code.lower() == "auto" else code.lower()
        if code not in LANGUAGE_NAMES:
            return False
        use_language(code)
        self.on_change()
        self._waiting_line.say(_("Language: {name}").format(name=LANGUAGE_NAMES[code]))
        return True
