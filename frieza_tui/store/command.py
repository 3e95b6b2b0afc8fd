"""What `frieza-tui threads` does: lists, shows, searches, deletes, exports, imports; in plain lines or in JSON."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TextIO

import msgspec

from frieza_tui.i18n import _
from frieza_tui.store.exports import FORMATS, Format, export_text, write_export
from frieza_tui.store.imports import read_threads
from frieza_tui.store.moving_aside import is_usable, move_aside
from frieza_tui.store.records import readable_json
from frieza_tui.store.thread_reader import Hit, ThreadSummary
from frieza_tui.store.threads import Threads, open_threads
from frieza_tui.text.moments import local_time
from frieza_tui.text.safe import safe_line

ID_LETTERS: Final = 15
"""How much of an id a list shows: enough to name the thread by."""


def run_threads_command(action: str, arguments: Mapping[str, object], out: TextIO) -> int:
    """Carry out one action; returns the exit status: 0, or 1 if there was nothing to show or find.

    arguments: what the command line gave, by name: json, and id, ids, words, format, output or files.
    Raises: StoreError.
    """
    answer = _Answer(out, is_json=bool(arguments.get("json")))
    if action == "repair":
        _repair(answer)
        return answer.finish()
    actions: dict[str, Callable[[Threads, _Answer, Mapping[str, object]], None]] = {
        "list": _list,
        "show": _show,
        "search": _search,
        "delete": _delete,
        "export": _export,
        "import": _import,
    }
    with open_threads() as threads:
        actions[action](threads, answer, arguments)
    status = answer.finish()
    nothing = {
        "list": _("No thread is kept yet."),
        "search": _("No message has these words."),
        "import": _("There is no thread in it."),
    }
    if status and action in nothing:
        sys.stderr.write(f"{nothing[action]}\n")
    return status


class _Answer:
    """Gathers rows; in JSON they come as one list, else as lines."""

    def __init__(self, out: TextIO, *, is_json: bool) -> None:
        self._out = out
        self._is_json = is_json
        self._rows: list[object] = []
        self._is_one = False

    def add(self, row: object, line: str) -> None:
        """Answer with a row: as JSON or as lines that are safe to show."""
        self._rows.append(row)
        if not self._is_json:
            self._out.write(line + "\n")

    def only(self, row: object, line: str) -> None:
        """Answer with one thing alone."""
        self._is_one = True
        self.add(row, line)

    def finish(self) -> int:
        """Return the exit status."""
        if self._is_json:
            self._out.write(readable_json(self._rows[0] if self._is_one else self._rows) + "\n")
        return 0 if self._rows else 1


def _repair(answer: "_Answer") -> None:
    path = None if is_usable() else str(move_aside())
    line = _("The threads' file is sound.") if path is None else _("Moved aside: {path}").format(path=path)
    answer.only({"moved_to": path}, safe_line(line, 4000))


def _list(threads: Threads, answer: _Answer, _arguments: Mapping[str, object]) -> None:
    for summary in threads.recent():
        answer.add(summary, _line(summary))


def _line(summary: ThreadSummary) -> str:
    return f"{summary.id[:ID_LETTERS]}  {local_time(summary.updated_at):16}  {summary.messages:4d}  {summary.title}"


def _show(threads: Threads, answer: _Answer, arguments: Mapping[str, object]) -> None:
    record = threads.load_record(threads.find(str(arguments["id"])))
    answer.only(record, export_text(record, "txt").rstrip("\n"))


def _search(threads: Threads, answer: _Answer, arguments: Mapping[str, object]) -> None:
    for hit in threads.search(" ".join(msgspec.convert(arguments["words"], list[str]))):
        answer.add(hit, _hit_line(hit))


def _hit_line(hit: Hit) -> str:
    head = f"{hit.thread.id[:ID_LETTERS]}  {local_time(hit.thread.updated_at):16}  {hit.thread.title}"
    return f"{head}\n    …{hit.before}[{hit.found}]{hit.after}…"


def _delete(threads: Threads, answer: _Answer, arguments: Mapping[str, object]) -> None:
    for thread_id in [threads.find(name) for name in msgspec.convert(arguments["ids"], list[str])]:
        title = threads.load(thread_id).summary.title
        threads.delete(thread_id)
        answer.add(
            {"id": thread_id, "title": title, "is_deleted": True},
            _("{what}: deleted").format(what=f"{thread_id[:ID_LETTERS]}  {title}"),
        )


def _export(threads: Threads, answer: _Answer, arguments: Mapping[str, object]) -> None:
    record = threads.load_record(threads.find(str(arguments["id"])))
    format_: Format = next(one for one in FORMATS if one == arguments["format"])
    place = arguments.get("output")
    path = write_export(record, format_, place if isinstance(place, Path) else Path())
    answer.only({"id": record.id, "path": str(path)}, safe_line(str(path), 4000))


def _import(threads: Threads, answer: _Answer, arguments: Mapping[str, object]) -> None:
    for file in msgspec.convert(arguments["files"], list[Path]):
        for new in read_threads(file):
            thread_id = threads.add(new)
            title = safe_line(new.title)
            if thread_id is None:
                row = {"id": new.thread.id, "title": title, "is_new": False}
                line = _("{what}: is here already").format(what=safe_line(f"{new.thread.id[:ID_LETTERS]}  {title}"))
            else:
                row = {"id": thread_id, "title": title, "is_new": True}
                line = _("{what}: taken in").format(what=safe_line(f"{thread_id[:ID_LETTERS]}  {title}"))
            answer.add(row, line)
