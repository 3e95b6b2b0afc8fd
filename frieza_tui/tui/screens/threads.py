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
from textual.widgets.option_list import Option
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
        self._rows: dict[str, ThreadLine] = {}
        self._found_words: str | None = None
        """What the rows were found by."""
        self._opens_found = False
        """Enter was pressed before the words that are typed had been looked up."""
        self._doomed: set[str] = set()
        self._said_words = ""

    def compose(self) -> ComposeResult:
        """The box, the list, a line for what was done."""
        with Vertical(id="sheet") as sheet:
            sheet.border_title = _("Threads")
            yield AskingBox(placeholder=_("Search"), id="words", select_on_focus=False)
            yield OptionList(id="threads", markup=False)
            yield WrappedText(id="said")
            yield WrappedText(id="keys")

    def on_resize(self) -> None:
        """Write the keys on the sheet's edge, or where that is too short on lines of their own; fit the rows."""
        keys = _("Enter opens · Ctrl+N new · F2 rename · F4 export · F8 delete · Esc")
        is_roomy = cell_len(keys) + 8 <= self.size.width
        self.query_one("#sheet").border_subtitle = keys if is_roomy else ""
        self.query_one("#keys", WrappedText).words = "" if is_roomy else keys
        self._show_rows(self._chosen)

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
        rows = await asyncio.to_thread(_with_threads, lambda threads: find_lines(threads, words))
        chosen = self._chosen if words == self._found_words else None
        self._rows = {row.summary.id: row for row in rows}
        self._found_words = words
        self._show_rows(chosen)
        self._say(_("Nothing is kept that has these words.") if words and not rows else "")
        if self._opens_found:
            self._opens_found = False
            self._open_chosen()

    def _show_rows(self, chosen: ThreadLine | None) -> None:
        """List what was found, the bar on a thread, or on the first if that one is not there."""
        listed = self.query_one(OptionList)
        listed.clear_options()
        lines = (row.content(self.size.width, self._doomed, self._current_id) for row in self._rows.values())
        listed.add_options([Option(line, id=thread_id) for line, thread_id in zip(lines, self._rows, strict=True)])
        if self._rows:
            is_there = chosen is not None and chosen.summary.id in self._rows
            listed.highlighted = list(self._rows).index(chosen.summary.id) if chosen is not None and is_there else 0

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

    @property
    def _chosen(self) -> ThreadLine | None:
        option = self.query_one(OptionList).highlighted_option
        return self._rows.get(option.id or "") if option is not None else None

    # Doing.

    @property
    def pickable(self) -> int:
        """How many entries can be moved to now, from the first."""
        return 0 if self._box.take_answer is not None else len(self._rows)

    @on(Input.Submitted, "#words")
    @on(OptionList.OptionSelected)
    def _take(self, event: Input.Submitted | OptionList.OptionSelected) -> None:
        """Open the chosen thread, or take what was asked for."""
        event.stop()
        if isinstance(event, OptionList.OptionSelected):
            self._open_chosen()
        elif self._box.take_answer is not None:
            self._box.take_answer(event.value)
        elif event.value == self._found_words:
            self._open_chosen()
        else:
            self._opens_found = True

    def _open_chosen(self) -> None:
        if self._chosen is not None and self._chosen.summary.id not in self._doomed:
            self._open(self._chosen)

    @work(exclusive=True, group="change", exit_on_error=False)
    async def _open(self, row: ThreadLine) -> None:
        """Read the thread whole; ends the screen."""
        message_id, found = (row.hit.message_id, row.hit.found) if row.hit is not None else ("", "")
        with put_off_collections():
            kept = await asyncio.to_thread(_with_threads, lambda threads: threads.load(row.summary.id, message_id))
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
        doomed = list(self._doomed)
        if doomed:
            await asyncio.to_thread(_with_threads, lambda threads: [threads.delete(one) for one in doomed])
            self._doomed.clear()

    def action_delete(self) -> None:
        """Mark the chosen thread as to be deleted when the screen closes; once more takes that back."""
        row = self._chosen
        if row is None or self._box.take_answer is not None:
            return
        if row.summary.id == self._current_id:
            self._say(_("This is the thread that you are in."))
            return
        self._doomed ^= {row.summary.id}
        self._show_rows(row)
        self._say(_("Deleted when this closes; F8 takes it back.") if row.summary.id in self._doomed else "")

    def action_rename(self) -> None:
        """Write another title in the box; Enter takes it, empty makes it from the first words again."""
        row = self._chosen
        if row is not None and self._box.take_answer is None:
            self._box.ask(row.summary.title, partial(self._rename, row.summary.id))
            self._say(_("The new title; Enter takes it, Esc leaves it as it was."))

    @work(exclusive=True, group="change", exit_on_error=False)
    async def _rename(self, thread_id: str, title: str) -> None:
        """Write the title down."""
        await asyncio.to_thread(_with_threads, lambda threads: threads.rename(thread_id, make_safe(title)))
        self._box.stop_asking()
        self._search(self._box.searched_words)

    def action_export(self) -> None:
        """Write the chosen thread where the program was started; the box asks for the format."""
        row = self._chosen
        if row is not None and self._box.take_answer is None:
            self._box.ask("", partial(self._export, row.summary.id))
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
