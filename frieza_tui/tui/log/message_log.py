"""The message log: all bubbles of a thread on one widget, by Textual's line API.

Here Textual's events come in, and lines go out; what is done with them is done by the parts. Knows no backend.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, TypeAlias

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from frieza_tui.tui.links.target import Link
from frieza_tui.tui.log.bubble import CodeBlock
from frieza_tui.tui.log.bubbles import Bubbles
from frieza_tui.tui.log.canvas import Canvas
from frieza_tui.tui.log.clicking import Clicking
from frieza_tui.tui.log.cursor import Cursor
from frieza_tui.tui.log.deeds import log_deeds
from frieza_tui.tui.log.dragging import Dragging
from frieza_tui.tui.log.drawing import Drawing
from frieza_tui.tui.log.finding import Finding
from frieza_tui.tui.log.frames import Frames
from frieza_tui.tui.log.held_keys import HeldKeys, pass_on
from frieza_tui.tui.log.lines_below import LinesBelow
from frieza_tui.tui.log.overlay import Overlay
from frieza_tui.tui.log.painting import Painter
from frieza_tui.tui.log.reading import Reading
from frieza_tui.tui.log.scrolling import Scrolling
from frieza_tui.tui.log.selection import Marked, selected_text
from frieza_tui.tui.log.styles import WORDS
from frieza_tui.tui.log.taking import Taken, Taking
from frieza_tui.tui.log.viewport import Viewport
from frieza_tui.tui.tab_key import TabKey

Wish: TypeAlias = Literal["redo", "edit", "delete", "undo", "previous", "next", "open", "find", "leave"]


class MessageLog(ScrollView, can_focus=True):
    """Shows the thread that `bubbles` is told of; `reading`, `finding` and `taking` are what a reader does with it."""

    FOCUS_ON_CLICK = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"log--{word}" for word in WORDS}
    DEFAULT_CSS = (Path(__file__).parent / "log.tcss").read_text()
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "do('next-message')", show=False),
        Binding("k,up", "do('previous-message')", show=False),
        Binding("J,shift+down", "do('next-block')", show=False),
        Binding("K,shift+up", "do('previous-block')", show=False),
        Binding("right_square_bracket", "do('next-of-user')", show=False),
        Binding("left_square_bracket", "do('previous-of-user')", show=False),
        Binding("g,home", "do('first')", show=False),
        Binding("G,end", "do('last')", show=False),
        Binding("space,pagedown", "do('page-down')", show=False),
        Binding("b,pageup", "do('page-up')", show=False),
        Binding("enter", "do('fold')", show=False),
        Binding("y", "do('take-text')", show=False),
        Binding("Y", "do('take-source')", show=False),
        Binding("c", "do('take-code')", show=False),
        Binding("l", "do('take-links')", show=False),
        Binding("n", "do('find-above')", show=False),
        Binding("N", "do('find-below')", show=False),
        Binding("slash", "wish('find')", show=False),
        Binding("r", "wish('redo')", show=False),
        Binding("e", "wish('edit')", show=False),
        Binding("d", "wish('delete')", show=False),
        Binding("u", "wish('undo')", show=False),
        Binding("comma", "wish('previous')", show=False),
        Binding("full_stop", "wish('next')", show=False),
        Binding("o", "wish('open')", show=False),
        Binding("escape", "wish('leave')", show=False),
    ]

    virtual_size = Reactive(Size(0, 0), layout=False, repaint=False)

    @dataclass
    class FollowChanged(Message):
        """The log began or ceased to follow its end, or another number of lines waits below."""

        is_following: bool
        lines_below: int

    @dataclass
    class LinksOffered(Message):
        """The reader wants a link, or one of several; never none."""

        links: list[Link]

    @dataclass
    class TextTaken(Message):
        """The reader asked for a copy; the text is empty where there is nothing of that kind."""

        text: str
        what: Taken

    @dataclass
    class CodeOffered(Message):
        """A message has several blocks of code; a digit, from 1, takes one."""

        blocks: list[CodeBlock]

    @dataclass
    class Wished(Message):
        """The reader asked for something that only the screen can do."""

        wish: Wish
        key: str
        """Of the bubble that the cursor is on."""

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        post = self.post_message
        self.viewport = viewport = Viewport()
        self.painter = Painter(self)
        self.frames = Frames(self, self._show_news, self._is_news_hidden, lambda: self.painter.is_behind)
        cursor, marked, drawing = Cursor(viewport.rows), Marked(self), Drawing(self)
        self.finding = Finding(viewport, cursor, self._show)
        self.bubbles = Bubbles(viewport, self.frames.wake, (cursor.forget, self.finding.forget))
        overlay = Overlay(viewport, drawing, self.finding, marked, cursor, lambda: self.has_focus)
        self.canvas = canvas = Canvas(viewport, drawing, self.painter, overlay)
        self._log_scrolling = Scrolling(self, viewport, self.painter)
        self._lines_below = LinesBelow(
            viewport,
            tell=lambda is_following, rows: post(self.FollowChanged(is_following, rows)),
            look_again=self.frames.wake,
        )
        self.dragging = Dragging(viewport, canvas, marked, self, self._show)
        self._log_clicking = Clicking(viewport.rows, canvas, marked, lambda link: post(self.LinksOffered([link])))
        self.reading = Reading(viewport, cursor, lambda: canvas.rows, self._show)
        self.taking = Taking(
            cursor,
            give=lambda text, what: post(self.TextTaken(text, what)),
            offer_code=lambda blocks: post(self.CodeOffered(blocks)),
            offer_links=lambda links: post(self.LinksOffered(links)),
        )
        self._held_keys = HeldKeys()
        self._tab_key = TabKey(self, lambda: self.screen.focus_next())
        self._log_deeds = log_deeds(self.reading, self.finding, self.taking)

    def follow_end(self) -> None:
        """Go to the end, and stay there as text comes."""
        self.viewport.follow()
        self._show()

    # What is shown.

    def on_mount(self) -> None:
        """Begin to paint."""
        self.frames.begin()

    def _show_news(self) -> None:
        self.bubbles.lay_out_changes()
        self._show()
        if self.has_focus:
            self.reading.begin_anew()

    def _is_news_hidden(self) -> bool:
        """Return whether nobody looks at what has changed: it is out of view, or the log is behind a sheet."""
        rows = self.canvas.rows
        is_below = bool(rows) and self.bubbles.changes_only_after(rows[-1].place.bubble)
        return not self.screen.is_active or (is_below and not self.viewport.is_following)

    def _show(self) -> None:
        """Draw what is to be seen now, and have the lines painted that differ from before."""
        if self.size:
            self._log_scrolling.follow(self.canvas.draw())
            self._lines_below.look()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines that were drawn last."""
        return self.canvas.lines(crop, self.size.width)

    def render_line(self, y: int) -> Strip:
        """Return a line with offsets in place of colours: Textual asks for it when text is being selected."""
        return self.canvas.offset_line(y)

    def notify_style_update(self) -> None:
        """Called by Textual when the theme or a style has changed: draw everything anew."""
        super().notify_style_update()

        def draw_anew() -> None:
            self.canvas.forget_colours()
            if self.canvas.rows:
                self._show()

        draw_anew()
        if self.canvas.rows:
            self.call_later(draw_anew)  # the styles of the words come right after this call

    def on_resize(self) -> None:
        """Wrap again."""
        self.viewport.resize(*self.scrollable_content_region.size)
        self.canvas.forget()
        self.painter.forget()
        self._show()

    def measure_anew(self) -> None:
        """Wrap again at the same width: characters have another one."""
        self.viewport.rows.set_width(self.viewport.width)
        self.canvas.forget()
        self._show()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:  # noqa: ARG002 - Textual's call
        """Follow a move of the wheel, of a key or of the scroll bar."""
        viewport = self.viewport
        viewport.resize(*self.scrollable_content_region.size)  # a taller window moves the bar before it tells its size
        if viewport.go_to(round(new_value)):
            self._show()
        self.dragging.follow_scrolling()

    # The mouse.

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the text of a selection, without the line ends that the width made."""
        text = selected_text(self.viewport.rows, selection)
        return None if text is None else (text, "\n")

    def selection_updated(self, selection: Selection | None) -> None:
        """Called by Textual when the reader marks text: draw it."""
        self.dragging.follow_selection(selection)
        self._show()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Note where a drag may begin."""
        self.dragging.begin(event.offset, event.time)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Follow a drag."""
        self.dragging.move(event.offset, is_held=bool(event.button))

    def on_mouse_up(self) -> None:
        """End a drag."""
        self.dragging.end()

    def on_click(self, event: events.Click) -> None:
        """Ask for a link, or select a word or a paragraph, as one, two or three clicks ask for."""
        event.prevent_default()
        self._log_clicking.click(event.offset, event.chain)

    # The keys.

    def on_focus(self) -> None:
        """Show the cursor."""
        self.reading.begin()

    def on_blur(self) -> None:
        """Hide the cursor; pass on what is for the line that was opened."""
        self.reading.end()
        self._tab_key.end()
        keys = self._held_keys.release()
        if self.screen.focused is not None:
            pass_on(keys, self.screen.focused)

    def on_key(self, event: events.Key) -> None:
        """Take a digit for the code that was offered, and no key for a command that is for the box or for a line."""
        if self._tab_key.take(event):
            return
        if self.taking.take_offered(event.key) or self._held_keys.hold(event):
            event.stop()
            event.prevent_default()

    def let_go(self) -> None:
        """What was asked for is done: keys held back for another widget are the log's own, if that kept the focus."""
        self.call_later(self._take_held_keys)  # posted from the screen, they would not bubble beyond it

    def _take_held_keys(self) -> None:
        if self.screen.focused is self:
            for key in self._held_keys.release():
                self.app.post_message(key.copy())

    def action_do(self, deed: str) -> None:
        """Do something that has a key, by its name in `deeds.py`."""
        self.reading.begin_anew()
        self._log_deeds[deed]()

    def action_wish(self, wish: Wish) -> None:
        """Ask the screen for what only it can do."""
        self.post_message(self.Wished(wish, self.reading.key or ""))
