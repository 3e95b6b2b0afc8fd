"""Folding text for searching: what people take for the same becomes the same. Pure; knows no database."""

import unicodedata
from functools import cache

_LETTERS = {0: 0xFFFD, **{code: code - 0x60 for code in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)}}
"""A database's search reads a text up to its first NUL."""


def fold(text: str) -> str:
    """Return text in which width (ﾌﾘｰｻﾞ), case and kana (フリーザ, ふりーざ) make no difference."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS)


@cache
def _spellings() -> dict[str, tuple[str, ...]]:
    kana, narrow_kana = [*map(chr, range(0x3041, 0x30FF))], [*map(chr, range(0xFF66, 0xFF9E))]
    voiced = [one + mark for one in kana for mark in "\u3099\u309a"] + [
        one + mark for one in narrow_kana for mark in "ﾞﾟ"
    ]
    found: dict[str, tuple[str, ...]] = {}
    for spelling in [*map(chr, range(0x21, 0x7F)), *kana, *map(chr, range(0xFF01, 0xFFA0)), *voiced]:
        folded = fold(spelling)
        if len(folded) == 1:
            found[folded] = (*found.get(folded, ()), spelling)
    return found


def spellings(letter: str) -> tuple[str, ...]:
    """Return what people take for the same as a letter, itself among it: of width and kana; case is not all there."""
    return _spellings().get(fold(letter), (letter,))


def find_folded(text: str, words: str) -> tuple[int, int] | None:
    """Return where in a text, as it is, words stand that were compared folded: start and end; None if nowhere.

    A half-width letter and its voicing mark are one letter when folded; the place found is then that of both.
    """
    wanted = fold(words)
    if not wanted:
        return None
    as_it_is = text.find(words)
    if as_it_is >= 0:
        return as_it_is, as_it_is + len(words)
    folded = fold(text)
    at = folded.find(wanted)
    if at < 0:
        return None
    if len(folded) == len(text) and fold(text[at : at + len(wanted)]) == wanted:
        return at, at + len(wanted)
    return _find_by_letters(text, wanted)


def _find_by_letters(text: str, wanted: str) -> tuple[int, int] | None:
    """Find words among letters that are folded one by one: many times slower, and right where folding moves places."""
    pieces: list[str] = []
    starts: list[int] = []
    place = 0
    while place < len(text):
        end = place + 1
        while end < len(text) and (unicodedata.combining(text[end]) or text[end] in "ﾞﾟ"):
            end += 1
        folded = fold(text[place:end])
        pieces.append(folded)
        starts += [place] * len(folded)
        place = end
    at = "".join(pieces).find(wanted)
    if at < 0:
        return None
    after = at + len(wanted)
    while after < len(starts) and starts[after] == starts[after - 1]:
        after += 1
    return starts[at], starts[after] if after < len(starts) else len(text)
