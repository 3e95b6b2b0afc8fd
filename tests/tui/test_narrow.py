"""Nothing that the program says is cut in a window of 40 columns, in either language."""

import ast
import asyncio
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

import frieza_tui.tui
from frieza_tui.backends.base import Preparation
from frieza_tui.backends.base import Stage as PreparationStage
from frieza_tui.backends.scripted import Reply
from frieza_tui.domain.errors import ServerFault
from frieza_tui.domain.run import Run, RunStatus
from frieza_tui.domain.turn import Trouble, TurnEnded, TurnOutcome
from frieza_tui.i18n import _, use_language
from frieza_tui.text.breaking import wrapped_lines
from frieza_tui.text.width import cell_len
from frieza_tui.tui.commands import COMMANDS
from frieza_tui.tui.keys import KEYS, Situation, key, keys_now
from frieza_tui.tui.widgets.key_bar import KeyBar
from frieza_tui.tui.words import ending_words, preparation_words, run_words, state_words
from tests.support.stage import NAME, Stage, open_stage
from tests.support.welcome_stage import open_welcome

COLUMNS = 40
SIDES = 4
"""Of the bars, left and right."""
FRAME = 3
"""Of a bubble."""
HINT_ROWS = 4
"""As many the waiting line has at most."""
LONGEST = {"command": "micro", "path": "/home/freeza/thread-2026-01-01.md", "tool": "wl-copy", "count": "1000"}
LANGUAGES = ["ja", "en"]
pytestmark = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(autouse=True)
def in_language(language: str) -> None:
    use_language(language)


def cell(id_: str) -> int:
    one = key(id_)
    return cell_len(f"{one.shown.split(' / ')[0]} {one.hint()}")


def test_each_key_fits_the_key_line_beside_the_help() -> None:
    assert [one.id for one in KEYS if cell(one.id) + 2 + cell("help") > COLUMNS - SIDES] == []


NEEDED = {
    "idle": (Situation(), {"log", "quit", "help"}),
    "with earlier inputs": (Situation(has_earlier=True), {"log", "quit", "help"}),
    "writing": (Situation(has_draft=True, has_earlier=True), {"send", "newline", "help"}),
    "streaming": (Situation(is_busy=True), {"cancel", "help"}),
    "streaming, writing": (Situation(is_busy=True, has_draft=True), {"cancel", "queue", "help"}),
    "streaming, queue": (Situation(is_busy=True, has_queue=True), {"cancel", "take-back", "help"}),
    "streaming, scrolled up": (Situation(is_busy=True, is_following=False), {"cancel", "end", "help"}),
    "scrolled up": (Situation(is_following=False, has_earlier=True), {"end", "log", "help"}),
    "queue held": (Situation(has_queue=True, is_held=True), {"send-held", "help"}),
    "failed": (Situation(can_retry=True, has_earlier=True), {"retry", "log", "help"}),
    "cut": (Situation(can_retry=True, can_go_on=True), {"retry", "go-on", "help"}),
    "reading": (Situation(is_in_log=True), {"write", "messages", "take", "help"}),
}


async def test_the_keys_that_matter_most_have_their_place() -> None:
    async with open_stage(size=(COLUMNS, 12)) as at:
        bar = at.screen.query_one(KeyBar)
        for name, (situation, needed) in NEEDED.items():
            bar.keys = tuple(keys_now(situation))
            assert needed <= {one.id for one, _column in bar._places()}, (name, bar.render())


def states() -> Iterator[str]:
    for stage in get_args(PreparationStage):
        for fraction in (None, 1.0):
            yield preparation_words(Preparation(stage, fraction))
    for trouble in get_args(Trouble):
        yield state_words(Preparation("ready"), TurnEnded("failed", trouble=trouble), is_busy=False, is_leaving=False)[
            0
        ]
    yield state_words(Preparation("ready"), None, is_busy=True, is_leaving=False)[0]
    yield state_words(Preparation("ready"), None, is_busy=True, is_leaving=True)[0]
    for status in get_args(RunStatus):
        yield run_words(Run("run_1", status))
    for outcome in get_args(TurnOutcome):
        yield ending_words(TurnEnded(outcome, total_s=12.3))


def test_every_state_fits_beside_the_name_in_bar_and_bubble() -> None:
    longest = max(states(), key=cell_len)
    assert cell_len(f"{NAME}  {longest}") <= COLUMNS - max(SIDES, FRAME), longest


@cache
def hints() -> list[str]:
    """What the functions say that have something to say on the waiting line."""
    return list(find_hints())


