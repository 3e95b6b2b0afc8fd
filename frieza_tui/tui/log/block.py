"""Blocks: leaves at a width, laid out when somebody looks at them. Knows no widget and no colour."""

from frieza_tui.i18n import ngettext
from frieza_tui.tui.log.layout import Layout, layout_for
from frieza_tui.tui.log.leaf import Leaf
from frieza_tui.tui.log.parsing import Env
from frieza_tui.tui.log.rows import BEYOND, EMPTY_ROW, Row, Span, row_of, spans_width

FOLDED_ROWS = 3
"""Rows of a folded block that are shown."""
STRIPS_KEPT = 250
"""Drawn rows kept for a block that grows."""


class Block:
    """One leaf at one width."""

    __slots__ = ("_layout", "_room", "_was_read", "env", "gap", "height", "is_folded", "leaf", "strips")

    def __init__(self, leaf: Leaf, env: Env, width: int, gap: bool) -> None:
        self.leaf = leaf
        self.env = env
        self.gap = gap
        """A blank row stands before it; it counts as the block's row 0."""
        self.is_folded = False
        """Only the first rows are shown; to be set before it is read."""
        self.strips: dict[int, object] = {}
        """What the widget made of the rows, by row."""
        self._room = max(1, width - spans_width(leaf.rest))
        self._layout: Layout | None = None
        self._was_read = False
        self.height = gap + self._estimate()
        """Rows, exact once `read` was called."""

    @property
    def is_exact(self) -> bool:
        """Whether `height` is known, not guessed."""
        return self._was_read

    def read(self) -> Layout:
        """Lay it out, if that has not been done since the leaf changed."""
        if self._layout is None:
            self._layout = layout_for(self.leaf, self._room)
        if not self._was_read:
            first = self._layout.update(self.leaf, self.env)
            self._drop_strips(first + self.gap)
            self._was_read = True
            self.height = self.gap + (FOLDED_ROWS + 1 if self._hides_rows() else self._layout.count)
        return self._layout

    def update(self, leaf: Leaf, gap: bool) -> bool:
        """Take a leaf that goes on where the old one was; return False if it is of another shape."""
        old = self.leaf
        if (old.kind, old.style, old.first, old.info, self.gap) != (leaf.kind, leaf.style, leaf.first, leaf.info, gap):
            return False
        self.leaf = leaf
        self._was_read = False
        return True

    def row(self, index: int) -> Row:
        """Return a row; the gap is an empty one."""
        layout = self.read()
        at = index - self.gap
        if at == FOLDED_ROWS and self._hides_rows():
            count = layout.count - FOLDED_ROWS
            hidden = ngettext("… {count} more line", "… {count} more lines", count).format(count=count)
            return row_of(hidden, "code-block fold" if self.leaf.kind == "code" else "fold", layout.row(at).start)
        return layout.row(at) if 0 <= at < layout.count else EMPTY_ROW

    def prefix(self, index: int) -> tuple[Span, ...]:
        """Return what stands before a row."""
        if index == self.gap:
            return self.leaf.first
        if index > self.gap:
            return self.leaf.rest
        return self.leaf.between

    def invalidate(self) -> None:
        """Forget the layout: what the leaf refers to has changed."""
        self._layout = None
        self._was_read = False
        self.strips.clear()

    @property
    def fold_start(self) -> int:
        """Offset in the text from which on it is hidden, and one row says how much there is; BEYOND if nothing is."""
        layout = self.read()
        return layout.row(FOLDED_ROWS).start if self._hides_rows() else BEYOND

    def cut_shown(self, start: int, end: int) -> str:
        """Return what is seen between two offsets; the row that says how much is hidden starts at `fold_start`."""
        fold = self.fold_start
        text = self.read().cut(start, min(end, fold)) if start < fold else ""
        if end <= fold:
            return text
        hidden = self.row(self.gap + FOLDED_ROWS).text[max(0, start - fold) : end - fold]
        return text.removesuffix("\n").rstrip(" ") + "\n" + hidden if text else hidden

    def can_fold(self) -> bool:
        """Return whether folding would save rows."""
        return self.read().count > FOLDED_ROWS + 1

    def _hides_rows(self) -> bool:
        return self.is_folded and self._layout is not None and self._layout.count > FOLDED_ROWS + 1

    def _drop_strips(self, first: int) -> None:
        if len(self.strips) > STRIPS_KEPT:
            self.strips.clear()
        for index in [index for index in self.strips if index >= first]:
            del self.strips[index]

    def _estimate(self) -> int:
        leaf = self.leaf
        if leaf.kind == "table":
            return len(leaf.cells) + 1
        return leaf.content.count("\n") + 1 + len(leaf.content) // (self._room + 1)
