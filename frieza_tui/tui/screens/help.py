"""The help: every key, in groups, and every command. Made from their tables alone."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widget import Widget

from frieza_tui.i18n import _
from frieza_tui.text.breaking import wrapped_lines
from frieza_tui.text.width import cell_len
from frieza_tui.tui.commands import COMMANDS
from frieza_tui.tui.keys import KEYS, group_title, grouped


class _KeySheet(Widget):
    """All keys and commands, as wide as it is given."""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - as Textual calls it
        """Return the rows that so many cells of width need."""
        return len(_rows(width))

    def render(self) -> Content:
        """Write each group under its title."""
        return Content("\n").join(_rows(self.content_size.width))


def _rows(width: int) -> list[Content]:
    column = max(cell_len(shown) for shown in (*(one.shown for one in KEYS), *(one.shown for one in COMMANDS))) + 2
    if column > width // 2:
        column = 2
    rows: list[Content] = []
    groups = [(group_title(group), [(one.shown, one.does()) for one in keys]) for group, keys in grouped()]
    for title, entries in (*groups, (_("Commands"), [(one.shown, one.does()) for one in COMMANDS])):
        rows += [*([Content("")] if rows else []), Content.styled(title, "bold $text-primary")]
        for shown, does in entries:
            rows += _entry_rows(shown, does, column, width)
    return rows


def _entry_rows(shown: str, does: str, column: int, width: int) -> list[Content]:
    """Return the rows of a key or command: what it does beside it, or below it where there is no room."""
    name = Content.styled(shown, "bold")
    first, *rest = wrapped_lines(does, max(8, width - column))
    if cell_len(shown) >= column:
        return [name, *(Content(" " * column + row) for row in (first, *rest))]
    beside = Content.assemble(name, " " * (column - name.cell_length), first)
    return [beside, *(Content(" " * column + row) for row in rest)]


class HelpScreen(ModalScreen[None]):
    """A sheet over the chat; Escape, F1, q or Ctrl+C put it away."""

    CSS_PATH = "help.tcss"
    AUTO_FOCUS = "#sheet"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q,ctrl+c,enter", "dismiss", show=False)]

    def compose(self) -> ComposeResult:
        """One scrolling sheet."""
        with VerticalScroll(id="sheet") as sheet:
            sheet.border_title = _("Keys")
            sheet.border_subtitle = _("Esc closes")
            yield _KeySheet(id="keys")
