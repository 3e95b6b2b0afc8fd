"""A text area that keeps the terminal's own cursor on its caret. Knows nothing of what is written in it."""

from textual.geometry import Offset
from textual.widgets import TextArea

from frieza_tui.tui.widgets.line_breaks import use_our_breaks


class CaretArea(TextArea):
    """Textual's text area, with the terminal's cursor where an input method shows its candidates."""

    def on_mount(self) -> None:
        """Take the cursor along when the layout moves."""
        use_our_breaks()

        def follow(_screen: object) -> None:
            self._place_cursor()

        self.screen.screen_layout_refresh_signal.subscribe(self, follow)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Take the cursor along."""
        super().watch_scroll_y(old_value, new_value)
        self._place_cursor()

    def scroll_cursor_visible(self, center: bool = False, animate: bool = False) -> Offset:
        """Scroll to the caret, unless it stands below the text: an undo shows the text before it moves the caret."""
        if self.cursor_location[0] >= self.document.line_count:
            return Offset(0, 0)
        return super().scroll_cursor_visible(center, animate)

    def measure_anew(self) -> None:
        """Wrap again at the same width: characters have another one."""
        self._rewrap_and_refresh_virtual_size()

    def _place_cursor(self) -> None:
        if self.has_focus:
            self.app.cursor_position = self.cursor_screen_offset

    @property
    def has_caret_in_view(self) -> bool:
        """Whether the caret is within the part of the text that is shown."""
        return self.content_region.contains_point(self.cursor_screen_offset)
