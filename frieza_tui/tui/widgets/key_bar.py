"""The bottom line: the keys that work here and now. One widget; knows keys, not what they do."""

from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from frieza_tui.tui.keys import Key

_GAP = 2


class KeyBar(Widget):
    """One row of keys, as many as fit; a click on one presses it."""

    DEFAULT_CSS = """
    KeyBar {
        height: 1;
        padding: 0 2;
    }
    """
    ALLOW_SELECT = False

    keys: reactive[tuple[Key, ...]] = reactive(())

    def render(self) -> Content:
        """Lay the keys out from the left, the help at the right end."""
        row = Content("")
        for one, column in self._places():
            row = Content.assemble(row, " " * (column - row.cell_length), _cell(one))
        return row

    def on_click(self, event: events.Click) -> None:
        """Press the key under the mouse."""
        for one, column in self._places():
            if 0 <= event.x - self.styles.padding.left - column < _cell(one).cell_length:
                self.app.simulate_key(one.press)

    def _places(self) -> list[tuple[Key, int]]:
        """Return the keys that fit, each with its first column; help always has its place."""
        width = self.content_size.width
        places: list[tuple[Key, int]] = []
        for one in self.keys:
            if one.id == "help":
                width -= _cell(one).cell_length
                places.append((one, max(0, width)))
        column = 0
        for one in self.keys:
            end = column + _cell(one).cell_length
            if one.id != "help" and end + _GAP <= width:
                places.append((one, column))
                column = end + _GAP
        return sorted(places, key=lambda place: place[1])


def _cell(one: Key) -> Content:
    first = one.shown.split(" / ")[0]
    return Content.assemble((first, "bold $footer-key-foreground"), " ", (one.hint(), "$foreground-muted"))
