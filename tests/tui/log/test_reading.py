"""The keys of a log that has the focus, and finding in it."""

import pytest
from textual.pilot import Pilot

from frieza_tui.tui.log.bubble import CodeBlock
from frieza_tui.tui.log.message_log import MessageLog
from tests.support.log_app import LogApp, painted

REPLY = "One *two*.\n\n- three\n- four\n\n```py\na = 1\nb = 2\nc = 3\nd = 4\ne = 5\nf = 6\n```\n\nfive"


class ReadingApp(LogApp):
    def __init__(self) -> None:
        super().__init__()
        self.taken: list[tuple[str, str]] = []
        self.offered: list[list[CodeBlock]] = []
        self.wishes: list[tuple[str, str]] = []

    def on_message_log_text_taken(self, event: MessageLog.TextTaken) -> None:
        self.taken.append((event.what, event.text))

    def on_message_log_code_offered(self, event: MessageLog.CodeOffered) -> None:
        self.offered.append(event.blocks)

    def on_message_log_wished(self, event: MessageLog.Wished) -> None:
        self.wishes.append((event.wish, event.key))
        self.message_log.let_go()

    def cursor_lines(self) -> list[str]:
        return [line[2:] for line in self.lines() if line.startswith("▌")]


@pytest.fixture
def app() -> ReadingApp:
    return ReadingApp()


def places_found(app: ReadingApp) -> list[tuple[int, int, bool]]:
    found = app.message_log.finding.on_rows()
    return [place for row in app.message_log.canvas.rows for place in found.places(row)] if found else []


async def fill(pilot: Pilot[None], app: ReadingApp, *, turns: int = 3) -> None:
    for number in range(turns):
        app.message_log.bubbles.add(f"u{number}", "user", f"U{number}", source=f"question {number}")
        app.message_log.bubbles.add(f"a{number}", "assistant", f"A{number}", source=f"Reply {number}\n\n{REPLY}")
    await painted(pilot)
    app.message_log.focus()
    await pilot.pause()


async def test_the_cursor_begins_at_the_last_message_and_moves_by_message(app: ReadingApp) -> None:
    async with app.run_test(size=(40, 24)) as pilot:
        await fill(pilot, app)
        assert app.message_log.reading.key == "a2"
        await pilot.press("k", "up")
        assert app.message_log.reading.key == "a1"
        assert app.cursor_lines()[0] == "A1"
        await pilot.press("j", "down", "j")
        assert app.message_log.reading.key == "a2"


async def test_capitals_move_by_block_across_messages(app: ReadingApp) -> None:
    async with app.run_test(size=(40, 24)) as pilot:
        await fill(pilot, app)
        await pilot.press("J")
        assert app.cursor_lines() == ["Reply 2"]
        await pilot.press("J", "J")
        assert app.cursor_lines() == ["• three"]
        await pilot.press("K", "K", "K", "K")
        assert app.cursor_lines() == ["five"]
        assert app.message_log.reading.key == "a1"


async def test_g_goes_to_the_ends_and_brackets_to_the_users_messages(app: ReadingApp) -> None:
    async with app.run_test(size=(40, 24)) as pilot:
        await fill(pilot, app)
        await pilot.press("g")
        assert (app.message_log.reading.key, app.lines()[0]) == ("u0", "▌ U0")
        assert not app.message_log.viewport.is_following
        await pilot.press("G")
        assert (app.message_log.reading.key, app.message_log.viewport.is_following) == ("a2", True)
        await pilot.press("left_square_bracket", "left_square_bracket")
        assert app.message_log.reading.key == "u1"
        await pilot.press("right_square_bracket")
        assert app.message_log.reading.key == "u2"


async def test_space_pages_and_takes_the_cursor_along(app: ReadingApp) -> None:
    async with app.run_test(size=(40, 16)) as pilot:
        await fill(pilot, app, turns=6)
        await pilot.press("g", "space")
        first = app.lines()[0]
        assert app.cursor_lines()
        await pilot.press("b")
        assert "U0" in app.lines()[0]
        await pilot.press("space")
        assert app.lines()[0] == first


@pytest.mark.parametrize(("keys", "row"), [("k", "▌ U"), ("JJ", "▌ second")])
async def test_what_the_cursor_is_on_is_not_pushed_out_by_text_that_comes(app: ReadingApp, keys: str, row: str) -> None:
    async with app.run_test(size=(40, 16)) as pilot:
        log = app.message_log
        log.bubbles.add("u", "user", "U", source="question")
        log.bubbles.add("a", "assistant", "A")
        log.bubbles.feed("a", "first\n\nsecond\n\nthird\n\n")
        await painted(pilot)
        log.focus()
        await pilot.press(*keys)
        for number in range(30):
            log.bubbles.feed("a", f"{number}\n\n")
        await painted(pilot)
        assert app.lines()[0] == row
        assert not log.viewport.is_following
        log.follow_end()
        log.bubbles.feed("a", "end")
        await painted(pilot)
        assert app.lines()[-1] == "▎ end"
        await pilot.press("G")
        log.bubbles.feed("a", "\n\nand more")
        await painted(pilot)
        assert app.lines()[-1] == "▌ and more"


