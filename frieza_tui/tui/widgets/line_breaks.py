"""Breaks the lines of text areas by the rules by which the log's are broken. Knows no widget.

Textual has no place to say where lines may break: so its function is exchanged.
"""

from textual import _wrap
from textual.document import _wrapped_document

from frieza_tui.text.breaking import wrap_keeping_spaces


def use_our_breaks() -> None:
    """Have all text areas break lines so from now on."""
    _wrapped_document.__dict__["compute_wrap_offsets"] = _breaks


def _breaks(
    text: str,
    width: int,
    tab_size: int,
    fold: bool = True,
    precomputed_tab_sections: list[tuple[str, int]] | None = None,
) -> list[int]:
    if "\t" in text:
        return _wrap.compute_wrap_offsets(text, width, tab_size, fold, precomputed_tab_sections)
    return wrap_keeping_spaces(text, width)
