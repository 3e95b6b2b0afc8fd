"""The words on the screen: English in the source, other languages from gettext catalogues."""

import gettext
from collections.abc import Mapping
from pathlib import Path

_LOCALE_DIR = Path(__file__).parent / "locale"
_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def use_language(code: str) -> None:
    """Switch every later `_()` to a language ("ja", "en"); an unknown one means English."""
    global _catalogue
    _catalogue = gettext.translation("frieza_tui", _LOCALE_DIR, [code], fallback=True)


def _(message: str) -> str:
    """Return the message in the language in use."""
    return _catalogue.gettext(message)


def guess_language(environ: Mapping[str, str]) -> str:
    """Return "ja" or "en" by the locale variables, in the order in which gettext reads them."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = environ.get(name)
        if value:
            return "ja" if value.lower().startswith("ja") else "en"
    return "en"
