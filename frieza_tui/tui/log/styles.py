"""Turns the words of styles into colours of the theme. The only part of the log that knows both."""

from rich.style import Style
from textual.widget import Widget

_WORDS = """
    bar-user bar-assistant bar-notice label-user label-assistant label-notice state state-active state-warning
    state-error user notice note reasoning output refusal heading h1 h2 h3 h4 h5 h6 strong em strike code code-block
    math html link false-link note-mark quote quote-bar rule table-head table-rule marker
    syntax-comment syntax-keyword syntax-constant syntax-type syntax-builtin syntax-function syntax-string
    syntax-number syntax-deleted syntax-inserted syntax-heading
    branch fold found-here found-gutter bar-cursor bar-cursor-block
"""
WORDS: frozenset[str] = frozenset(_WORDS.split())
"""Each is a component class "log--word" of the widget."""


class Palette:
    """The styles of a widget's component classes, by words; kept until the theme changes."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._styles: dict[str, Style] = {}

    def clear(self) -> None:
        """Forget all styles; the theme, or what the widget inherits, has changed."""
        self._styles.clear()

    def style(self, words: str) -> Style:
        """Return the style for words such as "quote strong link"; later ones win."""
        found = self._styles.get(words)
        if found is None:
            names = [f"log--{word}" for word in words.split()]
            found = self._styles[words] = self._widget.get_visual_style(*names).rich_style
        return found
