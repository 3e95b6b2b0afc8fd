"""The list of the threads that were found, the bar on one of them. Knows neither the words nor the store."""

from collections.abc import Sequence

from textual.widgets import OptionList
from textual.widgets.option_list import Option

from frieza_tui.tui.screens.thread_lines import ThreadLine


class ThreadList(OptionList):
    """Threads as lines; some are to be deleted."""

    def __init__(self, current_id: str) -> None:
        """Take the id of the thread that the conversation is in."""
        super().__init__(id="threads", markup=False)
        self.doomed_ids: set[str] = set()
        """Of the threads that are to be deleted."""
        self._current_id = current_id
        self._thread_lines: dict[str, ThreadLine] = {}

    @property
    def chosen(self) -> ThreadLine | None:
        """The thread under the bar."""
        option = self.highlighted_option
        return self._thread_lines.get(option.id or "") if option is not None else None

    def list_threads(self, lines: Sequence[ThreadLine], chosen_id: str = "") -> None:
        """List these and no others, the bar on the chosen one, or on the first if that is not among them."""
        self._thread_lines = {line.summary.id: line for line in lines}
        self._list_lines(chosen_id)

    def toggle_doomed(self, line: ThreadLine) -> bool:
        """Mark a thread as to be deleted, or take that back; tells which."""
        self.doomed_ids ^= {line.summary.id}
        self._list_lines(line.summary.id)
        return line.summary.id in self.doomed_ids

    def on_resize(self) -> None:
        """Fit the lines to the window."""
        self._list_lines(self.chosen.summary.id if self.chosen is not None else "")

    def _list_lines(self, chosen_id: str) -> None:
        columns = self.screen.size.width
        lines = (line.content(columns, self.doomed_ids, self._current_id) for line in self._thread_lines.values())
        self.clear_options()
        self.add_options(
            [Option(line, id=thread_id) for line, thread_id in zip(lines, self._thread_lines, strict=True)]
        )
        if self._thread_lines:
            ids = list(self._thread_lines)
            self.highlighted = ids.index(chosen_id) if chosen_id in self._thread_lines else 0
