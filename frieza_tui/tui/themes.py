"""The looks: white and violet, and golden; each dark and light, and one of the terminal's own colours.

The only place where colours are named; everything else uses theme variables.
"""

from collections.abc import Mapping
from dataclasses import replace

from textual.theme import Theme


def _with_frames(theme: Theme, *, quiet: str, hover: str) -> Theme:
    """Return a theme with what follows from its colours. quiet: of frames and bars at rest; hover: of a bar then."""
    secondary, background = str(theme.secondary), str(theme.background)
    backgrounds = ("scrollbar-background", "scrollbar-background-hover", "scrollbar-background-active")
    variables = {
        "border": secondary,
        "border-blurred": quiet,
        "footer-key-foreground": theme.primary,
        "input-selection-background": f"{secondary} {45 if theme.dark else 40}%",
        "block-cursor-foreground": background,
        "scrollbar": quiet,
        "scrollbar-hover": hover,
        "scrollbar-active": secondary,
        **dict.fromkeys(backgrounds, background),
    }
    return replace(theme, variables=variables)


FRIEZA = _with_frames(
    Theme(
        name="frieza",
        primary="#b78cff",
        secondary="#8d6bd6",
        accent="#f2a0cf",
        success="#86d3a2",
        warning="#efc56b",
        error="#ff7d92",
        foreground="#ebe6f4",
        background="#15111d",
        surface="#1d1829",
        panel="#282038",
    ),
    quiet="#3a3050",
    hover="#5b4a80",
)
FRIEZA_LIGHT = _with_frames(
    Theme(
        name="frieza-light",
        primary="#7338b8",
        secondary="#9b76cc",
        accent="#b02a78",
        success="#1d7a45",
        warning="#8a5a00",
        error="#b81f3c",
        foreground="#2a2036",
        background="#fbf9fe",
        surface="#f2edf9",
        panel="#e7dff3",
        dark=False,
    ),
    quiet="#d6cae8",
    hover="#bda8da",
)
GOLDEN = _with_frames(
    Theme(
        name="golden-frieza",
        primary="#f0c04a",
        secondary="#b98f2d",
        accent="#b893ff",
        success="#a3cf7b",
        warning="#f0a85b",
        error="#ff8275",
        foreground="#f4ecd8",
        background="#15110a",
        surface="#1f1a10",
        panel="#2d2514",
    ),
    quiet="#463a1f",
    hover="#6d5a2e",
)
GOLDEN_LIGHT = _with_frames(
    Theme(
        name="golden-frieza-light",
        primary="#86600a",
        secondary="#b8963f",
        accent="#6d3bb5",
        success="#3f7317",
        warning="#9a4f00",
        error="#b0261d",
        foreground="#33290f",
        background="#fffcf3",
        surface="#f8f0d9",
        panel="#f0e4bf",
        dark=False,
    ),
    quiet="#e0d2a6",
    hover="#cdb978",
)
TERMINAL = Theme(
    name="frieza-terminal",
    primary="ansi_magenta",
    secondary="ansi_bright_magenta",
    accent="ansi_cyan",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    ansi=True,
    variables={
        "block-cursor-text-style": "underline",  # all that NO_COLOR leaves; Textual takes no "reverse" here
        "block-cursor-blurred-text-style": "underline",
        "ansi-background": "ansi_black",
        "ansi-foreground": "ansi_white",
        "border": "ansi_magenta",
        "border-blurred": "ansi_bright_black",
        "input-cursor-background": "ansi_default",
        "input-cursor-foreground": "ansi_default",
        "input-cursor-text-style": "reverse",
        "input-selection-background": "ansi_magenta",
        "input-selection-foreground": "ansi_bright_white",
        "screen-selection-background": "ansi_magenta",
        "screen-selection-foreground": "ansi_bright_white",
        "scrollbar": "ansi_bright_black",
        "scrollbar-hover": "ansi_magenta",
        "scrollbar-active": "ansi_magenta",
        "scrollbar-background": "ansi_default",
        "scrollbar-background-hover": "ansi_default",
        "scrollbar-background-active": "ansi_default",
    },
)

THEMES: tuple[Theme, ...] = (FRIEZA, FRIEZA_LIGHT, GOLDEN, GOLDEN_LIGHT, TERMINAL)


def fitting_theme(environ: Mapping[str, str], *, has_few_colours: bool) -> str:
    """Return the name of the theme to begin with: light where the terminal says in COLORFGBG that it is light."""
    if has_few_colours:
        return TERMINAL.name
    background = environ.get("COLORFGBG", "").rpartition(";")[2]
    return theme_of_kind(is_light=background in {"7", "15"})


def theme_of_kind(*, is_light: bool) -> str:
    """Return the name of the theme to wear on a light or a dark background."""
    return FRIEZA_LIGHT.name if is_light else FRIEZA.name


def theme_after(name: str) -> str:
    """Return the name of the theme that follows in the round of all."""
    names = [theme.name for theme in THEMES]
    return names[(names.index(name) + 1) % len(names)] if name in names else names[0]
