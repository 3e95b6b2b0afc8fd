"""What a chat screen does for a reader: copies, find, the pager. Knows no thread on disk."""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from textual import events, on
from textual.app import SuspendNotSupported
from textual.widgets import Input

from frieza_tui.i18n import _, ngettext
from frieza_tui.settings import environ_without_keys
from frieza_tui.text.safe import safe_line
from frieza_tui.tui.log.message_log import MessageLog
from frieza_tui.tui.messages import TextCopied
from frieza_tui.tui.parts.branching import Branching
from frieza_tui.tui.screens.linking import LinkingScreen
from frieza_tui.tui.widgets.find_line import FindLine

PAGER = "less"
"""Where neither $PAGER nor $EDITOR is set."""


class ReadingScreen(LinkingScreen):
    """A screen whose log can be read by keyboard."""

    _branching: Branching

    def _turn_to_messages(self) -> bool:
        """Put the cursor on messages. False, and nothing changes, where there are none or something is written."""
        if not (
            self._runner.is_calm
            and self._composer.has_focus
            and not self._composer.text
            and not self._message_log.is_empty
        ):
            return False
        self._message_log.focus()
        return True

    def on_text_selected(self, event: events.TextSelected) -> None:
        """The mouse's button was let go, wherever that was."""
        self._message_log.end_drag(event.time)

    @on(MessageLog.TextTaken)
    def _copy_taken(self, message: MessageLog.TextTaken) -> None:
        message.stop()
        if message.text.strip():
            self.app.copy_to_clipboard(message.text)
        elif message.what == "code":
            self._waiting_line.say(_("There is no code in this message."))
        else:
            self._waiting_line.say(_("There is nothing to copy here yet."))

    @on(TextCopied)
    def _say_copied(self, message: TextCopied) -> None:
        message.stop()
        self._waiting_line.say(message.words)

    @on(MessageLog.CodeOffered)
    def _offer_code(self, message: MessageLog.CodeOffered) -> None:
        message.stop()
        self._waiting_line.say(_("Which code? Press 1 to {count}.").format(count=len(message.blocks)))

    @on(MessageLog.Wished)
    async def _grant(self, message: MessageLog.Wished) -> None:
        message.stop()
        match message.wish:
            case "leave":
                self._message_log.find("")
                self._composer.focus()
            case "find":
                await self._open_find()
            case "open":
                self._open_in_pager(*self._message_log.text_to_open())
            case wish:
                self._branching.grant(wish, message.key)

    def _open_in_pager(self, text: str, is_wide: bool) -> None:
        """Show a text in $PAGER or $EDITOR, from a file that only its owner can read."""
        if not text:
            return
        command = _pager_command(os.environ)
        environ = environ_without_keys()
        if is_wide:
            environ["LESS"] = f"{environ.get('LESS', '')} -S".lstrip()  # to be scrolled sideways
        try:
            with _file_of(text) as name, self.app.suspend():
                subprocess.run([*command, name], check=False, env=environ)
        except (SuspendNotSupported, OSError):
            words = _("{command} cannot be started here; set PAGER or EDITOR.")
            self._waiting_line.say(words.format(command=safe_line(command[0], 60)))

    # Finding.

    async def _open_find(self) -> None:
        found = self.query(FindLine)
        line = found.first() if found else FindLine()
        if not found:
            await self.mount(line, before=self._waiting_line)
        line.focus()

    @on(Input.Changed, "FindLine")
    def _find(self, event: Input.Changed) -> None:
        event.stop()
        count = self._message_log.find(event.value)
        if event.value:
            found = ngettext(
                "Found in {count} message; n and N go on.", "Found in {count} messages; n and N go on.", count
            )
            self._waiting_line.say(found.format(count=count))

    @on(Input.Submitted, "FindLine")
    async def _go_on_reading(self, event: Input.Submitted) -> None:
        event.stop()
        await self.query(FindLine).remove()
        self._message_log.focus()

    @on(FindLine.Left)
    async def _stop_finding(self, message: FindLine.Left) -> None:
        message.stop()
        self._message_log.find("")
        await self.query(FindLine).remove()
        self._message_log.focus()


def _pager_command(environ: Mapping[str, str]) -> list[str]:
    words = environ.get("PAGER") or environ.get("EDITOR") or PAGER
    try:
        return shlex.split(words) or [PAGER]
    except ValueError:  # a quotation mark without the other one
        return [words]


@contextmanager
def _file_of(text: str) -> Generator[str]:
    """Keep a text in a file of its owner's alone for a while; yields its path. Raises: OSError."""
    descriptor, name = tempfile.mkstemp(suffix=".md", prefix="frieza-tui-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        yield name
    finally:
        Path(name).unlink(missing_ok=True)
