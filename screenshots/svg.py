"""A screen as an SVG in which every cell is in its place, whatever fonts the viewer has. Knows strips, no app.

Textual's own export is not used: it gives a run of wide characters the length of narrow ones, so that Japanese text is
squeezed to half its width, and it names a font that has to be fetched from the network.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Literal, TypeAlias

from rich.cells import cell_len
from rich.color import blend_rgb
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import SVG_EXPORT_THEME as ANSI

Kind: TypeAlias = Literal["narrow", "wide", "drawn"]

CELL_W, CELL_H = 12, 26
"""Of a cell, in user units (pixels at scale 1)."""
BASELINE = 19.5
MARGIN = 12
NARROW_SIZE, WIDE_SIZE = 20, 22
NARROW_FONTS = "'DejaVu Sans Mono', Menlo, Consolas, monospace"
WIDE_FONTS = "'Noto Sans Mono CJK JP', 'Noto Sans CJK JP', 'Hiragino Sans', 'Yu Gothic', 'MS Gothic', monospace"

ARMS = {
    "─": "lr", "│": "ud", "┼": "lrud", "├": "rud", "┤": "lud", "┬": "lrd", "┴": "lru",
    "┌": "rd", "┐": "ld", "└": "ru", "┘": "lu", "╭": "rd", "╮": "ld", "╰": "ru", "╯": "lu",
}  # fmt: skip
"""Box drawing characters, by the sides of the cell that their lines reach: left, right, up, down."""
BLOCKS = {"▀": (0, 0, 1, 1 / 2), "▐": (1 / 2, 0, 1 / 2, 1), "▔": (0, 0, 1, 1 / 8), "▕": (7 / 8, 0, 1 / 8, 1)}
"""Block elements beside the two rows of eighths: x, y, width and height as parts of the cell."""


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one look and one kind, side by side."""

    x: int
    """The first one's column."""
    text: str
    kind: Kind
    style: Style

    @property
    def cells(self) -> int:
        """Columns that it takes."""
        return cell_len(self.text)


def draw_screen(rows: Sequence[Iterable[Segment]], columns: int, background: str) -> str:
    """Return the SVG of a screen, one element to a line; background: of the margin, as "#rrggbb"."""
    width, height = columns * CELL_W + 2 * MARGIN, len(rows) * CELL_H + 2 * MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
        f"<style>text {{ font: {NARROW_SIZE}px {NARROW_FONTS}; }} .w {{ font: {WIDE_SIZE}px {WIDE_FONTS}; }}",
        ".b { font-weight: bold; } .i { font-style: italic; } path { fill: none; stroke-width: 1.5; }",
        "rect { shape-rendering: crispEdges; }</style>",
        f'<rect width="{width}" height="{height}" fill="{background}"/>',
        f'<g transform="translate({MARGIN} {MARGIN})">',
    ]
    for y, row in enumerate(rows):
        runs = list(_runs(row))
        parts += [*_backgrounds(runs, y, background), *(line for run in runs for line in _foreground(run, y))]
    return "\n".join([*parts, "</g>", "</svg>", ""])


def _runs(row: Iterable[Segment]) -> Iterator[Run]:
    x = 0
    for text, style, _control in row:
        for kind, characters in groupby(text, _kind):
            run = Run(x, "".join(characters), kind, style or Style())
            x += run.cells
            yield run


def _kind(character: str) -> Kind:
    if character in ARMS or _block(character):
        return "drawn"
    return "wide" if cell_len(character) == 2 else "narrow"


def _block(character: str) -> tuple[float, float, float, float] | None:
    code = ord(character)
    if 0x2581 <= code <= 0x2588:
        part = (code - 0x2580) / 8
        return (0, 1 - part, 1, part)
    if 0x2589 <= code <= 0x258F:
        return (0, 0, (0x2590 - code) / 8, 1)
    return BLOCKS.get(character)


def _colours(style: Style) -> tuple[str, str | None]:
    """Return a style's foreground, and its background if it is not the terminal's own."""
    fore = style.color.get_truecolor(ANSI) if style.color else ANSI.foreground_color
    has_back = style.bgcolor is not None and not style.bgcolor.is_default
    back = style.bgcolor.get_truecolor(ANSI, foreground=False) if style.bgcolor else ANSI.background_color
    if style.reverse:
        fore, back, has_back = back, fore, True
    if style.dim:
        fore = blend_rgb(fore, back, 0.4)
    return fore.hex, back.hex if has_back else None


def _backgrounds(runs: Iterable[Run], y: int, margin: str) -> Iterator[str]:
    for back, group in groupby(runs, lambda run: _colours(run.style)[1]):
        first, *rest = group
        if back is not None and back != margin:
            cells = sum((run.cells for run in rest), first.cells)
            yield _rect(first.x * CELL_W, y * CELL_H, cells * CELL_W, CELL_H, back)


def _foreground(run: Run, y: int) -> Iterator[str]:
    colour, _back = _colours(run.style)
    left, width = run.x * CELL_W, run.cells * CELL_W
    if run.kind == "drawn":
        yield from _drawn(run, y, colour)
    elif run.text.strip():
        yield _text(run, y, colour)
    if run.style.underline:
        yield _rect(left, y * CELL_H + BASELINE + 2.5, width, 1.5, colour)
    if run.style.strike:
        yield _rect(left, y * CELL_H + BASELINE - 6, width, 1.5, colour)


def _text(run: Run, y: int, colour: str) -> str:
    left, length = run.x * CELL_W, f' textLength="{run.cells * CELL_W}"'
    places = f"{left}"
    if run.kind == "wide":  # one place for each: an em is narrower than two cells
        places = " ".join(f"{left + at * 2 * CELL_W + CELL_W - WIDE_SIZE / 2:g}" for at in range(len(run.text)))
        length = ""
    looks = (("w", run.kind == "wide"), ("b", run.style.bold), ("i", run.style.italic))
    classes = [name for name, is_on in looks if is_on]
    look = f' class="{" ".join(classes)}"' if classes else ""
    words = escape(run.text, quote=False).replace(" ", "&#160;")
    return f'<text x="{places}" y="{y * CELL_H + BASELINE:g}"{length} fill="{colour}"{look}>{words}</text>'


def _drawn(run: Run, y: int, colour: str) -> Iterator[str]:
    x = run.x
    for character, group in groupby(run.text):
        count = len(list(group))
        block = _block(character)
        if block is None:
            strokes = (_strokes(character, x + at, y) for at in range(count))
            yield f'<path d="{"".join(strokes)}" stroke="{colour}"/>'
        else:
            dx, dy, width, height = block
            for at in range(count):
                yield _rect((x + at + dx) * CELL_W, (y + dy) * CELL_H, width * CELL_W, height * CELL_H, colour)
        x += count


def _strokes(character: str, x: int, y: int) -> str:
    left, top = x * CELL_W, y * CELL_H
    middle, centre = left + CELL_W / 2, top + CELL_H / 2
    ends = {
        "l": (left, centre),
        "r": (left + CELL_W, centre),
        "u": (middle, top),
        "d": (middle, top + CELL_H),
    }
    arms = [ends[arm] for arm in ARMS[character]]
    if character in "╭╮╰╯":
        (from_x, from_y), (to_x, to_y) = arms
        return f"M{from_x:g} {from_y:g}Q{middle:g} {centre:g} {to_x:g} {to_y:g}"
    return "".join(f"M{end_x:g} {end_y:g}L{middle:g} {centre:g}" for end_x, end_y in arms)


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{colour}"/>'
