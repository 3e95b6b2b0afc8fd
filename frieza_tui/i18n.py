"""The words on the screen: English in the source, other languages from gettext catalogues."""

import gettext
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

DOMAIN = "frieza_tui"
LOCALE_DIR = Path(__file__).parent / "locale"
_FIELD = re.compile(r"\{(\w*)[^{}]*\}")
_SENTENCE_END = re.compile(r"(?<=[.。）)!?]) (?=\S)")
_OWN_WORDS = frozenset({"sentence", "reason"})
"""Fields that are filled with words of the program itself."""
_LEAST_LETTERS = 4
"""A message with fewer letters of its own could be anybody's."""
_MOST_SENTENCES = 6
"""So many are looked at from the end."""


class _Catalogue(gettext.GNUTranslations):
    """A catalogue whose messages can be looked through."""

    _catalog: dict[object, str]

    def pairs(self) -> list[tuple[str, str]]:
        """Return the messages that have one form, in English and as they are translated."""
        return [(key, words) for key, words in self._catalog.items() if isinstance(key, str) and key]


_catalogue: gettext.NullTranslations = gettext.NullTranslations()
_code = "en"


def use_language(code: str) -> None:
    """Switch every later `_()` to a language ("ja", "en"); an unknown one means English."""
    global _catalogue, _code
    _catalogue = gettext.translation(DOMAIN, LOCALE_DIR, [code], _Catalogue, fallback=True)
    _code = code
    gettext.bindtextdomain(DOMAIN, str(LOCALE_DIR))
    gettext.textdomain(DOMAIN)  # argparse has words of its own, and asks gettext for them by the locale variables


def _(message: str) -> str:
    """Return the message in the language in use."""
    return _catalogue.gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """Return the message that fits a number, in the language in use."""
    return _catalogue.ngettext(singular, plural, count)


def retold(text: str) -> str:
    """Return sentences of the program's own in the language in use, whichever they were said in; others as they are."""
    if not text:
        return text
    found = _retold_whole(text, is_ended=True)
    for end in () if found is not None else [*_SENTENCE_END.finditer(text)][: -_MOST_SENTENCES - 1 : -1]:
        told = _retold_whole(text[end.end() :], is_ended=True)
        if told is not None:
            return f"{retold(text[: end.start()])} {told}"
    return found or _retold_whole(text, is_ended=False) or text


def _retold_whole(text: str, *, is_ended: bool) -> str | None:
    """Return a message in the language in use. is_ended: one that does not end with words of somebody else."""
    for start, source, target in _said_otherwise(_code)[is_ended]:
        if not text.startswith(start):
            continue
        parts = _FIELD.split(source)
        if not all(part in text for part in parts[::2]):  # much cheaper than a pattern for each message
            continue
        pattern = "".join(f"(?P<{part}>.+?)" if at % 2 else re.escape(part) for at, part in enumerate(parts))
        if match := re.fullmatch(pattern, text, re.DOTALL):
            values = {name: retold(value) if name in _OWN_WORDS else value for name, value in match.groupdict().items()}
            return _filled(target, values)
    return None


def _filled(message: str, values: Mapping[str, str]) -> str:
    return _FIELD.sub(lambda field: values[field[1]], message)


@cache
def _said_otherwise(code: str) -> dict[bool, list[tuple[str, str, str]]]:
    """Return the messages of all other languages, longest first: how each begins, it, and the same in a language.

    By whether they are ended: whether they do not end with words of somebody else.
    """
    pairs: list[tuple[str, str]] = []
    for folder in LOCALE_DIR.iterdir():
        catalogue = gettext.translation(DOMAIN, LOCALE_DIR, [folder.name], _Catalogue, fallback=True)
        if isinstance(catalogue, _Catalogue):
            told = catalogue.pairs()
            pairs += told if folder.name == code else [(words, _(message)) for message, words in told]
    own = {source: _FIELD.sub("", source) for source, _target in pairs}
    known = [pair for pair in pairs if sum(map(str.isalpha, own[pair[0]])) >= _LEAST_LETTERS]
    known.sort(key=lambda pair: -len(own[pair[0]]))
    said: dict[bool, list[tuple[str, str, str]]] = {True: [], False: []}
    for source, target in known:
        said[not source.endswith("}")].append((source.partition("{")[0], source, target))
    return said


def guess_language(environ: Mapping[str, str]) -> str:
    """Return "ja" or "en" by the locale variables, in the order in which gettext reads them."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = environ.get(name)
        if value:
            return "ja" if value.lower().startswith("ja") else "en"
    return "en"
