"""The kept threads: search as one types, open, rename, delete, export. Knows the store, no conversation."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, OptionList
from textual.worker import Worker, WorkerState

from frieza_tui.chat import Past
from frieza_tui.domain.errors import StoreError
from frieza_tui.domain.thread import Thread
from frieza_tui.i18n import _
from frieza_tui.store.exports import FORMATS, Format, write_export
from frieza_tui.store.threads import Threads, open_threads
from frieza_tui.text.safe import make_safe, safe_line
from frieza_tui.text.width import cell_len
from frieza_tui.tui.collecting import put_off_collections
from frieza_tui.tui.messages import TextCopied
from frieza_tui.tui.screens.picking import PickingScreen
from frieza_tui.tui.screens.thread_lines import ThreadLine, find_lines
from frieza_tui.tui.screens.thread_list import ThreadList
from frieza_tui.tui.widgets.asking_box import AskingBox
from frieza_tui.tui.widgets.wrapped_text import WrappedText

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Opened:
    """The thread that was chosen, and the words by which it was found, as they stand in it."""

    past: Past
    found: str = ""
    message_id: str = ""
    """Of the message in which they were found."""


class ThreadsScreen(PickingScreen[Opened | None]):
    """A sheet over the chat. What is deleted here can be taken back until it closes."""

    CSS_PATH = "threads.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+t,ctrl+c", "leave", show=False, priority=True),
        Binding("f2", "rename", show=False),
        Binding("f4", "export", show=False),
        Binding("f8", "delete", show=False),
        Binding("ctrl+n", "open_new", show=False, priority=True),
    ]

    def __init__(self, current_id: str) -> None:
        """Take the id of the thread that the conversation is in."""
        super().__init__()
        self._current_id = current_id
        self._thread_list = ThreadList(current_id)
        self._found_words: str | None = None
        """What the listed threads were found by."""
        self._opens_found = False
        """Enter was pressed before the words that are typed had been looked up."""
        self._said_words = ""

    def compose(self) -> ComposeResult:
        """The box, the list, a line for what was done."""
        with Vertical(id="sheet") as sheet:
            sheet.border_title = _("Threads")
            yield AskingBox(placeholder=_("Search"), id="words", select_on_focus=False)
            yield self._thread_list
            yield WrappedText(id="said")
            yield WrappedText(id="keys")

    def on_resize(self) -> None:
        """Write the keys on the sheet's edge, or where that is too short on lines of their own."""
        keys = _("Enter opens · Ctrl+N new · F2 rename · F4 export · F8 delete · Esc")
        is_roomy = cell_len(keys) + 8 <= self.size.width
        self.query_one("#sheet").border_subtitle = keys if is_roomy else ""
        self.query_one("#keys", WrappedText).words = "" if is_roomy else keys

    def on_mount(self) -> None:
        """Show all threads."""
        self._search("")

    # Reading.

    @on(AskingBox.Searched)
    def _search_on(self, event: AskingBox.Searched) -> None:
        event.stop()
        self._search(event.words)

    @work(exclusive=True, group="search", exit_on_error=False)
    async def _search(self, words: str) -> None:
        """Look the words up in a thread of the system's; shows what was found last."""
        lines = await asyncio.to_thread(_with_threads, lambda threads: find_lines(threads, words))
        chosen = self._thread_list.chosen if words == self._found_words else None
        self._thread_list.list_threads(lines, chosen.summary.id if chosen is not None else "")
        self._found_words = words
        self._say(_("Nothing is kept that has these words.") if words and not lines else "")
        if self._opens_found:
            self._opens_found = False
            self._open_chosen()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say why the disk did not answer."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self._opens_found = False
            error = event.worker.error
            self._say(make_safe(str(error)) if isinstance(error, StoreError) else type(error).__name__)

    def _say(self, words: str) -> None:
        self._said_words = words
        self.query_one("#said", WrappedText).words = words

    @property
    def _box(self) -> AskingBox:
        return self.query_one(AskingBox)

    # Doing.

    @property
    def pickable(self) -> int:
        """How many entries can be moved to now, from the first."""
        return 0 if self._box.take_answer is not None else self._thread_list.option_count

    @on(Input.Submitted, "#words")
    def _take(self, event: Input.Submitted) -> None:
        """Take what was asked for, or open the chosen thread as soon as the words have been looked up."""
        event.stop()
        if self._box.take_answer is not None:
            self._box.take_answer(event.value)
        elif event.value == self._found_words:
            self._open_chosen()
        else:
            self._opens_found = True

    @on(OptionList.OptionSelected)
    def _open_clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._open_chosen()

    def _open_chosen(self) -> None:
        line = self._thread_list.chosen
        if line is not None and line.summary.id not in self._thread_list.doomed_ids:
            self._open(line)

    @work(exclusive=True, group="change", exit_on_error=False)
    async def _open(self, line: ThreadLine) -> None:
        """Read the thread whole; ends the screen."""
        message_id, found = (line.hit.message_id, line.hit.found) if line.hit is not None else ("", "")
        with put_off_collections():
            kept = await asyncio.to_thread(_with_threads, lambda threads: threads.load(line.summary.id, message_id))
        await self._end(Opened(Past(kept.thread, kept.turns, kept.draft, queued=kept.queued), found, message_id))

    @work(exclusive=True, group="change", exit_on_error=False)
    async def action_open_new(self) -> None:
        """Begin a new thread; ends the screen."""
        await self._end(Opened(Past(Thread())))

    @work(exclusive=True, group="change", exit_on_error=False)
    async def action_leave(self) -> None:
        """Leave a name as it was, or write no file; else close."""
        if self._box.take_answer is not None:
            self._box.stop_asking()
            self._say("")
        else:
            await self._end(None)

    async def _end(self, result: Opened | None) -> None:
        await self._delete_doomed()
        self.dismiss(result)

    async def on_unmount(self) -> None:
        """Leave nothing that is to be deleted also where the whole program is left from here."""
        with suppress(StoreError):
            await self._delete_doomed()

    async def _delete_doomed(self) -> None:
        """Delete what is to be deleted, now for good."""
        doomed = sorted(self._thread_list.doomed_ids)
        if doomed:
            await asyncio.to_thread(_with_threads, lambda threads: [threads.delete(one) for one in doomed])
            self._thread_list.doomed_ids.clear()

    def action_delete(self) -> None:
        """Mark the chosen thread as to be deleted when the screen closes; once more takes that back."""
        line = self._thread_list.chosen
        if line is None or self._box.take_answer is not None:
            return
        if line.summary.id == self._current_id:
            self._say(_("The thread that you are in cannot be deleted."))
        else:
            is_doomed = self._thread_list.toggle_doomed(line)
            self._say(_("Deleted when this closes; F8 takes it back.") if is_doomed else "")

    def action_rename(self) -> None:
        """Write another title in the box; Enter takes it, empty makes it from the first words again."""
        line = self._thread_list.chosen
        if line is not None and self._box.take_answer is None:
            self._box.ask(line.summary.title, partial(self._rename, line.summary.id))
            self._say(_("The new title; Enter takes it, Esc leaves it as it was."))

    @work(exclusive=True, group="change", exit_on_error=False)
    async def _rename(self, thread_id: str, title: str) -> None:
        """Write the title down."""
        await asyncio.to_thread(_with_threads, lambda threads: threads.rename(thread_id, make_safe(title)))
        self._box.stop_asking()
        self._search(self._box.searched_words)

    def action_export(self) -> None:
        """Write the chosen thread where the program was started; the box asks for the format."""
        line = self._thread_list.chosen
        if line is not None and self._box.take_answer is None:
            self._box.ask("", partial(self._export, line.summary.id), FORMATS[0])
            self._say(_format_words())

    @work(exclusive=True, group="change", exit_on_error=False)
    async def _export(self, thread_id: str, typed: str) -> None:
        """Write the file; show and copy its path."""
        format_ = _format_meant(typed)
        if format_ is None:
            self._say(_format_words())
            return
        self._box.stop_asking()
        path = await asyncio.to_thread(
            _with_threads, lambda threads: write_export(threads.load_record(thread_id), format_, Path())
        )
        shown = safe_line(str(path), 4000)
        self.app.copy_to_clipboard(shown)
        self._say(_("Written: {path}").format(path=shown))

    @on(TextCopied)
    def _say_copied(self, message: TextCopied) -> None:
        """Add it to the words on the file whose path that was."""
        message.stop()
        self._say(f"{self._said_words}\n{message.words}")


def _format_words() -> str:
    return _("The format: {formats}. Enter writes, Esc does not.").format(formats=", ".join(FORMATS))


def _format_meant(typed: str) -> Format | None:
    """Return the format that begins with what was typed, the first of all for nothing; None if there is none."""
    return next((one for one in FORMATS if one.startswith(typed.strip().lower().lstrip("."))), None)


def _with_threads(use: Callable[[Threads], T]) -> T:
    with open_threads() as threads:
        return use(threads)
