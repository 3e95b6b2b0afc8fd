"""A few things to choose from, above the message box, which keeps the caret. Knows neither what they are nor do."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from frieza_tui.i18n import retold
from frieza_tui.text.breaking import wrapped_lines

CHOICE_KEYS: Final = ("up", "down", "enter")
"""Keys that choose, in an empty message box."""
_INDENT: Final = 4


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose; the words are asked for when they are shown, in the language in use."""

    id: str
    text: Callable[[], str]
    note: Callable[[], str] = lambda: ""
    """More about it, in a quieter colour: beside it, or below where there is no room."""


class ChoiceList(Widget):
    """A title, numbered lines, one of them marked, and a sentence below where there is something to say."""

    DEFAULT_CSS = """
    ChoiceList {
        height: auto;
    }
    """
    ALLOW_SELECT = False

    choices: reactive[tuple[Choice, ...]] = reactive((), layout=True)
    selected: reactive[int] = reactive(0)
    """Of the marked one, from 0."""
    said: reactive[str] = reactive("", layout=True)

    @dataclass
    class Picked(Message):
        """One was chosen."""

        choice_id: str

    def __init__(self, title: Callable[[], str], choices: tuple[Choice, ...]) -> None:
        """Take what is asked, and what may be answered."""
        super().__init__()
        self._title_words = title
        self.set_reactive(ChoiceList.choices, choices)

    def press(self, name: str) -> None:
        """Take one of CHOICE_KEYS."""
        if name in {"up", "down"}:
            self.selected = (self.selected + (1 if name == "down" else -1)) % len(self.choices)
        else:
            self._pick(self.selected)

    def mark(self, text: str) -> bool:
        """Mark the line whose number is all of a text, in ASCII or as an IME writes it. False if none has it."""
        digit = unicodedata.digit(text, 0) if len(text) == 1 else 0
        is_one = 1 <= digit <= len(self.choices)
        if is_one:
            self.selected = digit - 1
        return is_one

    def _pick(self, number: int) -> None:
        if number < len(self.choices):
            self.selected = number
            self.post_message(self.Picked(self.choices[number].id))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - as Textual calls it
        """Return the rows that so many cells of width need."""
        return len(self._rows(width))

    def render(self) -> Content:
        """Write the rows; where not all fit, those around the marked one."""
        rows = self._rows(self.content_size.width)
        height = self.content_size.height
        marked = next((place for place, (number, _row) in enumerate(rows) if number == self.selected), 0)
        first = max(0, min(marked - height // 2, len(rows) - height))
        return Content("\n").join([row for _number, row in rows[first : first + height]])

    def _rows(self, width: int) -> list[tuple[int | None, Content]]:
        """Return the rows, each with the number of its choice."""
        title = wrapped_lines(self._title_words(), max(8, width))
        rows: list[tuple[int | None, Content]] = [(None, Content.styled(row, "bold $text-primary")) for row in title]
        for number, choice in enumerate(self.choices):
            rows += [(number, row) for row in self._choice_rows(number, choice, width)]
        said = wrapped_lines(retold(self.said), max(8, width)) if self.said else []
        return rows + [(None, Content.styled(row, "$text-warning")) for row in said]

    def _choice_rows(self, number: int, choice: Choice, width: int) -> list[Content]:
        is_marked = number == self.selected
        head = Content.assemble(
            ("▸ " if is_marked else "  ", "$text-primary"),
            (f"{number + 1} ", "bold $text-primary"),
            (choice.text(), "bold" if is_marked else ""),
        )
        note = Content.styled(choice.note(), "$foreground-muted")
        if not note:
            return [head.truncate(width, ellipsis=True)]
        if head.cell_length + 2 + note.cell_length <= width:
            return [Content.assemble(head, "  ", note)]
        below = wrapped_lines(note.plain, max(8, width - _INDENT))
        rows = [Content.assemble(" " * _INDENT, (row, "$foreground-muted")) for row in below]
        return [head.truncate(width, ellipsis=True), *rows]

    def on_click(self, event: events.Click) -> None:
        """Choose what is under the mouse."""
        rows = self._rows(self.content_size.width)
        row = event.get_content_offset(self)
        number = rows[row.y][0] if row is not None and row.y < len(rows) <= self.content_size.height else None
        if number is not None:
            self._pick(number)
