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
from frieza_tui.tui.measures import LONGEST, measures_within
from frieza_tui.tui.told_words import BETWEEN, told_words

NAME_GAP: Final = 3
STATE_GAP: Final = 2
STATE_CELLS: Final = 9
"""Left free for the state, so that who answers stays where it is when an answer begins or ends."""
NAMES_CELLS: Final = 28
"""Left to who answers where the measures have to stand beside it."""
_SHORTER_APIS: Final[Mapping[str, tuple[str, str]]] = {
    "Responses": ("Responses", "Resp"),
    "Assistants": ("Assistants", "Asst"),
    "Chat Completions": ("Chat", "Chat"),
}


class StatusBar(Widget):
    """The assistant's name and who answers at the left, the state at the right end, and what the last reply took.

    Where that does not fit one row it has a second one below from the first message on; in a low window, which has one
    row for all, it is shortened. Names are shortened before one of them goes, the assistant's first, which every bubble
    bears; the state is always there.
    """

    DEFAULT_CSS = """
    StatusBar {
        height: auto;
        max-height: 2;
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

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - as Textual calls it
        """Return one row, or two where the measures have one of their own."""
        return 2 if self.is_measured and not self._holds_all(width) else 1

    def _holds_all(self, width: int) -> bool:
        """Whether one row is enough. It depends on no figures and no state: nothing moves while they change."""
        return cell_len(self._who(width)) + len(BETWEEN) + LONGEST + STATE_GAP + STATE_CELLS <= width

    def _who(self, cells: int) -> str:
        """Return API, server and model, as so many cells hold them."""
        label = self.label
        shorter = _SHORTER_APIS.get(label.api, (label.api, label.api)) if label.api else (_("API ?"), _("API ?"))
        return told_words((api_words(label), *shorter), label.server, label.model, cells)

    def render(self) -> Content:
        """Lay out as much as fits."""
        width = self.content_size.width
        state = clip(self.state, width)
        room = width - max(cell_len(state), STATE_CELLS) - STATE_GAP
        measures, below = self._measures(width, room)
        who = self._who(room - cell_len(measures))
        has_name = room - cell_len(who + measures) >= cell_len(self._name_shown) + NAME_GAP
        left = Content.assemble(
            (self._name_shown + " " * NAME_GAP if has_name else "", "bold $text-primary"),
            (who + measures, "$foreground-muted"),
        )
        gap = " " * (width - left.cell_length - cell_len(state))
        row = Content.assemble(left, gap, (state, _STYLES[self.tone]))
        return Content.assemble(row, "\n", (below, "$foreground-muted")) if below else row

    def on_click(self) -> None:
        """Ask for all of it in words."""
        self.post_message(self.Clicked())

    def _measures(self, width: int, room: int) -> tuple[str, str]:
        """Return the measures that stand in the row of the names, and those that stand below it."""
        if self.ended is None:
            return "", ""
        if self.content_size.height > 1:
            return "", measures_within(self.ended, width)
        names, left = cell_len(self._who(room)), room - len(BETWEEN)
        measures = measures_within(self.ended, left - names, needs_all=True)
        measures = measures or measures_within(self.ended, left - min(names, NAMES_CELLS))
        return (BETWEEN + measures if measures else ""), ""


def api_words(label: Label) -> str:
    """Return the API's name, or that it is not known yet."""
    return label.api or _("API not known yet")


_STYLES = {"": "$text-success", "active": "$text-primary", "warning": "$text-warning", "error": "$text-error"}
