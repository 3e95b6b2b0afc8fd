"""What stands in the log's place before the first message. Knows the assistant's name only."""

from textual.content import Content
from textual.widget import Widget

from frieza_tui.i18n import _
from frieza_tui.text.breaking import wrapped_lines


def sample_messages() -> tuple[str, ...]:
    """Return some things to ask, the likeliest first."""
    return (_("Hello!"), _("Who is the strongest in the universe?"), _("Give me advice for Monday."))


class Greeting(Widget):
    """The assistant's name, and some things to ask."""

    DEFAULT_CSS = """
    Greeting {
        height: 1fr;
        content-align: center middle;
        text-align: center;
    }
    """
    ALLOW_SELECT = False

    def __init__(self, name_shown: str, id: str | None = None) -> None:
        """Take the assistant's name."""
        super().__init__(id=id)
        self._name_shown = name_shown

    def render(self) -> Content:
        """Greet; what does not fit the height is left out from the end."""
        blocks = [self._title(), *self._samples()]
        rows: list[Content] = []
        for block in blocks:
            height = len(block) + (1 if rows else 0)
            if len(rows) + height > self.content_size.height:
                break
            rows += [Content(""), *block] if rows else block
        return Content("\n").join(rows)

    def _title(self) -> list[Content]:
        return [
            Content.styled(self._name_shown, "bold $text-primary"),
            *self._rows(_("is listening. Say something."), "$foreground-muted"),
        ]

    def _samples(self) -> list[list[Content]]:
        quoted = [_("“{words}”").format(words=sample) for sample in sample_messages()]
        return [[row for words in quoted for row in self._rows(words, "italic $foreground")]]

    def _rows(self, words: str, style: str) -> list[Content]:
        return [Content.styled(line, style) for line in wrapped_lines(words, self.content_size.width)]
