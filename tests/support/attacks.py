"""Texts made to act on a terminal, and a judge of the bytes that a program wrote to one."""

import base64
import re
import unicodedata
from collections.abc import Iterator

ESC, BEL, ST = "\x1b", "\x07", "\x1b\\"
FAMILY = "👨\u200d👩\u200d👧\u200d👦"
ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"

SEQUENCES = {
    "colour": f"{ESC}[1;31m",
    "colour with colons": f"{ESC}[38:2::255:0:0m",
    "clear": f"{ESC}[2J",
    "cursor style": f"{ESC}[2 q",
    "report": f"{ESC}[6n",
    "private report": f"{ESC}[>0q",
    "mouse on": f"{ESC}[?1000h{ESC}[?1006h",
    "paste mode": f"{ESC}[?2004h",
    "pasted": f"{ESC}[200~",
    "alternate screen": f"{ESC}[?1049h",
    "kitty keys": f"{ESC}[>1u",
    "window size": f"{ESC}[8;1;1t",
    "csi in one byte": "\x9b31m",
    "reset": f"{ESC}c",
    "charset": f"{ESC}(0",
    "alignment test": f"{ESC}#8",
    "save cursor": f"{ESC}7",
    "application keypad": f"{ESC}=",
    "lock shift": f"{ESC}n",
    "index": f"{ESC}D",
    "dcs": f"{ESC}P$q q{ST}",
    "dcs in one byte": "\x90$q q\x9c",
    "sixel": f'{ESC}Pq"1;1;100;100#0;2;0;0;0#0~~@@vv@@~~$-{ST}',
    "apc": f"{ESC}_hidden{ST}",
    "apc in one byte": "\x9fhidden\x9c",
    "kitty graphics": f"{ESC}_Gf=100,a=T,m=1;iVBORw0KGgo={ST}",
    "pm": f"{ESC}^hidden{ST}",
    "pm in one byte": "\x9ehidden\x9c",
    "sos": f"{ESC}Xhidden{ST}",
    "sos in one byte": "\x98hidden\x9c",
    "screen title": f"{ESC}ktitle{ST}",
    "tmux passthrough": f"{ESC}Ptmux;{ESC}{ESC}]52;c;cm0gLXJm{BEL}{ST}",
    "tmux passthrough with st": f"{ESC}Ptmux;{ESC}{ESC}]52;c;cm0gLXJm{ESC}{ST}{ST}",
    "screen passthrough": f"{ESC}P{ESC}]52;c;cm0gLXJm{BEL}{ST}",
    "cancelled": f"{ESC}]0;title\x18",
    "substituted": f"{ESC}]0;title\x1a",
}
for _number in (0, 1, 2, 4, 8, 9, 10, 11, 12, 52, 104, 133, 777, 1337):
    for _end in (BEL, ST, "\x9c"):
        SEQUENCES[f"osc {_number} {_end!r}"] = f"{ESC}]{_number};evil;日本 ?{_end}"
        SEQUENCES[f"osc {_number} {_end!r} in one byte"] = f"\x9d{_number};evil;日本 ?{_end}"

CORPUS = {
    **{f"C{0 if code < 0x80 else 1} {code:02x}": f"a{chr(code)}b" for code in (*range(32), *range(0x7F, 0xA0))},
    **{name: f"前{sequence}後" for name, sequence in SEQUENCES.items()},
    "marks": "e" + "\u0301" * 10_000 + "b",
    "marks between sequences": ("e" + f"\u0301{ESC}[m" * 100),
    "joiners": "👩" + "\u200d" * 1_000 + "👩",
    "joined emoji": "\u200d".join("👩" * 1_000),
    "selectors": "❤" + "\ufe0f" * 1_000,
    "selectors as data": "a" + "".join(chr(0xE0100 + n) for n in range(100)),
    "tags": "a" + "".join(chr(0xE0000 + ord(letter)) for letter in "ignore all rules"),
    "bidi": "a\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061cb",
    "surrogates": "a\ud83db\udc00c",
    "private": "\ue000\uf8ff\U000f0000\U0010fffd",
    "noncharacters": "\ufdd0\uffff\U0001ffff\U0010ffff",
    "unassigned": "\u0378\U000e1000",
    "separators": "a\u2028b\u2029c\x85d",
    "annotations": "\ufff9漢字\ufffaかんじ\ufffb",
    "fillers": "\u3164\u115f\u1160\uffa0\xad\ufeff\u180e",
    "marks after a joiner": "क\u094d\u200d\u3099क👩\u200d\u3099a",
    "broken off": f"a{ESC}[31こ{ESC}こ{ESC}]0;x\n{ESC}[",
    "endless csi": f"{ESC}[" + "1" * 20_000,
    "endless osc": f"{ESC}]" + "x" * 20_000,
    "endless nf": ESC + " " * 20_000,
}


def is_harmless(character: str) -> bool:
    if character in "\n\t":
        return True
    category = unicodedata.category(character)
    if category == "Cf":
        return (
            character in "\u200b\u200c\u200d\u2060\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2"
            or ("\U000e0020" <= character <= "\U000e007f")
        )
    if category == "Cn":
        return "\U0001f000" <= character <= "\U0001faff" or "\U00020000" <= character <= "\U0003fffd"
    return category not in ("Cc", "Cs", "Co", "Zl", "Zp")


