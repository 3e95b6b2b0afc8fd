"""The top line: who answers, over which API, where, with which model, how far it is, and what the last reply took.

Knows values only.
"""

from dataclasses import dataclass

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from frieza_tui.backends.base import Label
from frieza_tui.domain.turn import TurnEnded
from frieza_tui.tui.measures import measures_of

_BETWEEN = " · "
_GAP = 3


@dataclass(frozen=True, slots=True)
class _Part:
    """Something the line may say."""

    rank: int
    """0 is the most important."""
    text: str
    style: str = "$foreground-muted"


class StatusBar(Widget):
    """One row: the assistant's name at the left, the rest at the right; where it is narrow, what matters least goes.

    From the most important: state, model, API, server, tokens in and out, tokens per second, the time to the first
    token, the name, cached and reasoning tokens. What does not fit whole is left out.
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
        """Lay out as many parts as fit; the state is always one of them."""
        width = self.content_size.width
        name = _Part(7, self._name_shown, "bold $text-primary")
        right = self._right_parts()
        chosen: list[_Part] = []
        for part in sorted([name, *right], key=lambda part: part.rank):
            if not chosen or _width([*chosen, part], name) <= width:
                chosen.append(part)
        row = Content(_BETWEEN).join(Content.styled(part.text, part.style) for part in right if part in chosen)
        row = row.stylize_before("$foreground-muted").truncate(width, ellipsis=True)
        left = Content.styled(name.text, name.style) if name in chosen else Content("")
        return Content.assemble(left, " " * (width - left.cell_length - row.cell_length), row)

    def _right_parts(self) -> list[_Part]:
        """Return what may stand at the right, in the order of reading."""
        label = self.label
        parts = [_Part(2, label.api), _Part(3, label.server), _Part(1, label.model)]
        ranks = {"tokens": 4, "speed": 5, "first": 6, "cached": 8, "reasoning": 9}
        parts += [_Part(ranks[kind], words) for kind, words in measures_of(self.ended)]
        parts.append(_Part(0, self.state, _STYLES[self.tone]))
        return [part for part in parts if part.text]


def _width(parts: list[_Part], name: _Part) -> int:
    cells = [Content(part.text).cell_length for part in parts if part is not name]
    left = Content(name.text).cell_length + _GAP if name in parts else 0
    return left + sum(cells) + len(_BETWEEN) * (len(cells) - 1)


_STYLES = {"": "$text-success", "active": "$text-primary", "warning": "$text-warning", "error": "$text-error"}
