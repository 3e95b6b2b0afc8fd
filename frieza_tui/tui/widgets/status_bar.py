"""The top line: who answers, over which API, where, with which model, how far it is, and what the last reply took.

Knows values only.
"""

from collections.abc import Mapping
from typing import Final

from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from frieza_tui.backends.base import Label
from frieza_tui.domain.turn import TurnEnded
from frieza_tui.i18n import _
from frieza_tui.text.width import cell_len, clip
from frieza_tui.tui.measures import LONGEST, LONGEST_SIGNS, measures_in_rows, measures_within
from frieza_tui.tui.told_words import BETWEEN, told_words
from frieza_tui.tui.window import SHORT_ROWS, TALL_ENOUGH_ROWS, TINY_COLUMNS, TINY_ROWS

NAME_GAP: Final = 3
STATE_GAP: Final = 2
STATE_CELLS: Final = 9
"""Left free for the state, so that who answers stays where it is when an answer begins or ends."""
NAMES_CELLS: Final = 27
"""Left to who answers where the measures have to stand beside it."""
NARROW_CELLS: Final = 36
"""In fewer, who answers takes two rows, and what a reply took as well."""
_SHORTER_APIS: Final[Mapping[str, tuple[str, str]]] = {
    "Responses": ("Responses", "Resp"),
    "Assistants": ("Assistants", "Asst"),
    "Chat Completions": ("Chat", "Chat"),
}
_NO_API: Final = ("", "", "")


class StatusBar(Widget):
    """The assistant's name and who answers at the left, the state at the right end, and what the last reply took.

    Where that does not fit one row it has a second one below from the first message on, and in a narrow window up to
    four. Names are shortened before one of them goes, the assistant's first, which every bubble bears; the state is
    always there.
    """

    DEFAULT_CSS = """
    StatusBar {
        height: auto;
        max-height: 4;
        padding: 0 2;
    }
    """
    ALLOW_SELECT = False

    label: reactive[Label] = reactive(Label("", "", ""), layout=True)
    state: reactive[str] = reactive("")
    """A word or two: ready, answering, loading the model 34%, …"""
    tone: reactive[str] = reactive("")
    """Of the state: "", "active", "warning" or "error"."""
    ended: reactive[TurnEnded | None] = reactive[TurnEnded | None](None)
    """The turn whose measures are shown."""
    is_measured: reactive[bool] = reactive(False, layout=True)
    """Whether there are measures, or soon will be."""

    class Clicked(Message):
        """The line was clicked."""

    def __init__(self, name_shown: str, id: str | None = None) -> None:
        """Take the assistant's name."""
        super().__init__(id=id)
        self._name_shown = name_shown
        self._window_rows = 0

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - as Textual calls it
        """Return how many rows there are for who answers and what it took."""
        self._window_rows = container.height
        return sum(self._rows(width))

    def _rows(self, width: int) -> tuple[int, int]:
        """Return the rows of who answers, and those of the measures; 0: they stand beside.

        They depend on no figures and no state: nothing moves while they change.
        """
        rows = self._window_rows
        if rows < TINY_ROWS or width + self.gutter.width < TINY_COLUMNS:
            return 1, 0
        if width < NARROW_CELLS and rows >= TALL_ENOUGH_ROWS:
            return 2, 2 * self.is_measured
        return 1, int(self.is_measured and not self._holds_all(width, is_low=rows < SHORT_ROWS))

    def _holds_all(self, width: int, *, is_low: bool) -> bool:
        who = cell_len(self._who(width))
        names, measures = (min(who, NAMES_CELLS), LONGEST_SIGNS) if is_low else (who, LONGEST)
        return names + len(BETWEEN) + measures + STATE_GAP + STATE_CELLS <= width

    def _who(self, cells: int) -> str:
        """Return API, server and model, as so many cells hold them."""
        return told_words(self._apis(), self.label.server, self.label.model, cells)

    def _apis(self) -> tuple[str, str, str]:
        api = self.label.api
        short, shortest = _SHORTER_APIS.get(api, (api, api)) if api else (_("API ?"), _("API ?"))
        return api_words(self.label), short, shortest

    def render(self) -> Content:
        """Lay out as much as fits."""
        width = self.content_size.width
        of_names, of_measures = self._rows(width)
        room = width - max(cell_len(clip(self.state, width)), STATE_CELLS) - STATE_GAP
        below = []
        if of_names > 1:
            first = told_words(self._apis(), "", "", room)
            below = [told_words(_NO_API if first else self._apis(), self.label.server, self.label.model, width)]
        else:
            beside = self._measures_beside(room) if not of_measures else ""
            first = self._who(room - cell_len(beside)) + beside
        if self.ended is not None and of_measures:
            below += measures_in_rows(self.ended, width, of_measures)
        muted = [Content.styled(row, "$foreground-muted") for row in below]
        return Content("\n").join([self._first_row(first, width, room), *muted])

    def _first_row(self, words: str, width: int, room: int) -> Content:
        """Return the assistant's name, where there is room for it, words, and the state at the end."""
        state = clip(self.state, width)
        has_name = room - cell_len(words) >= cell_len(self._name_shown) + NAME_GAP
        left = Content.assemble(
            (self._name_shown + " " * NAME_GAP if has_name else "", "bold $text-primary"),
            (words, "$foreground-muted"),
        )
        gap = " " * (width - left.cell_length - cell_len(state))
        return Content.assemble(left, gap, (state, _STYLES[self.tone]))

    def on_click(self) -> None:
        """Ask for all of it in words."""
        self.post_message(self.Clicked())

    def _measures_beside(self, room: int) -> str:
        """Return the measures that stand in the row of who answers."""
        if self.ended is None:
            return ""
        names, left = cell_len(self._who(room)), room - len(BETWEEN)
        measures = measures_within(self.ended, left - names, needs_all=True)
        measures = measures or measures_within(self.ended, left - min(names, NAMES_CELLS))
        return BETWEEN + measures if measures else ""


def api_words(label: Label) -> str:
    """Return the API's name, or that it is not known yet."""
    return label.api or _("API not known yet")


_STYLES = {"": "$text-success", "active": "$text-primary", "warning": "$text-warning", "error": "$text-error"}
