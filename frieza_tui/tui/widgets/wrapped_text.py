"""A few words of the program's own, broken as Japanese is. Knows nothing else."""

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from frieza_tui.text.breaking import wrapped_lines


class WrappedText(Widget):
    """As many rows as its words need; gone while there are none."""

    DEFAULT_CSS = """
    WrappedText {
        height: auto;
        display: none;
        &.-said { display: block; }
    }
    """
    ALLOW_SELECT = False

    words: reactive[str] = reactive("", layout=True)

    def watch_words(self) -> None:
        """Take no row for nothing."""
        self.set_class(bool(self.words), "-said")

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - as Textual calls it
        """Return the rows that so many cells of width need."""
        return len(wrapped_lines(self.words, width))

    def render(self) -> Content:
        """Write the rows, without a dividing dot at the end of one."""
        lines = wrapped_lines(self.words, self.content_size.width)
        return Content("\n".join(line.removesuffix(" ·") for line in lines))
