"""The message log: all bubbles of a thread on one widget, and what the screen can do with them. Knows no backend."""

from collections.abc import Iterable

from frieza_tui.tui.log.bubble import NO_STATE, Author, BubbleState, Words
from frieza_tui.tui.log.content import Bubble, Sleeper
from frieza_tui.tui.log.linking import LinkingView

HIDDEN_FRAME_S = 0.2
"""Shortest time between two looks at a reply that grows out of view: only the number of its lines is shown."""


class MessageLog(LinkingView):
    """All bubbles of a thread. Texts given to it must have been made safe; markup in them is text."""

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._bubble_index: dict[str, int] = {}
        self._changed_keys: set[str] = set()

    def add_bubble(
        self, key: str, author: Author, label: Words, state: BubbleState = NO_STATE, source: str = ""
    ) -> None:
        """Append a bubble; `source`, if given, is the whole text of a message that will not grow."""
        self._bubble_index[key] = len(self._log_viewport.bubbles)
        self._log_viewport.rows.add(Bubble(key, author, label, state, source, is_settled=bool(source)))
        self._wake()

    def add_sleepers(self, sleepers: Iterable[tuple[str, Author, Words, Sleeper]]) -> None:
        """Append the bubbles of kept messages by key, author, label and text, which is read when it comes into view."""
        start = len(self._log_viewport.bubbles)
        bubbles = [
            Bubble(key, author, label, is_settled=True, sleeper=sleeper, is_asleep=True)
            for key, author, label, sleeper in sleepers
        ]
        self._bubble_index.update((bubble.key, index) for index, bubble in enumerate(bubbles, start))
        self._log_viewport.rows.extend(bubbles)
        self._wake()

    def feed(self, key: str, text: str, segment: str = "text:0") -> None:
        """Append text to a segment "kind:id" of a bubble, and paint it soon; too late for a settled bubble."""
        index = self._bubble_index.get(key)
        if index is None or not text or self._log_viewport.bubbles[index].is_settled:
            return
        self._log_viewport.bubbles[index].append(segment, text)
        self._changed_keys.add(key)
        self._wake()

    def fold(self, key: str, segment: str) -> None:
        """Show the first rows only of a segment that is no Markdown; not while somebody reads elsewhere in the log."""
        index = self._bubble_index.get(key)
        if index is not None and self.is_following:
            self._log_viewport.bubbles[index].segments_to_fold |= {segment}
            self._log_viewport.rows.forget(index)
            self._wake()

    def note(self, key: str, words: Words, segment: str = "note:0") -> None:
        """Say something in a bubble that nobody else said; it follows the language of the screen."""
        index = self._bubble_index.get(key)
        if index is not None and not self._log_viewport.bubbles[index].is_settled:
            self._log_viewport.bubbles[index].note(segment, words)
            self._changed_keys.add(key)
            self._wake()

    def set_state(self, key: str, state: BubbleState) -> None:
        """Show another state beside a bubble's label."""
        if (index := self._bubble_index.get(key)) is not None:
            self._log_viewport.bubbles[index].state = state
            self._changed_keys.add(key)
            self._wake()

    def say_again(self) -> None:
        """Say labels and states anew: the language has changed."""
        self._log_viewport.rows.say_again()
        self._wake()

    def set_mark(self, key: str, mark: str) -> None:
        """Show another mark, such as "2/3", beside a bubble's label."""
        index = self._bubble_index.get(key)
        if index is not None and self._log_viewport.bubbles[index].mark != mark:
            self._log_viewport.bubbles[index].mark = mark
            self._changed_keys.add(key)
            self._wake()

    def settle(self, key: str, source: str | None = None) -> None:
        """Take no more text for a bubble; `source`, if it differs, replaces its text segments."""
        if (index := self._bubble_index.get(key)) is not None:
            bubble = self._log_viewport.bubbles[index]
            if source is not None:
                bubble.replace_text(source)
            bubble.is_settled = True
            self._changed_keys.add(key)
            self._wake()

    def remove_bubble(self, key: str) -> None:
        """Take a bubble out."""
        self.remove_bubbles([key])

    def remove_bubbles(self, keys: Iterable[str]) -> None:
        """Take bubbles out; the reader's cursor stays on its message, or on the one that comes in its place."""
        indexes = sorted(index for key in keys if (index := self._bubble_index.pop(key, None)) is not None)
        if not indexes:
            return
        self._log_viewport.remove(indexes)
        self._forget_bubbles(indexes)
        for at in range(indexes[0], len(self._log_viewport.bubbles)):
            self._bubble_index[self._log_viewport.bubbles[at].key] = at
        self._wake()

    def clear(self) -> None:
        """Take all bubbles out."""
        self._log_viewport.clear()
        self._forget_bubbles([])
        self._bubble_index.clear()
        self._changed_keys.clear()
        self._wake()

    @property
    def is_empty(self) -> bool:
        """Whether there is no bubble."""
        return not self._log_viewport.bubbles

    def source_of(self, key: str) -> str:
        """Return the text of a bubble as it came."""
        return self._log_viewport.bubbles[self._bubble_index[key]].source

    def hurry(self) -> None:
        """Paint what waits right after the next picture: somebody has typed, and looks at the screen."""
        if self._has_news:
            self._framed_at = 0.0
            self.call_after_refresh(self._pass_frame)

    def _frame_s(self) -> float:
        """Return the shortest time between two paintings; more while only what nobody sees changes."""
        if self.is_following or not self._shown_rows or not self._changed_keys:
            return super()._frame_s()
        last = self._shown_rows[-1].place.bubble
        is_seen = any(self._bubble_index.get(key, 0) <= last for key in self._changed_keys)
        return super()._frame_s() if is_seen else HIDDEN_FRAME_S

    def _take_news(self) -> None:
        keys, self._changed_keys = self._changed_keys, set()
        for key in keys:
            if (index := self._bubble_index.get(key)) is not None:
                self._log_viewport.rows.refresh(index)
