"""The words on the screen: English in the source, other languages from gettext catalogues."""

import gettext
from collections.abc import Mapping
from pathlib import Path

DOMAIN = "frieza_tui"
LOCALE_DIR = Path(__file__).parent / "locale"
_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def use_language(code: str) -> None:
    """Switch every later `_()` to a language ("ja", "en"); an unknown one means English."""
    global _catalogue
    _catalogue = gettext.translation(DOMAIN, LOCALE_DIR, [code], fallback=True)
    gettext.bindtextdomain(DOMAIN, str(LOCALE_DIR))
    gettext.textdomain(DOMAIN)  # argparse has words of its own, and asks gettext for them by the locale variables


def _(message: str) -> str:
    """Return the message in the language in use."""
    return _catalogue.gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """Return the message that fits a number, in the language in use."""
    return _catalogue.ngettext(singular, plural, count)


def guess_language(environ: Mapping[str, str]) -> str:
    """Return "ja" or "en" by the locale variables, in the order in which gettext reads them."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = environ.get(name)
        if value:
            return "ja" if value.lower().startswith("ja") else "en"
    return "en"
