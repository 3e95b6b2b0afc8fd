"""The lines of the log on the screen: draws them, and has those painted that differ from before. Moves nothing."""

from textual.geometry import Offset, Region
from textual.strip import Strip

from frieza_tui.tui.log.drawing import Drawing
from frieza_tui.tui.log.overlay import Overlay
from frieza_tui.tui.log.painting import Painter
from frieza_tui.tui.log.selection import line_key
from frieza_tui.tui.log.viewport import Viewport, VisibleRow


class Canvas:
    """What the log shows now, line by line."""

    def __init__(self, viewport: Viewport, drawing: Drawing, painter: Painter, overlay: Overlay) -> None:
        self.rows: list[VisibleRow] = []
        """What is on the screen, from its top; fewer rows than lines if the thread is short."""
        self.strips: list[Strip] = []
        """The rows as they were drawn last, and empty lines below them."""
        self._viewport = viewport
        self._drawing = drawing
        self._painter = painter
        self._overlay = overlay

    def draw(self) -> int:
        """Draw what is to be seen now, and have painted what differs.

        Returns: by how many rows the terminal moves what it shows before that; up, if positive.
        """
        viewport, old = self._viewport, self.strips
        blank = self._drawing.blank(viewport.width)
        self.rows = viewport.visible()
        strips = self._overlay.draw(self.rows)
        strips += [blank] * (viewport.height - len(strips))
        self.strips = strips
        return self._painter.paint(old, strips, blank)

    def forget(self) -> None:
        """Take nothing for painted any more: lines have another width."""
        self.strips = []

    def forget_colours(self) -> None:
        """Forget what was drawn: the theme has changed."""
        self._drawing.clear()
        self._viewport.rows.drop_strips()

    def lines(self, crop: Region, width: int) -> list[Strip]:
        """Return the lines that were drawn last, as Textual asks for them; the widget is `width` cells wide."""
        strips = self.strips[crop.y : crop.bottom]
        if len(strips) < crop.height:
            strips += [self._drawing.blank(self._viewport.width)] * (crop.height - len(strips))
        if crop.x or crop.width < width:
            strips = [strip.crop(crop.x, crop.right) for strip in strips]
        return strips

    def offset_line(self, y: int) -> Strip:
        """Return a line with offsets in place of colours."""
        if y < 0 or not self.rows:
            return self._drawing.blank(self._viewport.width)
        return self._drawing.offset_strip(self.rows[min(y, len(self.rows) - 1)])

    def ends_at(self, cell: Offset) -> tuple[Offset, Offset] | None:
        """Return the start and the end of the character in a cell, as Textual's selections take them.

        Each is an offset in a block's text and the block's line key. Beside the text both are the row's next end, and
        above and below all rows the place is taken for one on the first or the last of them.
        """
        if not self.rows:
            return None
        row = self.rows[max(0, min(cell.y, len(self.rows) - 1))]
        start, end = self._drawing.ends_at(row, cell.x)
        key = line_key(row.place)
        return Offset(start, key), Offset(end, key)
