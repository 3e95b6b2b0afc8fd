"""What every face says of a conversation in the same words, in the language in use."""

from frieza_tui.i18n import ngettext


def dropped_words(count: int) -> str:
    """Say how many messages the model was not given."""
    return ngettext(
        "The oldest message no longer fits and was left out.",
        "The {count} oldest messages no longer fit and were left out.",
        count,
    ).format(count=count)
