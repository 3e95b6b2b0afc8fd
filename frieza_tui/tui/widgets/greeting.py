"""What stands in the log's place before the first message. Knows the assistant's name only."""

from textual.content import Content
from textual.widget import Widget

from frieza_tui.i18n import _
from frieza_tui.text.breaking import wrapped_lines
from frieza_tui.tui.keys import key


def sample_messages() -> tuple[str, ...]:
    """Return some things to ask, the likeliest first."""
    return (_("Hello!"), _("Who is the strongest in the universe?"), _("Give me advice for Monday."))


class Greeting(Widget):
    """The assistant's name, some things to ask, the keys to know."""

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
        blocks = [self._title(), *self._samples(), *self._keys()]
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

    def _keys(self) -> list[list[Content]]:
        shown = [key(id_) for id_ in ("send", "newline", "help", "quit")]
        cells = [
            Content.assemble((one.shown.split(" / ")[0], "bold $text-primary"), " ", (one.hint(), "$foreground-muted"))
            for one in shown
        ]
        rows = [Content("   ").join(cells[:count]) for count in range(len(cells), 0, -1)]
        return [[next((row for row in rows if row.cell_length <= self.content_size.width), rows[-1])]]
