"""The line between the log and the message box: what waits below, what is waited for, or a hint. Knows no log."""

from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.timer import Timer
from textual.widget import AwaitMount, Widget

from frieza_tui.i18n import _, ngettext
from frieza_tui.text.breaking import wrapped_lines
from frieza_tui.tui.answer_wait import AnswerWait
from frieza_tui.tui.words import run_together

HINT_S = 4.0
"""How long a hint stays, unless said otherwise."""
LOOK_S = 1.0
"""How often the seconds of a wait are counted."""


class WaitingLine(Widget):
    """One row, or as many as a hint needs, which goes before the number of lines below."""

    DEFAULT_CSS = """
    WaitingLine {
        height: auto;
        max-height: 4;
        padding: 0 1;
        text-align: center;
    }
    """
    ALLOW_SELECT = False

    lines_below: reactive[int] = reactive(0, repaint=False)
    """Lines of the log below what is shown; 0 while the log is at its end."""
    is_following: reactive[bool] = reactive(True, repaint=False)
    hint: reactive[str] = reactive("", layout=True)
    """Said in place of the number of lines; empty for none."""
    standing: reactive[str] = reactive("", layout=True)
    """Said as long as it holds, where no hint is; empty for nothing."""
    delay: reactive[str] = reactive("", layout=True)
    """What the open turn waits for; goes before what stands."""
    waiting: reactive[str] = reactive("", repaint=False)
    """For how long nothing has come of the open turn; said where nothing else is."""
    _hint_timer: Timer | None = None
    _wait_timer: Timer | None = None

    def __init__(self, answer_wait: AnswerWait) -> None:
        """Take what is to be told of the wait for a reply."""
        super().__init__()
        self._answer_wait = answer_wait
        answer_wait.on_change = self._follow_wait

    class Clicked(Message):
        """The line was clicked while lines waited."""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - as Textual calls it
        """Return the rows that the hint needs, or one."""
        return len(wrapped_lines(self._words, width))

    def say(self, hint: str, for_s: float = HINT_S) -> None:
        """Show a hint for so many seconds."""
        if self._hint_timer is not None:
            self._hint_timer.stop()
        self.hint = hint
        self._hint_timer = self.set_timer(for_s, self._drop_hint)

    def put_above(self, widget: Widget) -> AwaitMount:
        """Put something above the line that is there for a while."""
        return self.screen.mount(widget, before=self)

    def _drop_hint(self) -> None:
        self.hint = ""

    def _follow_wait(self) -> None:
        """Count only as long as there is something to count."""
        if self._wait_timer is not None:
            self._wait_timer.stop()
        self._wait_timer = self.set_interval(LOOK_S, self._count_wait) if self._answer_wait.is_on else None
        self._count_wait()

    def _count_wait(self) -> None:
        self.waiting = self._answer_wait.words

    def _draw_behind_words(self) -> None:
        if not self._words:
            self.refresh()

    watch_lines_below = watch_is_following = watch_waiting = _draw_behind_words

    @property
    def _words(self) -> str:
        return run_together(self.hint or self.delay or self.standing)

    def render(self) -> Content:
        """Say the hint, the delay, what stands, how much waits below, or for how long nothing has come."""
        if words := self._words:
            return Content.styled("\n".join(wrapped_lines(words, self.content_size.width)), "$text-warning")
        if self.is_following or not self.lines_below:
            return Content(self.waiting)
        count = ngettext("↓ {count} more line", "↓ {count} more lines", self.lines_below)
        return Content.assemble(
            (count.format(count=self.lines_below), "bold $text-primary"),
            ("  " + _("End shows them"), "$foreground-muted"),
        )

    def on_click(self) -> None:
        """Ask to go to the end."""
        if not self.is_following:
            self.post_message(self.Clicked())
