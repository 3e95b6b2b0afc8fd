"""Sizes of the window at which the screen is laid out otherwise. Knows no widget."""

from typing import Final

SHORT_ROWS: Final = 16
"""Below so many rows the message box takes fewer of them, and the top line one where signs can tell it all."""
TALL_ENOUGH_ROWS: Final = 12
"""From so many rows on the top line of a narrow window may take four."""
TINY_ROWS: Final = 8
TINY_COLUMNS: Final = 24
"""Below so many rows or columns there is room for the message box and the state alone."""
LEAST_ROWS: Final = 4
"""Below so many there is none for the state."""
