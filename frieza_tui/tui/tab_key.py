"""Tab, and the keys behind it that came in the same read: they are for the widget that has the focus by then."""

from collections.abc import Callable

from textual import events
from textual.widget import Widget


class TabKey:
    """Moves the focus here and now: by way of Textual's bindings it would move after the keys that follow."""

    def __init__(self, widget: Widget, move: Callable[[], object]) -> None:
        """Take the widget whose keys these are, and what Tab does there."""
        self.move = move
        self._widget = widget
        self._has_moved = False

    def take(self, event: events.Key) -> bool:
        """Take a key of the widget's. False if it is one to be done there."""
        if self._has_moved:
            self._widget.app.post_message(event.copy())
        elif event.key == "tab":
            self.move()
            self._has_moved = self._widget.screen.focused is not self._widget
        else:
            return False
        event.stop()
        event.prevent_default()
        return True

    def end(self) -> None:
        """The widget has heard that it lost the focus: what comes from now on was meant for it."""
        self._has_moved = False
