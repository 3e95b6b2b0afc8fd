"""A stand-in for the message log until that lands: one Static for each bubble."""

from dataclasses import dataclass

from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from frieza_tui.tui.log.bubble import Author, BubbleState


class MessageLog(VerticalScroll):
    """See tui/log."""

    FOCUS_ON_CLICK = False

    @dataclass
    class FollowChanged(Message):
        is_following: bool
        lines_below: int

    @dataclass
    class LinkActivated(Message):
        href: str

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._bubbles: dict[str, tuple[Static, str, BubbleState, dict[str, str]]] = {}

    def on_mount(self) -> None:
        self.anchor()

    def add_bubble(self, key: str, author: Author, label: str, state: BubbleState, source: str = "") -> None:
        static = Static(markup=False)
        static.styles.margin = (0, 2, 1, 2)
        self._bubbles[key] = (static, label, state, {"text:0": source} if source else {})
        self.mount(static)
        self._show(key)

    def feed(self, key: str, text: str, segment: str = "text:0") -> None:
        segments = self._bubbles[key][3]
        segments[segment] = segments.get(segment, "") + text
        self._show(key)

    def set_state(self, key: str, state: BubbleState) -> None:
        static, label, _old, segments = self._bubbles[key]
        self._bubbles[key] = (static, label, state, segments)
        self._show(key)

    def settle(self, key: str, source: str | None = None) -> None:
        pass

    def remove_bubble(self, key: str) -> None:
        if key in self._bubbles:
            self._bubbles.pop(key)[0].remove()

    def follow_end(self) -> None:
        self.anchor()

    @property
    def is_following(self) -> bool:
        return self.is_vertical_scroll_end

    @property
    def lines_below(self) -> int:
        return round(self.max_scroll_y - self.scroll_y)

    def watch_scroll_y(self, old: float, new: float) -> None:
        super().watch_scroll_y(old, new)
        self.post_message(self.FollowChanged(self.is_following, self.lines_below))

    def _show(self, key: str) -> None:
        static, label, state, segments = self._bubbles[key]
        static.update(
            Content.assemble((label, "bold $text-primary"), f"  {state.text}\n", "\n".join(segments.values()))
        )
