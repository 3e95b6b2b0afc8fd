"""An app that fits itself to what the terminal says: light or dark, and how wide characters are."""

import os
import sys
from typing import Generic, Literal, TypeVar

from frieza_tui.text.width import CellRules
from frieza_tui.tui.clipboard.copying_app import CopyingApp
from frieza_tui.tui.log.message_log import MessageLog
from frieza_tui.tui.log.picture import NoOutput, Output
from frieza_tui.tui.messages import TerminalAnswered
from frieza_tui.tui.terminal.facts import guess_ambiguous_width
from frieza_tui.tui.themes import TERMINAL, THEMES, fitting_theme, theme_of_kind
from frieza_tui.tui.widgets.caret_area import CaretArea

R = TypeVar("R")


class FittedApp(CopyingApp[R], Generic[R]):
    """Wears a theme and measures text by a guess, until the terminal has answered."""

    _guessed_theme: str | None = None
    _is_width_set = False
    _cell_rules = CellRules()

    def fit(self, theme: str | None, ambiguous_width: Literal["auto", 1, 2]) -> None:
        """Take what is set; guess the rest from the environment."""
        for one in THEMES:
            self.register_theme(one)
        has_few_colours = self.no_color or self.console.color_system in {"standard", "windows"}
        self.theme = theme or fitting_theme(os.environ, has_few_colours=has_few_colours)
        if theme is None and self.theme != TERMINAL.name:
            self._guessed_theme = self.theme
        self._is_width_set = ambiguous_width != "auto"
        cells = guess_ambiguous_width(os.environ) if ambiguous_width == "auto" else ambiguous_width
        self._measure_by(CellRules(cells))

    def on_terminal_answered(self, message: TerminalAnswered) -> None:
        """Put the guesses right, unless the user has chosen in the meantime."""
        facts = message.facts
        if facts.is_light is not None and self.theme == self._guessed_theme:
            self.theme = theme_of_kind(is_light=facts.is_light)
        cells = None if self._is_width_set else facts.ambiguous_width
        rules = facts.cell_rules(cells or self._cell_rules.ambiguous)
        if rules != self._cell_rules:
            self._measure_by(rules)
            self._lay_out_anew()

    @property
    def output(self) -> Output:
        """The terminal, for the log that draws on it."""
        return self._driver if isinstance(self._driver, Output) else NoOutput()

    def on_mount(self) -> None:
        """Draw frames as they will be drawn."""
        self._choose_frames()

    def _measure_by(self, rules: CellRules) -> None:
        if rules == self._cell_rules:
            return
        from frieza_tui.tui.terminal.cell_widths import use_widths

        self._cell_rules = rules
        use_widths(rules)
        self._choose_frames()

    def _choose_frames(self) -> None:
        if sys.platform == "win32" or self._driver is None:
            return
        from frieza_tui.tui.terminal.asking_driver import AskingDriver

        if isinstance(self._driver, AskingDriver):
            self._driver.has_wide_frames = self._cell_rules.ambiguous == 2

    def _lay_out_anew(self) -> None:
        for screen in self.screen_stack:
            for widget in (*screen.query(MessageLog), *screen.query(CaretArea)):
                widget.measure_anew()
            for widget in screen.query("*"):
                widget.refresh(layout=True)
            screen.refresh(layout=True)
