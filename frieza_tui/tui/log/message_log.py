"""The message log's widget: draws the rows of a viewport, and turns the reader's moves into the viewport's."""

from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import ClassVar

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer

from frieza_tui.tui.log.bubble import NO_STATE, Author, BubbleState, CodeBlock
from frieza_tui.tui.log.content import Bubble
from frieza_tui.tui.log.rows import Span, spans_width
from frieza_tui.tui.log.styles import WORDS, Palette
from frieza_tui.tui.log.viewport import Viewport, VisibleRow

FRAME_S = 1 / 30
"""Shortest time between two paintings of a reply that grows, in seconds."""

BAR = "▎"


class MessageLog(ScrollView, can_focus=True):
    """All bubbles of a thread, on one widget."""

    FOCUS_ON_CLICK = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"log--{word}" for word in WORDS}
    DEFAULT_CSS = (Path(__file__).parent / "log.tcss").read_text()

    virtual_size = Reactive(Size(0, 0), layout=False, repaint=False)

    @dataclass
    class FollowChanged(Message):
        """The log began or ceased to follow its end, or another number of lines waits below."""

        is_following: bool
        lines_below: int

    @dataclass
    class LinkActivated(Message):
        """A link was clicked."""

        href: str

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._log_viewport = Viewport()
        self._log_palette = Palette(self)
        self._bubble_index: dict[str, int] = {}
        self._changed_keys: set[str] = set()
        self._flush_timer: Timer | None = None
        self._flushed_at = 0.0
        self._shown_rows: list[VisibleRow] = []
        self._shown_strips: list[Strip] = []
        self._told_follow = (True, 0)
        self._bar_shape = (False, 0, 0)

    # ── what the screen tells it

    def add_bubble(self, key: str, author: Author, label: str, state: BubbleState = NO_STATE, source: str = "") -> None:
        """Append a bubble; `source`, if given, is the whole text of a message that will not grow."""
        self._bubble_index[key] = len(self._log_viewport.bubbles)
        self._log_viewport.add(Bubble(key, author, label, state, source, is_settled=bool(source)))
        self._want_flush()

    def feed(self, key: str, text: str, segment: str = "text:0") -> None:
        """Append text to a segment "kind:id" of a bubble, and paint it soon; too late for a settled bubble."""
        index = self._bubble_index.get(key)
        if index is None or not text or self._log_viewport.bubbles[index].is_settled:
            return
        self._log_viewport.bubbles[index].append(segment, text)
        self._changed_keys.add(key)
        self._want_flush()

    def set_state(self, key: str, state: BubbleState) -> None:
        """Show another state beside a bubble's label."""
        if (index := self._bubble_index.get(key)) is not None:
            self._log_viewport.bubbles[index].state = state
            self._changed_keys.add(key)
            self._want_flush()

    def settle(self, key: str, source: str | None = None) -> None:
        """Take no more text for a bubble; `source`, if it differs, replaces its text segments."""
        if (index := self._bubble_index.get(key)) is not None:
            bubble = self._log_viewport.bubbles[index]
            if source is not None:
                bubble.replace_text(source)
            bubble.is_settled = True
            self._changed_keys.add(key)
            self._want_flush()

    def remove_bubble(self, key: str) -> None:
        """Take a bubble out."""
        index = self._bubble_index.pop(key, None)
        if index is not None:
            self._log_viewport.remove(index)
            for at in range(index, len(self._log_viewport.bubbles)):
                self._bubble_index[self._log_viewport.bubbles[at].key] = at
            self._want_flush()

    def clear(self) -> None:
        """Take all bubbles out."""
        self._log_viewport.clear()
        self._bubble_index.clear()
        self._changed_keys.clear()
        self._want_flush()

    def follow_end(self) -> None:
        """Go to the end, and stay there as text comes."""
        self._log_viewport.follow()
        self._show_viewport()

    @property
    def is_following(self) -> bool:
        """Whether the end is in view and stays there."""
        return self._log_viewport.is_following

    @property
    def lines_below(self) -> int:
        """Rows under the last one on the screen."""
        return self._log_viewport.rows_below

    @property
    def bubble_keys(self) -> list[str]:
        """All bubbles, in order."""
        return [bubble.key for bubble in self._log_viewport.bubbles]

    def source_of(self, key: str) -> str:
        """Return the text of a bubble as it came."""
        return self._log_viewport.bubbles[self._bubble_index[key]].source

    def code_blocks_of(self, key: str) -> list[CodeBlock]:
        """Return the blocks of code of a bubble, exactly as they were written."""
        return self._log_viewport.bubbles[self._bubble_index[key]].code_blocks()

    # ── painting

    def _want_flush(self) -> None:
        if self._flush_timer is None and self.is_attached:
            wait_s = max(0.001, self._flushed_at + FRAME_S - monotonic())
            self._flush_timer = self.set_timer(wait_s, self._flush_changes)

    def _flush_changes(self) -> None:
        if self._flush_timer is not None:
            self._flush_timer.stop()
            self._flush_timer = None
        self._flushed_at = monotonic()
        keys, self._changed_keys = self._changed_keys, set()
        for key in keys:
            if (index := self._bubble_index.get(key)) is not None:
                self._log_viewport.refresh(index)
        self._show_viewport()

    def _show_viewport(self) -> None:
        """Draw what is to be seen now, and have the lines painted that differ from before."""
        if not self.size:
            return
        viewport = self._log_viewport
        old = self._shown_strips
        self._shown_rows = viewport.visible()
        blank = Strip.blank(viewport.width, self._log_palette.style(""))
        strips = [self._strip_of(row) for row in self._shown_rows]
        strips += [blank] * (viewport.height - len(strips))
        self._shown_strips = strips
        changed = [y for y, strip in enumerate(strips) if y >= len(old) or (strip is not old[y] and strip != old[y])]
        if changed:
            self.refresh(*(Region(0, y, viewport.width, 1) for y in changed))
        self._show_position()

    def _show_position(self) -> None:
        viewport = self._log_viewport
        self.virtual_size = Size(self.size.width, viewport.total)
        top = float(viewport.top_row)
        self.set_reactive(MessageLog.scroll_y, top)
        self.set_reactive(MessageLog.scroll_target_y, top)
        if self.show_vertical_scrollbar:
            self._move_bar(viewport.total, viewport.height, viewport.top_row)
        told = (viewport.is_following, 0 if viewport.is_following else viewport.rows_below)
        if told != self._told_follow:
            self._told_follow = told
            self.post_message(self.FollowChanged(*told))

    def _move_bar(self, total: int, height: int, top: int) -> None:
        """Move the scroll bar, but draw it only if that shows, in eighths of a cell."""
        thumb = max(1.0, height * height / max(1, total))
        shape = (total > height, round(thumb * 8), int((height - thumb) * top / max(1, total - height) * 8))
        if shape != self._bar_shape or not self.is_following:
            self._bar_shape = shape
            bar = self.vertical_scrollbar
            bar.window_virtual_size = total
            bar.window_size = height
            bar.position = top

    def _strip_of(self, visible: VisibleRow) -> Strip:
        block, at = visible.block, visible.place.row
        strip = block.strips.get(at)
        if not isinstance(strip, Strip):
            row = block.row(at)
            spans: tuple[Span, ...] = ()
            width = row.width
            if visible.place.block or at >= block.gap:
                spans = ((BAR + " ", f"bar-{visible.view.bubble.author}"), *block.prefix(at), *row.spans)
                width += 2 + spans_width(block.prefix(at))
            strip = self._log_palette.strip(spans, width, visible.view.full_width)
            for line_filter in self.get_line_filters():
                strip = strip.apply_filter(line_filter, self.background_colors[1])
            block.strips[at] = strip
        return strip

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines that were drawn last."""
        strips = self._shown_strips[crop.y : crop.bottom]
        if len(strips) < crop.height:
            strips += [Strip.blank(self.size.width, self._log_palette.style(""))] * (crop.height - len(strips))
        if crop.x or crop.width < self.size.width:
            strips = [strip.crop(crop.x, crop.right) for strip in strips]
        return strips

    def render_line(self, y: int) -> Strip:
        """Return one of the lines that were drawn last."""
        return self._shown_strips[y] if 0 <= y < len(self._shown_strips) else Strip.blank(self.size.width)

    def notify_style_update(self) -> None:
        """Called by Textual when the theme or a style has changed: draw everything anew."""
        super().notify_style_update()
        self._log_palette.clear()
        self._log_viewport.drop_strips()
        self._shown_strips = []
        if self.is_attached:
            self._want_flush()

    def on_resize(self) -> None:
        """Wrap again."""
        self._log_viewport.resize(*self.scrollable_content_region.size)
        self._shown_strips = []
        self._show_viewport()

    # ── moving

    def watch_scroll_y(self, _old: float, new_value: float) -> None:
        """Follow a move of the wheel, of a key or of the scroll bar."""
        viewport = self._log_viewport
        rows = round(new_value) - viewport.top_row
        if abs(rows) <= viewport.height * 4:
            viewport.move(rows)
        else:
            viewport.jump(round(new_value))
        self._show_viewport()

    def on_click(self, event: events.Click) -> None:
        """Follow a link."""
        event.prevent_default()
