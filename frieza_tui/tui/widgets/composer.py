"""The message box: writes, recalls, pastes and hands over; knows nothing of turns or the log."""

import asyncio
import re
from dataclasses import dataclass
from typing import Protocol

from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.widgets import TextArea

from frieza_tui.text.safe import make_safe
from frieza_tui.tui.recall import RecallList
from frieza_tui.tui.tab_key import TabKey
from frieza_tui.tui.widgets.caret_area import CaretArea
from frieza_tui.tui.widgets.choice_list import CHOICE_KEYS

REPORT_S = 0.05
"""Nobody types a whole mouse report within so many seconds."""
_MOUSE_REPORT = re.compile(r"\^?\[<\d*;[-.\w]*;[-.\w]*$")


def _editing_actions() -> dict[str, str]:
    bindings = [binding for binding in TextArea.BINDINGS if isinstance(binding, Binding)]
    actions = {
        key: binding.action for binding in bindings for key in binding.key.split(",") if binding.action != "copy"
    }
    return actions | dict.fromkeys(("ctrl+j", "shift+enter"), "break_line")


_EDITING_ACTIONS = _editing_actions()


class Chooser(Protocol):
    """Something above the box, among which one chooses by keys."""

    def press(self, name: str) -> None:
        """Take one of CHOICE_KEYS."""


