from functools import reduce

import pytest

from frieza_tui.text.width import CellRules
from frieza_tui.tui.terminal.facts import TerminalFacts, can_be_asked, guess_ambiguous_width, take_answer


def told(*answers: str) -> TerminalFacts:
    return reduce(take_answer, answers, TerminalFacts())


def test_all_answers_make_the_facts() -> None:
    facts = told("\x1b]11;rgb:ffff/ffff/f0f0\x1b\\", "\x1bP>|foot(1.16)\x1b\\", "\x1b[?25u", "\x1b[2;2R", "\x1b[?62c")
    assert facts == TerminalFacts("foot(1.16)", True, 25, (1,), True)


@pytest.mark.parametrize(
    ("colour", "is_light"), [("rgb:0000/0000/0000", False), ("rgb:f/f/f", True), ("rgba:15/11/1d/ff", False)]
)
def test_the_background_is_light_or_dark(colour: str, is_light: bool) -> None:
    assert told(f"\x1b]11;{colour}\x07").is_light is is_light


def test_a_name_is_made_safe() -> None:
    name = told("\x1bP>|bad\u202e\x1b]0;x\x07 name" + "n" * 100 + "\x1b\\").name
    assert name is not None
    assert name.startswith("bad name")
    assert len(name) <= 60


@pytest.mark.parametrize(
    ("terminal", "columns", "rules"),
    [
        ("kitty", (2, 3, 3, 3, 3), CellRules()),
        ("tmux 3.3a", (2, 5, 2, 3, 3), CellRules(tone=2, emoji_style=0)),
        ("xterm", (2, 5, 2, 5, 3), CellRules(tone=2, emoji_style=0, joins=False)),
        ("a wide one", (3, 3, 3, 3, 5), CellRules(ambiguous=2, flag_letter=2)),
        ("a strange one", (2, 1, 9, 1, 1), CellRules()),
        ("one that stops answering", (2, 5), CellRules()),
    ],
)
def test_it_is_laid_out_as_the_terminal_draws(terminal: str, columns: tuple[int, ...], rules: CellRules) -> None:
    facts = told(*(f"\x1b[2;{column}R" for column in columns))
    assert facts.cell_rules(facts.ambiguous_width or 1) == rules, terminal


def test_a_wide_answer_and_a_strange_one() -> None:
    assert told("\x1b[2;3R").ambiguous_width == 2
    assert told("\x1b[2;9R").ambiguous_width is None
    assert told("\x1bP>1|x\x1b\\", "\x1b]4;1;rgb:0/0/0\x07", "\x1b[?997;1n") == TerminalFacts()


@pytest.mark.parametrize(
    ("locale", "width"),
    [
        ("ja_JP.UTF-8", 1),
        ("ja_JP.eucJP", 2),
        ("zh_TW.Big5", 2),
        ("ja_JP.UTF-8@cjkwide", 2),
        ("ko_KR.eucKR@cjknarrow", 1),
        ("C", 1),
    ],
)
def test_the_locale_gives_a_guess(locale: str, width: int) -> None:
    assert guess_ambiguous_width({"LANG": locale}) == width
    assert guess_ambiguous_width({"LC_ALL": locale, "LANG": "en_US.UTF-8"}) == width


def test_terminals_that_would_print_questions_are_not_asked() -> None:
    assert can_be_asked({"TERM": "xterm-256color"})
    assert not any(can_be_asked(environ) for environ in ({}, {"TERM": "linux"}, {"TERM": "vt100"}, {"TERM": "dumb"}))