async def test_a_message_and_its_blocks_are_taken(app: ReadingApp) -> None:
    async with app.run_test(size=(40, 24)) as pilot:
        await fill(pilot, app, turns=1)
        await pilot.press("y", "Y", "c", "J", "J", "y")
        code = "a = 1\nb = 2\nc = 3\nd = 4\ne = 5\nf = 6\n"
        assert app.taken == [
            ("text", f"Reply 0\n\nOne two.\n\n- three\n- four\n\n{code}\nfive"),
            ("source", f"Reply 0\n\n{REPLY}"),
            ("code", code),
            ("text", "One two."),
        ]


async def test_one_of_several_blocks_of_code_is_taken_by_its_number(app: ReadingApp) -> None:
    async with app.run_test(size=(40, 24)) as pilot:
        app.message_log.bubbles.add("a", "assistant", "A", source="```\none\n```\n\n```\ntwo\n```")
        await painted(pilot)
        app.message_log.focus()
        await pilot.press("c", "2", "2", "c", "k", "1")
        assert [len(blocks) for blocks in app.offered] == [2, 2]
        assert app.taken == [("code", "two\n")]


async def test_code_is_taken_exactly_as_it_was_written(app: ReadingApp) -> None:
    text = "1. a\n   ```py\n   \tif x:  \n\n     y\n   ```\n\n```\nz\n```"
    async with app.run_test(size=(24, 12)) as pilot:
        app.message_log.bubbles.add("a", "assistant", "A", source=text)
        app.message_log.bubbles.add("b", "assistant", "B")
        app.message_log.bubbles.feed("b", "print(1)  # longer than the log is wide", "code:s1")
        await painted(pilot)
        app.message_log.focus()
        await pilot.press("c", "k", "c", "1", "c", "2")
        assert app.offered[0] == [CodeBlock("py", "\tif x:  \n\n  y\n"), CodeBlock("", "z\n")]
        taken = ["print(1)  # longer than the log is wide", "\tif x:  \n\n  y\n", "z\n"]
        assert app.taken == [("code", code) for code in taken]


async def test_a_message_is_opened_as_markdown_and_a_table_as_wide_as_it_is(app: ReadingApp) -> None:
    cells = [f"words of column {number}" for number in range(9)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in (cells, ["---"] * 9, ["**x**", *cells[1:]]))
    async with app.run_test(size=(40, 24)) as pilot:
        assert app.message_log.taking.text_to_open() == ("", False)
        app.message_log.bubbles.add("a", "assistant", "A", source=f"Some *text*\n\n{table}")
        await painted(pilot)
        app.message_log.focus()
        await pilot.pause()
        assert app.message_log.taking.text_to_open() == (f"Some *text*\n\n{table}", False)
        await pilot.press("J")
        assert app.message_log.taking.text_to_open() == ("Some text", False)
        await pilot.press("J")
        text, is_wide = app.message_log.taking.text_to_open()
        assert is_wide
        head, rule, row = text.split("\n")
        assert head == " │ ".join(cells)
        assert row == " │ ".join(["x".ljust(len(cells[0])), *cells[1:]])
        assert set(rule) == {"─", "┼"}


async def test_enter_folds_a_message_and_unfolds_it(app: ReadingApp) -> None:
    async with app.run_test(size=(40, 24)) as pilot:
        await fill(pilot, app, turns=1)
        before = app.lines()
        await pilot.press("enter")
        assert app.cursor_lines() == ["A0", "Reply 0  … 16 more lines"]
        await pilot.press("y")
        assert app.taken == [("source", f"Reply 0\n\n{REPLY}")]
        await pilot.press("enter")
        assert app.lines() == before


async def test_enter_folds_a_block_of_code(app: ReadingApp) -> None:
    async with app.run_test(size=(40, 24)) as pilot:
        await fill(pilot, app, turns=1)
        before = app.lines()
        await pilot.press("J", "J", "J", "J", "J", "enter")
        assert app.cursor_lines() == ["a = 1", "b = 2", "c = 3", "… 3 more lines"]
        await pilot.press("enter", "K", "enter")
        assert [line[2:] for line in app.lines()] == [line[2:] for line in before]


async def test_what_only_the_screen_can_do_is_asked_for(app: ReadingApp) -> None:
    async with app.run_test(size=(40, 24)) as pilot:
        await fill(pilot, app, turns=1)
        await pilot.press("r", "k", "e", "o", "escape", "slash")
        assert app.wishes == [
            ("redo", "a0"),
            ("edit", "u0"),
            ("open", "u0"),
            ("leave", "u0"),
            ("find", "u0"),
        ]


