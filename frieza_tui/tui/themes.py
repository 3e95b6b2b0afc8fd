"""The looks: white and violet, and golden; each dark and light, and one of the terminal's own colours.

The only place where colours are named; everything else uses theme variables.
"""

from collections.abc import Mapping

from textual.theme import Theme

FRIEZA = Theme(
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
    variables={
        "border": "#8d6bd6",
        "border-blurred": "#3a3050",
        "footer-key-foreground": "#b78cff",
        "input-selection-background": "#8d6bd6 45%",
        "block-cursor-foreground": "#15111d",
        "scrollbar": "#3a3050",
        "scrollbar-hover": "#5b4a80",
        "scrollbar-active": "#8d6bd6",
        "scrollbar-background": "#15111d",
        "scrollbar-background-hover": "#15111d",
        "scrollbar-background-active": "#15111d",
    },
)
FRIEZA_LIGHT = Theme(
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
    variables={
        "border": "#9b76cc",
        "border-blurred": "#d6cae8",
        "footer-key-foreground": "#7338b8",
        "input-selection-background": "#9b76cc 40%",
        "block-cursor-foreground": "#fbf9fe",
        "scrollbar": "#d6cae8",
        "scrollbar-hover": "#bda8da",
        "scrollbar-active": "#9b76cc",
        "scrollbar-background": "#fbf9fe",
        "scrollbar-background-hover": "#fbf9fe",
        "scrollbar-background-active": "#fbf9fe",
    },
)
GOLDEN = Theme(
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
    variables={
        "border": "#b98f2d",
        "border-blurred": "#463a1f",
        "footer-key-foreground": "#f0c04a",
        "input-selection-background": "#b98f2d 45%",
        "block-cursor-foreground": "#15110a",
        "scrollbar": "#463a1f",
        "scrollbar-hover": "#6d5a2e",
        "scrollbar-active": "#b98f2d",
        "scrollbar-background": "#15110a",
        "scrollbar-background-hover": "#15110a",
        "scrollbar-background-active": "#15110a",
    },
)
GOLDEN_LIGHT = Theme(
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
    variables={
        "border": "#b8963f",
        "border-blurred": "#e0d2a6",
        "footer-key-foreground": "#86600a",
        "input-selection-background": "#b8963f 40%",
        "block-cursor-foreground": "#fffcf3",
        "scrollbar": "#e0d2a6",
        "scrollbar-hover": "#cdb978",
        "scrollbar-active": "#b8963f",
        "scrollbar-background": "#fffcf3",
        "scrollbar-background-hover": "#fffcf3",
        "scrollbar-background-active": "#fffcf3",
    },
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