class Composer(CaretArea):
    """A text box that sends on Enter and grows with its text."""

    DEFAULT_CSS = """
    Composer {
        height: auto;
        min-height: 3;
        max-height: 33vh;
        scrollbar-size-vertical: 1;
    }
    """

    @dataclass
    class Submitted(Message):
        """The user handed over a message; the box is empty again."""

        text: str

    class NothingSubmitted(Message):
        """Enter was pressed with nothing written."""

    class EarlierWanted(Message):
        """Up was pressed on the first row."""

    class EndWanted(Message):
        """End was pressed where it has no other use."""

    @dataclass
    class DraftChanged(Message):
        """The box became empty or stopped being so."""

        has_draft: bool

    def __init__(self, recall: RecallList, *, is_blinking: bool = True, id: str | None = None) -> None:
        """Take the list of earlier inputs; the caret blinks if asked to."""
        super().__init__(id=id, soft_wrap=True, highlight_cursor_line=False, max_checkpoints=200)
        self.match_cursor_bracket = False
        self.cursor_blink = is_blinking
        self._recall_list = recall
        self._had_draft = False
        self._bracket_time = 0.0
        self._pending_text: str | None = None
        self.tab_key = TabKey(self, lambda: self.screen.focus_next())
        self.chooser: Chooser | None = None
        """What takes CHOICE_KEYS while the box is empty."""
        self.marker: Chooser | None = None
        """What takes up and down in their usual place, because of what is being typed."""

    @property
    def has_draft(self) -> bool:
        """Whether anything is written in the box."""
        return self.document.line_count > 1 or bool(self.document.get_line(0))

    def takes(self, event: events.Key) -> bool:
        """Whether the box does something with a key."""
        return event.is_printable or event.key == "enter" or event.key in _EDITING_ACTIONS

    def put(self, text: str) -> None:
        """Replace what is written, as one step that can be undone; the caret goes to the end."""
        self.replace(text, (0, 0), self.document.end, maintain_selection_offset=False)
        self.move_cursor(self.document.end)

    def put_aside(self) -> bool:
        """Empty the box and keep what was written among the earlier inputs. False if it was empty."""
        if not self.has_draft:
            return False
        self._recall_list.add(self.text)
        self.clear()
        return True

    def offer(self, text: str) -> bool:
        """Put a text into the box if that is empty; say whether it was."""
        if self.has_draft:
            return False
        self.put(text)
        return True

    @property
    def has_earlier(self) -> bool:
        """Whether there is an earlier input to recall."""
        return len(self._recall_list) > 0

    def remember(self, text: str) -> None:
        """Keep a text among the earlier inputs."""
        self._recall_list.add(text)

    def deselect(self) -> None:
        """Select nothing; the caret stays."""
        self.move_cursor(self.cursor_location)

    def recall_older(self) -> None:
        """Show the input before the one shown."""
        text = self._recall_list.older(self.text)
        if text is not None:
            self.put(text)

    def action_break_line(self) -> None:
        """Begin a new line at the caret."""
        self.replace("\n", *self.selection, maintain_selection_offset=False)

    def action_cursor_up(self, select: bool = False) -> None:
        """Move up; on the first row ask for what was written earlier."""
        if not select and self.navigator.is_first_wrapped_line(self.cursor_location):
            self.post_message(self.EarlierWanted())
        else:
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        """Move down; on the last row of a recalled input go on to the later one, at last to the draft."""
        if not select and self.navigator.is_last_wrapped_line(self.cursor_location):
            text = self._recall_list.newer(self.text)
            if text is not None:
                self.put(text)
                return
        super().action_cursor_down(select)

    def action_cursor_line_end(self, select: bool = False) -> None:
        """Go to the end of the line; from there ask for the end of everything."""
        if not select and self.cursor_at_end_of_line:
            self.post_message(self.EndWanted())
        super().action_cursor_line_end(select)

    async def on_key(self, event: events.Key) -> None:
        """Send on Enter, edit, and take out broken mouse reports. What is left types itself or is the screen's.

        Editing keys are carried out here and now: by way of Textual's bindings they would come after the letters that
        follow them in the same read.
        """
        if self.tab_key.take(event):
            return
        if self.chooser is not None and event.key in CHOICE_KEYS and not self.has_draft:
            event.stop()
            event.prevent_default()
            self.chooser.press(event.key)
            return
        if self.marker is not None and event.key in {"up", "down"}:
            event.stop()
            event.prevent_default()
            self.marker.press(event.key)
            return
        if event.key == "enter" or (event.character or "").isascii():
            self._submit_pending()
        if event.character == "[":
            self._bracket_time = event.time
        is_report = event.character in {"M", "m"} and event.time - self._bracket_time < REPORT_S
        action = _EDITING_ACTIONS.get(event.key)
        if event.key != "enter" and not action and not (is_report and self._drop_mouse_report()):
            return
        event.stop()
        event.prevent_default()
        if action:
            await self.run_action(action)
        elif event.key == "enter" and not self._continue_line():
            self._submit_soon()

    def on_blur(self) -> None:
        """Take keys for its own again."""
        self.tab_key.end()

    def on_paste(self, event: events.Paste) -> None:
        """Insert pasted text whole, made safe."""
        event.stop()
        event.prevent_default()
        self.replace(make_safe(event.text), *self.selection, maintain_selection_offset=False)
        self.scroll_cursor_visible()

    def on_text_area_changed(self) -> None:
        """Tell when the box becomes empty or stops being so."""
        if self.has_draft != self._had_draft:
            self._had_draft = self.has_draft
            self.post_message(self.DraftChanged(self._had_draft))

    def _continue_line(self) -> bool:
        """A backslash before the caret and Enter make a new line, where the terminal has no other key for it."""
        row, column = self.cursor_location
        if self.selected_text or column == 0 or self.document.get_line(row)[column - 1] != "\\":
            return False
        self.replace("\n", (row, column - 1), (row, column), maintain_selection_offset=False)
        return True

    def _drop_mouse_report(self) -> bool:
        """Some terminals send coordinates that are no numbers; Textual then hands the report over as typed keys."""
        row, column = self.cursor_location
        report = _MOUSE_REPORT.search(self.document.get_line(row)[:column])
        if report is None:
            return False
        self.replace("", (row, report.start()), (row, column), maintain_selection_offset=False)
        return True

    def _submit_soon(self) -> None:
        """Submit after two ticks of the loop: the word that an IME confirms may come after its Enter."""
        if not self.has_draft:
            self.post_message(self.NothingSubmitted())
        elif not self.read_only and self.text.strip():
            self._pending_text = self.text
            loop = asyncio.get_running_loop()
            loop.call_soon(loop.call_soon, self.call_later, self._submit_all)

    def _submit_pending(self) -> None:
        """Submit what was there at the last Enter, if that still waits; what has come since is the next message's."""
        if self._pending_text is not None:
            self._submit(self._pending_text)

    def _submit_all(self) -> None:
        if self._pending_text is not None:
            self._submit(self.text)

    def _submit(self, text: str) -> None:
        self._pending_text = None
        self.put(self.text.removeprefix(text) if self.text.startswith(text) else "")
        self.post_message(self.Submitted(text))