async def test_keys_do_nothing_in_an_empty_log(app: ReadingApp) -> None:
    async with app.run_test(size=(40, 24)) as pilot:
        app.message_log.focus()
        await pilot.press(*"jkJKgGnNyYc", "space", "b", "enter", "left_square_bracket", "right_square_bracket")
        assert app.taken == []
        assert app.message_log.reading.key is None
        assert app.message_log.finding.find("x") == 0


async def test_find_goes_up_first_and_marks_all_places(app: ReadingApp) -> None:
    async with app.run_test(size=(40, 24)) as pilot:
        await fill(pilot, app, turns=20)
        assert app.message_log.finding.find("QUESTION 1") == 11
        assert app.message_log.reading.key == "u19"
        await pilot.press("n")
        assert app.message_log.reading.key == "u18"
        assert "▌ question 18" in app.lines()
        await pilot.press("N", "N")
        assert app.message_log.reading.key == "u19"
        marks = [strip.text[-1] for strip in app.message_log.canvas.strips]
        assert marks.count("▐") == 11
        assert app.message_log.finding.find("") == 0
        assert "▐" not in [strip.text[-1] for strip in app.message_log.canvas.strips]


async def test_what_stands_only_further_down_is_found_too(app: ReadingApp) -> None:
    async with app.run_test(size=(40, 12)) as pilot:
        await fill(pilot, app, turns=6)
        await pilot.press("g")
        assert app.message_log.finding.find("reply 4") == 1
        assert app.message_log.reading.key == "a4"
        assert "▌ Reply 4" in app.lines()


async def test_what_is_shown_side_by_side_is_found_whatever_marks_are_between(app: ReadingApp) -> None:
    source = "The **power**\nof `form` [two](http://x.y/z) is 530,000; 2 \\* 3.\n\n**戦闘力**は53万です。"
    async with app.run_test(size=(40, 12)) as pilot:
        app.message_log.bubbles.add("a", "assistant", "A", source=source)
        await painted(pilot)
        for text in ("the power of FORM two is", "戦闘力は53万", "2 * 3", "530,000"):
            assert app.message_log.finding.find(text) == 1
            assert any(is_here for _, _, is_here in places_found(app))
        assert app.message_log.finding.find("form is") == 0


async def test_the_gutter_marks_where_in_a_long_message_it_stands(app: ReadingApp) -> None:
    async with app.run_test(size=(40, 23)) as pilot:
        lines = ["needle" if number in (0, 50, 99) else "hay" for number in range(100)]
        app.message_log.bubbles.add("a", "assistant", "A", source="\n\n".join(lines))
        await painted(pilot)
        app.message_log.finding.find("needle")
        marked = [y for y, strip in enumerate(app.message_log.canvas.strips) if strip.text[-1] == "▐"]
        assert len(marked) == 3
        assert marked[0] == 0
        assert marked[1] in (9, 10)
        assert marked[2] in (18, 19)


async def test_a_row_takes_only_the_finds_that_it_shows(app: ReadingApp) -> None:
    async with app.run_test(size=(40, 24)) as pilot:
        app.message_log.bubbles.add("u0", "user", "U", source="abc" * 5000)
        await pilot.pause()
        app.message_log.finding.find("abc")
        found = app.message_log.finding.on_rows()
        assert found is not None
        for row in app.message_log.canvas.rows:
            shown_on_row = [place[:2] for place in found.places(row)]
            line = row.block.row(row.place.row)
            shown = range(line.start, line.start + len(line.text))
            first = line.start // 3 * 3
            expected = [(start, start + 3) for start in range(first, shown.stop, 3)] if row.place.block else []
            assert shown_on_row == expected


async def test_a_removed_message_leaves_the_cursor_on_its_own(app: ReadingApp) -> None:
    async with app.run_test(size=(40, 24)) as pilot:
        await fill(pilot, app)
        app.message_log.finding.find("reply")
        app.message_log.bubbles.remove("u0")
        assert app.message_log.reading.key == "a2"
        app.message_log.bubbles.remove("a2")
        assert app.message_log.reading.key == "u2"
        await pilot.press("n")
        assert app.message_log.reading.key == "a1"
        app.message_log.bubbles.clear()
        await pilot.press("n", "k", "J")
        assert app.message_log.reading.key is None


async def test_a_block_that_growing_text_takes_away_leaves_the_cursor_on_the_last(app: ReadingApp) -> None:
    async with app.run_test(size=(40, 12)) as pilot:
        app.message_log.bubbles.add("a", "assistant", "A")
        app.message_log.bubbles.feed("a", "One.\n\n[two]:")
        await painted(pilot)
        app.message_log.focus()
        await pilot.press("J", "J")
        assert app.cursor_lines() == ["[two]:"]
        app.message_log.bubbles.feed("a", " https://x.y\n")
        await painted(pilot)
        assert app.cursor_lines() == ["One."]
        await pilot.press("y", "l", "enter")
        assert app.taken == [("text", "One.")]
        assert app.message_log.taking.text_to_open() == ("One.", False)
