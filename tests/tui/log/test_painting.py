import pytest
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.scrollbar import ScrollBar

from frieza_tui.tui.log.message_log import MessageLog
from frieza_tui.tui.log.picture import NoOutput
from tests.support.log_app import LogApp, painted

LINES = "\n\n".join(f"Paragraph {number}." for number in range(60))


class Scrolling(NoOutput):
    """A terminal that scrolls, and takes each picture at once."""

    def __init__(self) -> None:
        self.moves: list[int] = []

    def scroll(self, top: int, bottom: int, rows: int) -> bool:
        self.moves.append(rows)
        return True


class Shade(ModalScreen[None]):
    CSS = "Shade { background: black 60%; }"


@pytest.fixture
def app() -> LogApp:
    return LogApp()


def scrolling(log: MessageLog) -> Scrolling:
    output = Scrolling()
    log.painter.output = lambda: output
    return output


async def test_the_terminal_scrolls_nothing_below_another_screen(app: LogApp) -> None:
    async with app.run_test(size=(40, 20)) as pilot:
        log = app.message_log
        log.bubbles.add("u", "user", "You", source=LINES)
        await painted(pilot)
        output = scrolling(log)
        for moves in ([-1], [-1]):
            log.painter.forget()  # the terminal has written all of it
            log.scroll_relative(y=-1, animate=False)
            assert output.moves == moves
            await app.push_screen(Shade())


async def test_a_bar_that_the_terminal_has_moved_is_drawn_where_it_was_before(
    app: LogApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[float] = []
    refresh = ScrollBar.refresh

    def noted(bar: ScrollBar, *regions: Region, repaint: bool = True, layout: bool = False) -> ScrollBar:
        if not regions:
            drawn.append(bar.position)
        refresh(bar, *regions, repaint=repaint, layout=layout)
        return bar

    async with app.run_test(size=(40, 20)) as pilot:
        log = app.message_log
        log.bubbles.add("u", "user", "You", source=LINES)
        await painted(pilot)
        output, end = scrolling(log), log.scroll_offset.y
        for _ in range(3):
            log.painter.forget()  # the terminal has written all of it
            log.scroll_relative(y=-7, animate=False)
        assert output.moves == [-7, -7, -7]
        monkeypatch.setattr(ScrollBar, "refresh", noted)
        log.follow_end()
        assert output.moves == [-7, -7, -7]
        assert drawn == [end]
