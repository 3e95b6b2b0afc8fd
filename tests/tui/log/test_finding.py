"""Finding in a thread that is on no screen."""

import pytest

from frieza_tui.tui.log.bubbles import Bubbles
from frieza_tui.tui.log.cursor import Cursor
from frieza_tui.tui.log.finding import Finding
from frieza_tui.tui.log.viewport import Viewport


class Thread:
    """Twenty messages, of which every fifth has a needle."""

    def __init__(self) -> None:
        self.viewport = Viewport()
        self.viewport.resize(40, 6)
        self.cursor = Cursor(self.viewport.rows)
        self.finding = Finding(self.viewport, self.cursor, self.viewport.visible)
        self.bubbles = Bubbles(self.viewport, lambda: None, (self.cursor.forget, self.finding.forget))
        for number in range(20):
            self.bubbles.add(f"m{number}", "user", "U", source="hay" if number % 5 else "hay needle hay needle")

    @property
    def places(self) -> list[tuple[str, list[tuple[int, int, bool]]]]:
        """What is marked on the screen, by message."""
        found = self.finding.on_rows()
        rows = self.viewport.visible() if found is not None else []
        marked = [(row.view.bubble.key, found.places(row)) for row in rows if found is not None]
        return [(key, places) for key, places in marked if places]


@pytest.fixture
def thread() -> Thread:
    return Thread()


def test_it_goes_upwards_from_what_is_in_view_and_shows_what_it_found(thread: Thread) -> None:
    assert thread.finding.find("needle") == 4
    assert thread.cursor.key == "m15"
    assert thread.places == [("m15", [(4, 10, False), (15, 21, True)])]
    thread.finding.step(-1)
    assert thread.places == [("m15", [(4, 10, True), (15, 21, False)])]
    thread.finding.step(-1)
    assert thread.cursor.key == "m10"


def test_what_has_gone_is_found_no_more(thread: Thread) -> None:
    thread.finding.find("needle")
    thread.bubbles.remove("m10", "m12", "m15")
    thread.finding.step(-1)
    assert thread.cursor.key == "m5"
    thread.bubbles.clear()
    thread.finding.step(-1)
    assert (thread.cursor.bubble, thread.finding.gutter_lines()) == (-1, set())


def test_to_find_nothing_marks_nothing(thread: Thread) -> None:
    thread.finding.find("needle")
    assert len(thread.finding.gutter_lines()) > 1
    assert thread.finding.find("") == 0
    assert (thread.places, thread.finding.gutter_lines()) == ([], set())
