"""An app whose copies tell the truth: safe text, by the route that fits, and words that say what is known of it."""

import os
from typing import TypeVar

from textual import work
from textual.app import App

from frieza_tui.i18n import _
from frieza_tui.text.safe import make_safe
from frieza_tui.tui.clipboard.copying import Copied, copy_with
from frieza_tui.tui.clipboard.osc52 import osc52
from frieza_tui.tui.clipboard.routes import fitting_tools
from frieza_tui.tui.messages import TextCopied

R = TypeVar("R")


class CopyingApp(App[R]):
    """Takes over Textual's own way of copying, which its widgets use too."""

    _copied_text = ""

    @property
    def clipboard(self) -> str:
        """What was copied here last; Textual's widgets paste it."""
        return self._copied_text

    def copy_to_clipboard(self, text: str) -> None:
        """Copy a text; the screen on top is told how that went by TextCopied."""
        self._copied_text = make_safe(text)
        if self._copied_text:
            self._copy_by_route(self._copied_text)

    @work(exclusive=True, group="copy", exit_on_error=False)
    async def _copy_by_route(self, text: str) -> None:
        """Try the programs, then the terminal; a newer copy ends it."""
        copied = await copy_with(fitting_tools(os.environ), text)
        if copied is None and self._driver is not None:
            self._driver.write(osc52(text, os.environ))
        self.screen.post_message(TextCopied(copied_words(copied)))


def copied_words(copied: Copied | None) -> str:
    """Say by which route a text was copied, and whether it is known to have arrived."""
    if copied is None:
        return _("Copied: sent to the terminal, not verified.")
    if copied.tool.sends_on and copied.is_verified:
        words = _("Copied with {tool}, verified there, and sent on to the terminal.")
    elif copied.is_verified:
        words = _("Copied with {tool}, verified.")
    else:
        words = _("Copied with {tool}, not verified.")
    return words.format(tool=copied.tool.name)