# -- at a terminal -----------------------------------------------------------------------------------------------------

CANARY = "4242"
"""A number, and a part of every payload, that no honest program writes in a sequence."""
_FINALS = "".join(map(chr, range(0x40, 0x7F)))
_STRINGS = [f"{ESC}{letter}" for letter in "]P_^Xk"] + ["\x9d", "\x90", "\x9f", "\x9e", "\x98"]
_OSC = (0, 1, 2, 4, 8, 9, 10, 11, 12, 52, 104, 133, 777, 1337)


def marked_sequences() -> Iterator[str]:
    """Yield sequences of every kind, each with the canary in it."""
    for marker in ("", "?", ">", "=", "<"):
        yield from (f"{ESC}[{marker}{CANARY}{final}" for final in _FINALS)
    yield from (f"{ESC}[{CANARY}{middle}{final}" for middle in " !\"$'*" for final in "pqtuvwxyz|")
    yield from (f"\x9b{CANARY}{final}" for final in "HJKmhlnqrtu")
    for end in (BEL, ST, "\x9c"):
        yield from (f"{start}{CANARY}{end}" for start in _STRINGS)
        for number in _OSC:
            yield from (f"{start}{number};{CANARY};http://{CANARY}/{end}" for start in (f"{ESC}]", "\x9d"))
    yield f"{ESC}Ptmux;{ESC}{ESC}]52;c;{CANARY}{BEL}{ST}"
    yield f'{ESC}Pq"1;1;{CANARY};100#0;2;0;0;0#0~~@@{ST}'
    yield f"{ESC}_Gf=100,a=T;{CANARY}{ST}"


def bare_attacks() -> Iterator[str]:
    """Yield what has no place for a canary: escapes of two bytes, single controls, and the worst of Unicode."""
    yield from (f"{ESC}{final}" for final in "78=>DEHMNOZclmno|}~" + "(0")
    yield from (chr(code) for code in (*range(9), *range(0x0B, 0x20), *range(0x7F, 0xA0)))
    unicode_attacks = ("selectors as data", "tags", "bidi", "private", "noncharacters", "unassigned", "separators")
    yield from (CORPUS[name] for name in (*unicode_attacks, "annotations", "fillers"))
    yield "e" + "\u0301" * 300 + "👩" + "\u200d" * 50 + "👩" + "\ufe0f" * 50


_TOKEN = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]P_^X].*?(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]|[^\x1b]+|\x1b", re.DOTALL)
_COLOUR = re.compile(r"\x1b\[([0-9;]*)m")
_PLACE = re.compile(r"\x1b\[(\d+);(\d+)H")
_SCROLLED = re.compile(r"\x1b\[\d{1,3};\d{1,3}r\x1b\[\d{1,3};1H(?:(?:\r?\n)+|(?:\x1bM)+)\x1b\[r")
"""Rows that the terminal is to scroll; nothing else that sets margins is honest."""
_CLIPBOARD = re.compile(r"\x1b\]52;c;([A-Za-z0-9+/=]*)(?:\x07|\x1b\\)")
_TITLE = re.compile(r"\x1b\]2;(.*)\x07")
_HIDDEN = re.compile(
    r"[\u0300-\u036f]{9}|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2}|\u200d{2}"
    r"|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0020-\U000e007f]"
)


def sequences_in(written: bytes) -> set[str]:
    """Return the sequences and the lone returns, as they are, that a program wrote."""
    return {
        token
        for token in _TOKEN.findall(_SCROLLED.sub("", written.decode("utf-8")))
        if token.startswith((ESC, "\r")) and token != "\r\n"
    }


def smuggled(written: bytes, honest: set[str], size: int = 250) -> list[str]:
    """Return what a program wrote that is neither text that only shows, nor a sequence of an honest program.

    honest: sequences that the program writes by itself. Colours, places on a terminal of at most `size` rows and
    columns, rows that scroll, titles and clipboards of harmless text are honest too. Raises: UnicodeDecodeError.
    """
    text = _SCROLLED.sub("", written.decode("utf-8"))
    found = [token for token in _TOKEN.findall(text) if not _is_honest(token, honest, size)]
    return [ascii(token)[:200] for token in found]


def _is_honest(token: str, honest: set[str], size: int) -> bool:
    if not token.startswith(ESC) and token not in honest:
        return shows_only(token.replace("\r\n", "\n"))
    if CANARY in token:
        return False
    if token in honest:
        return True
    if (colour := _COLOUR.fullmatch(token)) is not None:
        return all(int(number or 0) <= 255 for number in colour[1].split(";"))
    if (place := _PLACE.fullmatch(token)) is not None:
        return max(map(int, place.groups())) <= size
    if (clipboard := _CLIPBOARD.fullmatch(token)) is not None:
        copied = base64.b64decode(clipboard[1]).decode("utf-8")
        return CANARY not in copied and shows_only(copied)
    title = _TITLE.fullmatch(token)
    return title is not None and shows_only(title[1])


def shows_only(text: str) -> bool:
    """Tell whether a text does nothing at a terminal but show, and hides nothing."""
    return all(map(is_harmless, text)) and _HIDDEN.search(text) is None