def find_hints() -> Iterator[str]:
    for path in Path(frieza_tui.tui.__file__).parent.rglob("*.py"):
        text = path.read_text("utf-8")
        for node in ast.walk(ast.parse(text)) if "_waiting_line.say(" in text else ():
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and "_waiting_line.say(" in ast.unparse(node):
                for call in ast.walk(node):
                    if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "_":
                        yield str(ast.literal_eval(call.args[0]))


def test_every_hint_fits_the_waiting_line() -> None:
    said = [re.sub(r"\{(\w+)\}", lambda field: LONGEST.get(field[1], "0" * 16), _(hint)) for hint in hints()]
    assert len(said) > 8
    assert [one for one in said if len(wrapped_lines(one, COLUMNS)) > HINT_ROWS] == []


def squashed(text: str) -> str:
    """Text without what the width does to it: spaces, line ends, frames and scroll bars."""
    return re.sub(r"[\s─-▟…]|(?<= )·$", "", text, flags=re.MULTILINE)


async def shows(at: Stage, *texts: str) -> None:
    wanted = [squashed(text) for text in texts]

    def are_shown() -> bool:
        shown = squashed(at.text)
        return all(text in shown for text in wanted)

    await at.wait_until(are_shown)
    _top_line, _line_end, rest = at.text.partition("\n")
    assert "…" not in rest


async def test_the_greeting_is_whole() -> None:
    async with open_stage(size=(COLUMNS, 20)) as at:
        samples = (_("Hello!"), _("Who is the strongest in the universe?"), _("Give me advice for Monday."))
        await shows(at, _("is listening. Say something."), *samples, _("Message {name}").format(name=NAME))
        assert max(cell_len(row) for row in at.text.splitlines()) <= COLUMNS


async def test_the_help_is_whole() -> None:
    async with open_stage(size=(COLUMNS, 150)) as at:
        await at.press("f1")
        await shows(
            at,
            _("Esc closes"),
            *(one.shown + one.does() for one in KEYS),
            *(one.shown + one.does() for one in COMMANDS),
        )


async def test_the_palette_names_what_can_be_done() -> None:
    async with open_stage(size=(COLUMNS, 30)) as at:
        await at.press("ctrl+p")
        keys = {_("Threads"): "Ctrl+T", _("Model"): "F2", _("Help"): "F1", _("Quit"): "Ctrl+Q"}
        await shows(at, _("New thread"), *(name + key for name, key in keys.items()), "English", "日本語")


async def test_the_sheet_of_threads_names_all_its_keys() -> None:
    async with open_stage(size=(COLUMNS, 12)) as at:
        await at.press("ctrl+t")
        keys = _("Enter opens · Ctrl+N new · F2 rename · F4 export · F8 delete · Esc")
        await shows(at, _("Threads"), _("Search"), *keys.split(" · "))


async def test_the_welcome_is_whole() -> None:
    async with open_welcome(needs=("no_such_module",), size=(COLUMNS, 20)) as at:
        ways = (_("Embedded model, once installed"), _("Another server, by its address"))
        await shows(at, *ways, _("{server}, with your key").format(server="api.openai.com"))
        await shows(at, _("number or ↑↓ Enter · Esc: chat"))


async def test_the_queue_says_whole_how_to_go_on() -> None:
    gate = asyncio.Event()
    async with open_stage(Reply(before=[gate, ServerFault("Broken.")]), size=(COLUMNS, 20)) as at:
        await at.say("hello")
        for number in range(5):
            await at.say(f"message {number}")
        await shows(at, f"▸ {_('queued')} message 2 {_('+{count} earlier').format(count=2)}")
        gate.set()
        await shows(at, *_("Enter sends them · Ctrl+R asks again first").split(" · "))


async def test_a_conversation_is_whole() -> None:
    async with open_stage(Reply("one"), Reply("half", asyncio.Event()), size=(COLUMNS, 20)) as at:
        await at.say("hello")
        await shows(at, "one", f"{NAME} {_('completed')}", _("ready"))
        at.composer.insert("draft")
        await at.press("ctrl+c")
        await shows(at, _("Draft put aside, ↑ brings it back. Ctrl+C again quits."))
        await at.say("again")
        await shows(at, "half", f"{NAME} {_('in progress')}", _("answering"))
        await at.say("later")
        await shows(at, f"{_('queued')} later", f"↑ {_('take back')}")
        await at.press("escape")
        await shows(at, _("Cut here: the answer was cancelled."), f"{NAME} {_('cancelled')}")
