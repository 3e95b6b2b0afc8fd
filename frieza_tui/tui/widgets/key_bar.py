"""The bottom line: the keys that work here and now. One widget; knows keys, not what they do."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from frieza_tui.tui.keys import Key


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

    @dataclass
    class Pressed(Message):
        """A key of the line was clicked."""

        key: str
        """By Textual's name."""

    def render(self) -> Content:
        """Lay the keys out from the left until the line is full; help always has its place."""
        shown = _fitting(self.keys, self.content_size.width)
        return Content("  ").join(_cell(one) for one in shown)

    def on_click(self, event: events.Click) -> None:
        """Press the key under the mouse."""
        column = event.x - self.styles.padding.left
        for one in _fitting(self.keys, self.content_size.width):
            width = _cell(one).cell_length
            if 0 <= column < width:
                self.post_message(self.Pressed(one.press))
            column -= width + 2


def _cell(one: Key) -> Content:
    first = one.shown.split(" / ")[0]
    return Content.assemble((first, "bold $footer-key-foreground"), " ", (one.hint(), "$foreground-muted"))


def _fitting(keys: Sequence[Key], width: int) -> list[Key]:
    """Return the first keys that fit in so many cells; help is kept before all that come before it but the first."""
    chosen: list[Key] = []
    order = [*keys[:1], *(one for one in keys[1:] if one.id == "help"), *(one for one in keys[1:] if one.id != "help")]
    for one in order:
        if sum(_cell(other).cell_length + 2 for other in [*chosen, one]) - 2 <= width:
            chosen.append(one)
    return [one for one in keys if one in chosen]
