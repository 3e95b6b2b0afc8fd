"""What the tests of the full-screen face share: the style sheets are parsed once, not for each of 300 apps."""

from collections.abc import Iterator
from typing import Any

import pytest
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet


@pytest.fixture(scope="session", autouse=True)
def style_sheets_are_parsed_once() -> Iterator[None]:
    """Keep what a sheet's text means with a theme's variables: a tenth of a small test's time."""
    parse, parsed = Stylesheet._parse_rules, dict[object, list[RuleSet]]()

    def parse_once(self: Stylesheet, css: str, *arguments: Any, **named: Any) -> list[RuleSet]:
        key = (frozenset(self._variables.items()), css, arguments, *sorted(named.items()))
        if key not in parsed:
            parsed[key] = parse(self, css, *arguments, **named)
        return parsed[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", parse_once)
        yield
