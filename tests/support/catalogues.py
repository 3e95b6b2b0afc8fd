"""The catalogues: `python -m tests.support.catalogues` brings them up to date with the source and says what is missing.

It takes out the messages, updates each .po file, compiles it, and lists what has no translation yet. Translations are
written into the .po files by hand; English ones say what the source says.
"""

import sys
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

import frieza_tui
from frieza_tui.i18n import DOMAIN, LOCALE_DIR

PACKAGE = Path(frieza_tui.__file__).parent
LANGUAGES = ("ja", "en")
ARGPARSE: tuple[str | tuple[str, str], ...] = (
    "usage: ",
    "options",
    "positional arguments",
    "show this help message and exit",
    "%(prog)s: error: %(message)s\n",
    "argument %(argument_name)s: %(message)s",
    "unrecognized arguments: %s",
    "the following arguments are required: %s",
    "expected one argument",
    "expected at least one argument",
    ("expected %s argument", "expected %s arguments"),
    "invalid choice: %(value)r (choose from %(choices)s)",
    "invalid %(type)s value: %(value)r",
    "ignored explicit argument %r",
    "ambiguous option: %(option)s could match %(matches)s",
)
"""Of the standard library's own words those that the command line may say."""
NEVER = datetime(2026, 1, 1, tzinfo=UTC)
"""In place of the dates of gettext's headers: git knows them better."""


@cache
def extracted() -> Catalog:
    """All messages of the source, each with the files it stands in."""
    catalogue = Catalog(domain=DOMAIN)
    for file, _line, message, comments, _context in extract_from_dir(PACKAGE, [("**.py", "python")]):
        catalogue.add(message, locations=[(f"{PACKAGE.name}/{file}", 0)], auto_comments=comments)
    for message in ARGPARSE:
        catalogue.add(message, auto_comments=["argparse"])
    return catalogue


def po_file(language: str) -> Path:
    return LOCALE_DIR / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def mo_file(language: str) -> Path:
    return po_file(language).with_suffix(".mo")


def read(language: str) -> Catalog:
    """A catalogue as it stands in its .po file."""
    with po_file(language).open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def messages(catalogue: Catalog) -> dict[str | tuple[str, ...], Message]:
    """All messages but the header, by what the source says."""
    return {_key(message): message for message in catalogue if message.id}


def _key(message: Message) -> str | tuple[str, ...]:
    return message.id if isinstance(message.id, str) else tuple(message.id)


def compiled(catalogue: Catalog) -> bytes:
    """What belongs into the .mo file."""
    catalogue.creation_date = catalogue.revision_date = NEVER
    file = BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def has_words(message: Message) -> bool:
    words = [message.string] if isinstance(message.string, str) else list(message.string or ("",))
    return all(words)


def update(language: str) -> list[str]:
    """Write a catalogue anew; return the messages that it has no translation of."""
    catalogue = read(language)
    catalogue.project, catalogue.version = "frieza-tui", ""
    catalogue.update(extracted(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.creation_date = catalogue.revision_date = NEVER
    for message in messages(catalogue).values():
        if language == "en" and not has_words(message):
            message.string = message.id
    with po_file(language).open("wb") as file:
        write_po(file, catalogue, width=120, include_lineno=False, include_previous=False)
    mo_file(language).write_bytes(compiled(catalogue))
    return [str(key) for key, message in messages(catalogue).items() if not has_words(message)]


def main() -> int:
    missing = {language: update(language) for language in LANGUAGES}
    for language, found in missing.items():
        for message in found:
            sys.stdout.write(f"{language}: {message}\n")
    return 1 if any(missing.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
