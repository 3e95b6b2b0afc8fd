"""The top line: who answers, over which API, where, with which model, how far it is, and what the last reply took.

Knows values only.
"""

from collections.abc import Mapping
from typing import Final

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from frieza_tui.backends.base import Label
from frieza_tui.domain.turn import TurnEnded
from frieza_tui.text.width import cell_len
from frieza_tui.tui.measures import MeasureKind, measures_of
from frieza_tui.tui.told_words import BETWEEN, told_words, width_of

_GAP: Final = 3
_SHORT_API: Final[Mapping[str, str]] = {"Chat Completions": "Chat"}
_MEASURES: Final[tuple[MeasureKind, ...]] = ("tokens", "speed", "first", "cached", "reasoning")
"""The most important first."""


class StatusBar(Widget):
    """One row: the assistant's name at the left, the rest at the right.

    Where it is narrow the name goes first, which every bubble bears; then what the last reply took, from the least
    important on; API, server and model are shortened before one of them goes; the state is always there.
    """

    DEFAULT_CSS = """
    StatusBar {
        height: 1;
        padding: 0 2;
    }
    """
    ALLOW_SELECT = False

    label: reactive[Label] = reactive(Label("", "", ""))
    state: reactive[str] = reactive("")
    """A word or two: ready, answering, loading the model 34%, …"""
    tone: reactive[str] = reactive("")
    """Of the state: "", "active", "warning" or "error"."""
    ended: reactive[TurnEnded | None] = reactive[TurnEnded | None](None)
    """The turn whose measures are shown."""

    def __init__(self, name_shown: str, id: str | None = None) -> None:
        """Take the assistant's name."""
        super().__init__(id=id)
        self._name_shown = name_shown

    def render(self) -> Content:
        """Lay out as much as fits."""
        width = self.content_size.width
        words, between = self._words(width)
        texts = [Content.styled(word, "$foreground-muted") for word in words[:-1]]
        row = Content.styled(between, "$foreground-muted").join([*texts, Content.styled(words[-1], _STYLES[self.tone])])
        row = row.truncate(width, ellipsis=True)
        has_name = width - row.cell_length >= cell_len(self._name_shown) + _GAP
        left = Content.styled(self._name_shown if has_name else "", "bold $text-primary")
        return Content.assemble(left, " " * (width - left.cell_length - row.cell_length), row)

    def _words(self, width: int) -> tuple[list[str], str]:
        """Return the words at the right in the order of reading, the state last, and what stands between them."""
        label, measures = self.label, dict(measures_of(self.ended))
        who = [word for word in (label.api, label.server, label.model) if word]
        if width_of([*who, *measures.values(), self.state]) <= width:
            return [*who, *measures.values(), self.state], BETWEEN
        api = _SHORT_API.get(label.api, label.api)
        told, between = told_words(api, label.server, label.model, self.state, width)
        shown: dict[MeasureKind, str] = {}
        for kind in _MEASURES:
            more = [*told, *shown.values(), measures.get(kind, "")]
            if kind in measures and between == BETWEEN and width_of(more) <= width:
                shown[kind] = measures[kind]
        in_order = [words for kind, words in measures.items() if kind in shown]
        return [*told[:-1], *in_order, told[-1]], between


_STYLES = {"": "$text-success", "active": "$text-primary", "warning": "$text-warning", "error": "$text-error"}
