"""The help: every key, in groups. Made from the table of keys alone."""

from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget

from frieza_tui.i18n import _
from frieza_tui.tui.keys import KEYS, Key, group_title, grouped


class _KeySheet(Widget):
    """All keys, as wide as it is given."""

    def render(self) -> Content:
        """Write each group under its title."""
        column = min(max(cell_len(one.shown) for one in KEYS) + 2, self.content_size.width // 2)
        blocks = []
        for group, keys in grouped():
            rows = [Content.styled(group_title(group), "bold $text-primary")]
            rows += [self._row(one, column) for one in keys]
            blocks.append(Content("\n").join(rows))
        return Content("\n\n").join(blocks)

    def _row(self, one: Key, column: int) -> Content:
        gap = " " * max(1, column - cell_len(one.shown))
        text = Content(one.does()).wrap(max(8, self.content_size.width - column))
        rest = [Content.assemble(" " * column, line) for line in text[1:]]
        return Content("\n").join([Content.assemble((one.shown, "bold"), gap, text[0]), *rest])


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
