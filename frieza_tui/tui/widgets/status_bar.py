"""The top line: who answers, over which API, where, with which model, and how far it is. Knows values only."""

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from frieza_tui.backends.base import Label

_GAP = 3


class StatusBar(Widget):
    """One row: the assistant's name at the left; API, server, model and state at the right, as many as fit."""

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

    def __init__(self, name_shown: str, id: str | None = None) -> None:
        """Take the assistant's name."""
        super().__init__(id=id)
        self._name_shown = name_shown

    def render(self) -> Content:
        """Lay the parts out; where it is narrow the server goes first, then the API, then the model, then the name."""
        name = Content.styled(self._name_shown, "bold $text-primary")
        right = Content("")
        for parts in self._choices():
            right = Content(" · ").join(parts).stylize_before("$foreground-muted")
            gap = self.content_size.width - name.cell_length - right.cell_length
            if gap >= _GAP:
                return Content.assemble(name, " " * gap, right)
        return right.truncate(self.content_size.width, ellipsis=True)

    def _choices(self) -> list[list[Content]]:
        """Return what may stand at the right, the fullest first."""
        label = self.label
        api, server, model = Content(label.api), Content(label.server), Content(label.model)
        state = Content.styled(self.state, _STYLES[self.tone])
        choices = [[api, server, model, state], [api, model, state], [model, state], [state]]
        return [[part for part in parts if part] for parts in choices]


_STYLES = {"": "$text-success", "active": "$text-primary", "warning": "$text-warning", "error": "$text-error"}
