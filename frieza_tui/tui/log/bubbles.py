"""What is told of a thread: bubbles begin, grow, change and go. Knows no widget, and not what is on the screen."""

from collections.abc import Callable, Iterable, Sequence

from frieza_tui.tui.log.bubble import NO_STATE, Author, BubbleState, Words
from frieza_tui.tui.log.content import Bubble, Sleeper
from frieza_tui.tui.log.viewport import Viewport


class Bubbles:
    """All bubbles of a thread, by their keys. Texts given to it must have been made safe; markup in them is text."""

    def __init__(
        self, viewport: Viewport, tell: Callable[[], object], forgetters: Sequence[Callable[[Sequence[int]], object]]
    ) -> None:
        """Take where they are laid out.

        tell: called when something has changed. forgetters: called with the numbers of bubbles that have gone.
        """
        self._viewport = viewport
        self._tell = tell
        self._forgetters = forgetters
        self._index: dict[str, int] = {}
        self._changed_keys: set[str] = set()

    def add(self, key: str, author: Author, label: Words, state: BubbleState = NO_STATE, source: str = "") -> None:
        """Append a bubble; `source`, if given, is the whole text of a message that will not grow."""
        self._index[key] = len(self._viewport.bubbles)
        self._viewport.rows.add(Bubble(key, author, label, state, source, is_settled=bool(source)))
        self._tell()

    def add_sleepers(self, sleepers: Iterable[tuple[str, Author, Words, Sleeper]]) -> None:
        """Append the bubbles of kept messages by key, author, label and text, which is read when it comes into view."""
        start = len(self._viewport.bubbles)
        bubbles = [
            Bubble(key, author, label, is_settled=True, sleeper=sleeper, is_asleep=True)
            for key, author, label, sleeper in sleepers
        ]
        self._index.update((bubble.key, index) for index, bubble in enumerate(bubbles, start))
        self._viewport.rows.extend(bubbles)
        self._tell()

    def feed(self, key: str, text: str, segment: str = "text:0") -> None:
        """Append text to a segment "kind:id" of a bubble, to be painted soon; too late for a settled bubble."""
        bubble = self._find(key)
        if bubble is not None and text and not bubble.is_settled:
            bubble.append(segment, text)
            self._tell_change(key)

    def fold(self, key: str, segment: str) -> None:
        """Show the first rows only of a segment that is no Markdown; not while somebody reads elsewhere in the log."""
        bubble = self._find(key)
        if bubble is not None and self._viewport.is_following:
            bubble.segments_to_fold |= {segment}
            self._viewport.rows.forget(self._index[key])
            self._tell()

    def note(self, key: str, words: Words, segment: str = "note:0") -> None:
        """Say something in a bubble that nobody else said; it follows the language of the screen."""
        bubble = self._find(key)
        if bubble is not None and not bubble.is_settled:
            bubble.note(segment, words)
            self._tell_change(key)

    def set_state(self, key: str, state: BubbleState) -> None:
        """Show another state beside a bubble's label."""
        if (bubble := self._find(key)) is not None:
            bubble.state = state
            self._tell_change(key)

    def set_mark(self, key: str, mark: str) -> None:
        """Show another mark, such as "2/3", beside a bubble's label."""
        bubble = self._find(key)
        if bubble is not None and bubble.mark != mark:
            bubble.mark = mark
            self._tell_change(key)

    def say_again(self) -> None:
        """Say labels and states anew: the language has changed."""
        self._viewport.rows.say_again()
        self._tell()

    def settle(self, key: str, source: str | None = None) -> None:
        """Take no more text for a bubble; `source`, if it differs, replaces its text segments."""
        if (bubble := self._find(key)) is not None:
            if source is not None:
                bubble.replace_text(source)
            bubble.is_settled = True
            self._tell_change(key)

    def remove(self, *keys: str) -> None:
        """Take bubbles out, those of them that are there."""
        indexes = sorted(index for key in keys if (index := self._index.pop(key, None)) is not None)
        if not indexes:
            return
        self._viewport.remove(indexes)
        for forget in self._forgetters:
            forget(indexes)
        for at in range(indexes[0], len(self._viewport.bubbles)):
            self._index[self._viewport.bubbles[at].key] = at
        self._tell()

    def clear(self) -> None:
        """Take all bubbles out."""
        self._viewport.clear()
        for forget in self._forgetters:
            forget([])
        self._index.clear()
        self._changed_keys.clear()
        self._tell()

    @property
    def is_empty(self) -> bool:
        """Whether there is none."""
        return not self._viewport.bubbles

    def source_of(self, key: str) -> str:
        """Return the text of a bubble as it came."""
        return self._viewport.bubbles[self._index[key]].source

    def changes_only_after(self, index: int) -> bool:
        """Return whether something has changed that was not laid out yet, and all of it behind a bubble."""
        return bool(self._changed_keys) and all(self._index.get(key, 0) > index for key in self._changed_keys)

    def lay_out_changes(self) -> None:
        """Lay out what has changed since the last time."""
        keys, self._changed_keys = self._changed_keys, set()
        for key in keys:
            if (index := self._index.get(key)) is not None:
                self._viewport.rows.refresh(index)

    def _find(self, key: str) -> Bubble | None:
        index = self._index.get(key)
        return None if index is None else self._viewport.bubbles[index]

    def _tell_change(self, key: str) -> None:
        self._changed_keys.add(key)
        self._tell()
