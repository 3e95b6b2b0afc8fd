"""How far math within a paragraph may reach. Knows no parser, which is loaded later than this."""

from typing import Final

MATH_LIMIT: Final = 500
"""Characters after which an opening \\( or \\[ within a paragraph is taken as it is."""
MATH_REACH: Final = MATH_LIMIT + 4
"""No math within a paragraph is longer than this many characters."""
