"""The answers that a terminal gives to the programs that ask it questions."""

import re
from typing import Final

_QUERY: Final = re.compile(
    rb"\x1b\[(?:(?P<cursor>\??6n)|(?P<status>5n)|(?P<da1>0?c)|(?P<da2>>0?c)|(?P<version>>0?q)|(?P<kitty>\?u)"
    rb"|\?(?P<mode>\d+)\$p|(?P<size>1[468]t))"
    rb"|\x1b\](?P<colour>1[0-2]|4;\d+);\?(?:\x07|\x1b\\)"
    rb"|\x1bP\+q(?P<termcap>[0-9A-Fa-f;]*)\x1b\\|\x1bP\$q(?P<setting>[^\x1b]*)\x1b\\"
)
ESCAPES: Final = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[PX^_][^\x1b]*\x1b\\|\x1b[()*+][0-9A-Za-z]"
    rb"|\x1b[0-9=>A-OQ-WYZ\\a-~]"
)
"""Whole escape sequences."""
_BEGUN: Final = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[()*+]?)\Z")
_KNOWN_MODES: Final = (b"2026", b"2004", b"1004", b"1000", b"1006")


def split_begun(data: bytes) -> tuple[bytes, bytes]:
    """Return the data without an escape sequence that has only begun, and that."""
    found = _BEGUN.search(data, max(0, len(data) - 4096))
    return (data[: found.start()], data[found.start() :]) if found else (data, b"")


def answers(data: bytes, columns: int, rows: int) -> bytes:
    """Return what a terminal of this size answers to all questions in the data."""
    return b"".join(_answer(found, columns, rows) for found in _QUERY.finditer(data))


def _answer(found: re.Match[bytes], columns: int, rows: int) -> bytes:
    name = found.lastgroup or ""
    asked = found[name]
    match name:
        case "cursor":
            return b"\x1b[1;1R" if asked == b"6n" else b"\x1b[?1;1R"
        case "mode":
            return b"\x1b[?%b;%d$y" % (asked, 2 if asked in _KNOWN_MODES else 0)
        case "colour":
            shade = b"eeee/eeee/eeee" if asked == b"10" else b"1111/1111/1111"
            return b"\x1b]%b;rgb:%b\x1b\\" % (asked, shade)
        case "termcap":
            return b"\x1bP0+r%b\x1b\\" % asked
        case "size":
            return _size(asked, columns, rows)
        case _:
            return {
                "status": b"\x1b[0n",
                "da1": b"\x1b[?62;22c",
                "da2": b"\x1b[>1;4000;0c",
                "version": b"\x1bP>|benchmark(1)\x1b\\",
                "kitty": b"\x1b[?0u",
                "setting": b"\x1bP0$r\x1b\\",
            }[name]


def _size(asked: bytes, columns: int, rows: int) -> bytes:
    match asked:
        case b"14t":
            return b"\x1b[4;%d;%dt" % (rows * 16, columns * 8)
        case b"16t":
            return b"\x1b[6;16;8t"
        case _:
            return b"\x1b[8;%d;%dt" % (rows, columns)
