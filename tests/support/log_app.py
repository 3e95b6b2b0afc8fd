"""A screen with nothing but the message log and an input."""

from collections.abc import Callable

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Input

from frieza_tui.tui.log.message_log import MessageLog
from frieza_tui.tui.themes import THEMES
from tests.support.waiting import comes_true


class LogApp(App[None]):
    """The log over an input that has the focus."""

    AUTO_FOCUS = "Input"

    def __init__(self, theme: str = "frieza") -> None:
        super().__init__()
        self.follow_changes: list[tuple[bool, int]] = []
        self.links: list[str] = []
        for one in THEMES:
            self.register_theme(one)
        self.theme = theme

    def compose(self) -> ComposeResult:
        yield MessageLog()
        box = Input()
        box.cursor_blink = False  # else a picture shows the caret or not, as the machine is busy
        yield box

    @property
    def message_log(self) -> MessageLog:
        return self.query_one(MessageLog)

    def on_message_log_follow_changed(self, event: MessageLog.FollowChanged) -> None:
        self.follow_changes.append((event.is_following, event.lines_below))

    def on_message_log_links_offered(self, event: MessageLog.LinksOffered) -> None:
        self.links += [link.target for link in event.links]

    def lines(self) -> list[str]:
        """What the compositor shows of the log, without the scroll bar."""
        strips = self.screen._compositor.render_strips()
        return [strip.crop(0, self.size.width - 1).text.rstrip() for strip in strips[: self.message_log.size.height]]


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    assert await comes_true(pilot, condition), "not so in time"


async def painted(pilot: Pilot[None]) -> None:
    """Let the app work until the log has shown all it was told."""
    assert isinstance(pilot.app, LogApp)
    log = pilot.app.message_log
    await pilot.pause()
    await until(pilot, lambda: not log.frames.has_news)
    await pilot.pause()
