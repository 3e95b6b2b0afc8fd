import re
from pathlib import Path

import pytest
from textual.color import Color

import frieza_tui.tui
from frieza_tui.backends.scripted import Reply
from frieza_tui.domain.errors import SettingsError
from frieza_tui.tui.app import ScreenOptions, run_screen
from frieza_tui.tui.themes import THEMES, fitting_theme
from tests.support.stage import make_app, open_stage

PACKAGE = Path(frieza_tui.tui.__file__).parent
LEAST_CONTRAST = 4.5
"""Of text on its background. Source: WCAG 2.2, 1.4.3."""


def luminance(colour: Color) -> float:
    parts = [part / 255 for part in (colour.r, colour.g, colour.b)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(Color.parse(one)), luminance(Color.parse(other))))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [theme for theme in THEMES if not theme.ansi], ids=lambda theme: theme.name)
def test_every_colour_of_text_can_be_read_on_its_ground(theme: object) -> None:
    assert isinstance(theme, type(THEMES[0]))
    for ground in (theme.background, theme.surface):
        for text in (theme.foreground, theme.primary, theme.accent, theme.success, theme.warning, theme.error):
            assert ground and text
            assert contrast(text, ground) >= LEAST_CONTRAST, (text, ground)


def test_colours_have_names_everywhere_but_in_the_themes() -> None:
    sources = [*PACKAGE.rglob("*.tcss"), *PACKAGE.rglob("*.py")]
    hex_colour = re.compile(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b(?=[;\"' ])")
    found = [str(path) for path in sources if path.name != "themes.py" and hex_colour.search(path.read_text("utf-8"))]
    assert found == []


def test_an_unknown_theme_is_refused_with_those_there_are() -> None:
    app, _backend = make_app()
    with pytest.raises(SettingsError, match="golden-frieza"):
        run_screen(app._chat, ScreenOptions(theme="vegeta"))


async def test_no_color_leaves_no_colour_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_stage(Reply("**ok** `code`"), theme="frieza-terminal") as at:
        await at.say("hello")
        await at.wait_for("completed")
        assert at.app.no_color
        styles = {style for strip in at.screen._compositor.render_strips() for _text, style, _control in strip if style}
        assert {style.color and style.color.triplet for style in styles} <= {None}


def test_the_theme_to_begin_with_fits_the_terminal() -> None:
    assert fitting_theme({"COLORFGBG": "0;15"}, has_few_colours=False) == "frieza-light"
    assert fitting_theme({"COLORFGBG": "15;default;0"}, has_few_colours=False) == "frieza"
    assert fitting_theme({}, has_few_colours=False) == "frieza"
    assert fitting_theme({"COLORFGBG": "0;15"}, has_few_colours=True) == "frieza-terminal"
