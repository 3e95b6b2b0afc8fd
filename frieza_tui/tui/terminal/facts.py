"""What a terminal is asked about itself, and what it answered. Knows no Textual and no file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from frieza_tui.text.safe import safe_line
from frieza_tui.text.width import CellRules

PROBES = ("○", "👍🏽", "❤\ufe0f", "👩\u200d🚀", "🇯🇵")
"""What terminals draw of different widths: an ambiguous character, a skin tone, an emoji style, a join, a flag."""
_COLOUR = re.compile(r"\x1b\]11;rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})")
_NAME = re.compile(r"\x1bP>\|(.*)(?:\x07|\x1b\\)", re.DOTALL)
_KEYS = re.compile(r"\x1b\[\?(\d{1,4})u")
_POSITION = re.compile(r"\x1b\[\d+;(\d+)R")
FENCE = re.compile(r"\x1b\[\?[\d;]*c")
"""The last answer: what a terminal has not answered before it will not be answered."""

_WHERE_THEY_END = "".join(f"\r{probe}\x1b[6n" for probe in PROBES)
QUESTIONS_ON_A_NEW_LINE = (
    "\x1b]11;?\x1b\\"  # the background's colour
    "\x1b[>0q"  # name and version
    "\x1b[?u"  # flags of the kitty key protocol
    f"{_WHERE_THEY_END}\r\x1b[K"  # where the cursor went after each
    "\x1b[c"  # every terminal answers this, and in turn: what is not answered before will not be
)
QUESTIONS = f"\x1b[2;1H{QUESTIONS_ON_A_NEW_LINE}"
"""Written once, where the next picture covers it; an answer from the first line could be F3 with Shift."""

_MUTE = ("dumb", "linux", "vt", "cons", "unknown")
_EAST_ASIAN_CHARSETS = ("euc", "sjis", "shift", "big5", "gbk", "gb2312", "gb18030", "uhc", "johab")
_LIGHT = 0.5


@dataclass(frozen=True, slots=True)
class TerminalFacts:
    """What a terminal said of itself; None is what it did not say."""

    name: str | None = None
    """With its version, made safe."""
    is_light: bool | None = None
    """Of the background."""
    kitty_flags: int | None = None
    """Of the kitty key protocol, as they are in force."""
    cells: tuple[int, ...] = ()
    """Of the probes, as far as it said where its cursor went."""
    is_complete: bool = False
    """Whether it has said all that it will say."""

    @property
    def ambiguous_width(self) -> int | None:
        """Cells of characters that East Asian fonts draw wide: 1 or 2."""
        return self.cells[0] if self.cells and self.cells[0] in {1, 2} else None

    def cell_rules(self, ambiguous: int) -> CellRules:
        """Return how it draws, as far as that is known. ambiguous: the cells of such characters, asked or set."""
        _ambiguous, tone, styled, joined, flag = self.cells if len(self.cells) == len(PROBES) else (0,) * len(PROBES)
        return CellRules(
            ambiguous,
            tone=2 if tone == 4 else 0,
            emoji_style=0 if styled == 1 else 1,
            joins=joined != 4,
            flag_letter=2 if flag == 4 else 1,
        )


def can_be_asked(environ: Mapping[str, str]) -> bool:
    """Whether the terminal is of a kind that does not print questions."""
    return not environ.get("TERM", "dumb").startswith(_MUTE)


def take_answer(facts: TerminalFacts, sequence: str) -> TerminalFacts:
    """Return the facts with what an answer adds to them; what was not asked adds nothing."""
    if found := _COLOUR.match(sequence):
        red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in found.groups())
        return replace(facts, is_light=0.2126 * red + 0.7152 * green + 0.0722 * blue > _LIGHT)
    if found := _NAME.match(sequence):
        return replace(facts, name=safe_line(found[1], 60))
    if found := _KEYS.match(sequence):
        return replace(facts, kitty_flags=int(found[1]))
    if found := _POSITION.match(sequence):
        return replace(facts, cells=(*facts.cells, int(found[1]) - 1))
    return replace(facts, is_complete=facts.is_complete or FENCE.fullmatch(sequence) is not None)


def guess_ambiguous_width(environ: Mapping[str, str]) -> int:
    """Return the width of ambiguous characters that a locale stands for: 2 in the old East Asian character sets."""
    locale = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := environ.get(name))), "").lower()
    _language, _dot, rest = locale.partition(".")
    charset, _at, modifier = rest.partition("@")
    if modifier.startswith("cjk"):
        return 1 if modifier == "cjknarrow" else 2
    return 2 if charset.startswith(_EAST_ASIAN_CHARSETS) else 1
