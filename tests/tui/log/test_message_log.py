"""The log on a screen: it streams, follows, stays where the reader looks, and gives text away."""

import asyncio
from time import monotonic
from typing import ClassVar

import pytest
from rich.console import Console, ConsoleOptions, RenderResult
from textual.app import ComposeResult
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip

from frieza_tui.tui.log.bubble import BubbleState
from frieza_tui.tui.log.frames import HIDDEN_FRAME_S
from frieza_tui.tui.log.message_log import MessageLog
from frieza_tui.tui.log.picture import NoOutput
from tests.support.log_app import LogApp, painted, until

PARAGRAPHS = "\n\n".join(f"Paragraph {number} goes on for some words." for number in range(60))


@pytest.fixture
def app() -> LogApp:
    return LogApp()


async def test_a_bubble_shows_its_label_state_and_text(app: LogApp) -> None:
    async with app.run_test(size=(40, 12)) as pilot:
        app.message_log.bubbles.add("u", "user", "あなた", source="*a*\n  b [/x]")
        app.message_log.bubbles.add("a", "assistant", "フリーザ様", BubbleState("queued", "active"))
        app.message_log.bubbles.feed("a", "**c**")
        await painted(pilot)
        assert app.lines()[:8] == ["", "▎ あなた", "▎ *a*", "▎   b [/x]", "", "▎ フリーザ様  queued", "▎ c", ""]
        app.message_log.bubbles.set_state("a", BubbleState("done"))
        await painted(pilot)
        assert app.lines()[5] == "▎ フリーザ様  done"


async def test_a_state_leaves_its_last_parts_out_where_they_would_not_fit_beside_the_label(app: LogApp) -> None:
    async with app.run_test(size=(40, 12)) as pilot:
        app.message_log.bubbles.add("a", "assistant", "フリーザ様", BubbleState("completed · 12.3 s · 456 tokens"))
        app.message_log.bubbles.feed("a", "c")
        await painted(pilot)
        assert app.lines()[1:3] == ["▎ フリーザ様  completed · 12.3 s", "▎ c"]


async def test_a_reply_is_not_painted_while_the_terminal_has_yet_to_take_the_last_picture(app: LogApp) -> None:
    async with app.run_test(size=(40, 12)) as pilot:
        log = app.message_log
        log.bubbles.add("a", "assistant", "F")
        await painted(pilot)
        output = NoOutput()
        looks: list[NoOutput] = []

        def look() -> NoOutput:
            looks.append(output)
            return output

        log.painter.output = look
        output.is_behind = True
        log.bubbles.feed("a", "late words")
        await until(pilot, lambda: len(looks) > 3)
        assert "▎ late words" not in app.lines()
        output.is_behind = False
        await painted(pilot)
        assert "▎ late words" in app.lines()


async def test_what_waits_is_painted_at_once_where_somebody_types(app: LogApp) -> None:
    async with app.run_test(size=(40, 12)) as pilot:
        log = app.message_log
        log.bubbles.add("a", "assistant", "F")
        await painted(pilot)
        assert log.frames._timer is not None
        log.frames._timer.stop()
        log.bubbles.feed("a", "waiting words")
        await pilot.pause()
        assert "▎ waiting words" not in app.lines()
        log.frames.hurry()
        await until(pilot, lambda: "▎ waiting words" in app.lines())


async def test_segments_keep_the_order_in_which_they_began(app: LogApp) -> None:
    async with app.run_test(size=(40, 30)) as pilot:
        log = app.message_log
        log.bubbles.add("a", "assistant", "F")
        for segment, text in [
            ("reasoning:0", "hm"),
            ("text:0", "one"),
            ("code:s1", "x = 1"),
            ("output:s1", "1\n"),
            ("text:1", "two"),
            ("refusal:0", "no"),
            ("note:0", "cut"),
            ("text:0", " more"),
        ]:
            log.bubbles.feed("a", text, segment)
        await painted(pilot)
        shown = [line for line in app.lines() if line not in ("", "▎")]
        assert shown == ["▎ F", "▎ hm", "▎ one more", "▎ x = 1", "▎ 1", "▎ two", "▎ no", "▎ cut"]


async def test_a_settled_bubble_takes_no_more_text_and_may_be_corrected(app: LogApp) -> None:
    async with app.run_test(size=(40, 12)) as pilot:
        log = app.message_log
        log.bubbles.add("a", "assistant", "F")
        log.bubbles.feed("a", "wrng")
        log.bubbles.settle("a", "right")
        log.bubbles.feed("a", " late")
        log.bubbles.feed("gone", "late")
        await painted(pilot)
        assert app.lines()[1:4] == ["▎ F", "▎ right", ""]
        assert log.bubbles.source_of("a") == "right"


async def test_removed_and_cleared_bubbles_are_gone(app: LogApp) -> None:
    async with app.run_test(size=(40, 12)) as pilot:
        log = app.message_log
        for key in "abc":
            log.bubbles.add(key, "assistant", key.upper(), source=f"text {key}")
        log.bubbles.remove("b")
        log.bubbles.feed("c", "late")
        log.bubbles.set_state("c", BubbleState("x"))
        await painted(pilot)
        assert [line for line in app.lines() if line] == ["▎ A", "▎ text a", "▎ C  x", "▎ text c"]
        log.bubbles.clear()
        await painted(pilot)
        assert [line for line in app.lines() if line] == []


async def test_it_follows_its_end_until_the_reader_scrolls_up(app: LogApp) -> None:
    async with app.run_test(size=(40, 12)) as pilot:
        log = app.message_log
        log.bubbles.add("a", "assistant", "F")
        log.bubbles.feed("a", PARAGRAPHS)
        await painted(pilot)
        assert app.lines()[-1] == "▎ Paragraph 59 goes on for some words."
        log.scroll_page_up(animate=False)
        top = app.lines()[0]
        assert not log.viewport.is_following
        log.bubbles.feed("a", "\n\nmore\n\nand more")
        await painted(pilot)
        assert app.lines()[0] == top
        await until(pilot, lambda: app.follow_changes[-1:] == [(False, log.viewport.rows_below)])
        log.follow_end()
        await painted(pilot)
        assert app.lines()[-1] == "▎ and more"
        assert app.follow_changes[-1] == (True, 0)


async def test_the_wheel_moves_by_lines_and_back_to_the_end_follows_again(app: LogApp) -> None:
    async with app.run_test(size=(40, 12)) as pilot:
        log = app.message_log
        log.bubbles.add("a", "assistant", "F", source=PARAGRAPHS)
        await painted(pilot)
        end = app.lines()
        log.scroll_up(animate=False)
        log.scroll_up(animate=False)
        assert app.lines()[2:] == end[:-2]
        log.scroll_down(animate=False)
        log.scroll_down(animate=False)
        assert app.lines() == end
        assert log.viewport.is_following
        log.scroll_home(animate=False)
        assert app.lines()[1] == "▎ F"
        log.follow_end()
        assert app.lines() == end


@pytest.mark.parametrize("widths", [(36,), (75, 30, 61)])
async def test_a_resize_wraps_again_and_keeps_the_top_line(app: LogApp, widths: tuple[int, ...]) -> None:
    async with app.run_test(size=(50, 12)) as pilot:
        log = app.message_log
        for number in range(30):
            words = " ".join(f"w{number}.{word}" for word in range(60))
            log.bubbles.add(str(number), "user" if number % 2 else "assistant", "F", source=words)
        await painted(pilot)
        for _ in range(41):
            log.scroll_up(animate=False)
        before = app.lines()
        for width in widths:
            await pilot.resize_terminal(width, 12)
            await painted(pilot)
            assert before[0].split()[1] in app.lines()[0]
            assert max(len(line) for line in app.lines()) <= width - 2
        await pilot.resize_terminal(50, 12)
        await painted(pilot)
        assert app.lines() == before


async def test_a_thread_opens_at_its_end_without_reading_the_rest(app: LogApp) -> None:
    async with app.run_test(size=(50, 12)) as pilot:
        log = app.message_log
        for number in range(2000):
            log.bubbles.add(str(number), "assistant", f"F{number}", source=f"text {number}")
        await painted(pilot)
        assert app.lines()[-1] == "▎ text 1999"
        assert sum(1 for bubble in log.viewport.bubbles if not bubble.waiting_source) < 20


@pytest.mark.parametrize("theme", ["frieza", "frieza-light", "frieza-terminal"])
async def test_a_change_of_theme_repaints(theme: str) -> None:
    app = LogApp("golden-frieza")
    async with app.run_test(size=(40, 12)) as pilot:
        app.message_log.bubbles.add("a", "assistant", "A", source="# Title")
        await painted(pilot)
        before = app.message_log.canvas.strips[2]
        app.theme = theme
        await painted(pilot)
        assert app.message_log.canvas.strips[2] != before
        assert app.lines()[2] == "▎ Title"


async def test_a_definition_that_comes_late_makes_earlier_links() -> None:
    app = LogApp()
    async with app.run_test(size=(40, 12)) as pilot:
        log = app.message_log
        log.bubbles.add("a", "assistant", "A")
        log.bubbles.feed("a", "see [this][x]\n\nand more\n\nand more")
        await painted(pilot)
        assert app.lines()[2] == "▎ see [this][x]"
        log.bubbles.feed("a", "\n\n[x]: http://y.z\n")
        await painted(pilot)
        assert app.lines()[2] == "▎ see this"


async def test_what_waits_below_is_told_when_it_grows(app: LogApp) -> None:
    async with app.run_test(size=(40, 12)) as pilot:
        log = app.message_log
        log.bubbles.add("a", "assistant", "A", source=PARAGRAPHS)
        log.bubbles.add("b", "assistant", "B")
        await painted(pilot)
        log.scroll_home(animate=False)
        for number in range(20):
            log.bubbles.feed("b", f"{number}\n\n")
            await pilot.pause()
        await painted(pilot)
        await until(pilot, lambda: app.follow_changes[-1:] == [(False, log.viewport.rows_below)])
        assert len(app.follow_changes) < 10
        log.follow_end()
        await painted(pilot)
        assert app.follow_changes[-1] == (True, 0)


async def test_a_reply_may_be_read_from_its_top(app: LogApp) -> None:
    async with app.run_test(size=(40, 12)) as pilot:
        log = app.message_log
        log.viewport.reads_from_top = True
        log.bubbles.add("u", "user", "U", source="question")
        log.follow_end()
        log.bubbles.add("a", "assistant", "A")
        for part in PARAGRAPHS.split("\n\n"):
            log.bubbles.feed("a", part + "\n\n")
        await painted(pilot)
        assert app.lines()[0] == "▎ A"
        assert not log.viewport.is_following
        log.scroll_page_down(animate=False)
        assert app.lines()[0] != "▎ A"
        while not log.viewport.is_following:
            log.scroll_down(animate=False)
        log.bubbles.feed("a", "near the end")
        await painted(pilot)
        assert app.lines()[-1] == "▎ near the end"
        log.scroll_home(animate=False)
        log.follow_end()
        log.bubbles.feed("a", "\n\nthe end")
        await painted(pilot)
        assert app.lines()[-1] == "▎ the end"
        assert log.viewport.is_following


async def test_a_reply_that_comes_at_once_is_read_from_its_top_and_a_kept_one_from_its_end(app: LogApp) -> None:
    async with app.run_test(size=(40, 12)) as pilot:
        log = app.message_log
        log.viewport.reads_from_top = True
        log.bubbles.add("kept", "assistant", "K", source=PARAGRAPHS)
        await painted(pilot)
        assert app.lines()[-1] == "▎ Paragraph 59 goes on for some words."
        log.bubbles.add("a", "assistant", "A")
        log.bubbles.feed("a", PARAGRAPHS)
        log.bubbles.settle("a")
        await painted(pilot)
        assert app.lines()[0] == "▎ A"


class CountingLog(MessageLog):
    drawn = 0

    def render_lines(self, crop: Region) -> list[Strip]:
        self.drawn += 1
        return super().render_lines(crop)


class CountingBar(ScrollBarRender):
    drawn: ClassVar[list[float]] = []

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        self.drawn.append(self.position)
        return super().__rich_console__(console, options)


class CountingApp(LogApp):
    def compose(self) -> ComposeResult:
        yield CountingLog()


async def test_nothing_is_drawn_for_a_reply_that_is_not_in_view(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScrollBar, "renderer", CountingBar)
    app = CountingApp()
    async with app.run_test(size=(40, 12)) as pilot:
        log = app.query_one(CountingLog)
        log.bubbles.add("a", "assistant", "A", source=PARAGRAPHS * 20)
        log.bubbles.add("b", "assistant", "B")
        await painted(pilot)
        log.scroll_home(animate=False)
        await painted(pilot)
        log.drawn = 0
        CountingBar.drawn.clear()
        for number in range(30):
            log.bubbles.feed("b", f"{number}\n\n")
            await pilot.pause()
        await painted(pilot)
        assert (log.drawn, CountingBar.drawn) == (0, [])
        assert app.follow_changes[-1] == (False, log.viewport.rows_below)
        log.follow_end()
        await painted(pilot)
        assert log.drawn
        assert CountingBar.drawn


async def test_a_reply_that_grows_behind_a_sheet_is_drawn_less_often() -> None:
    app = CountingApp()
    async with app.run_test(size=(40, 12)) as pilot:
        log = app.query_one(CountingLog)
        log.bubbles.add("a", "assistant", "A")
        await painted(pilot)
        await app.push_screen(ModalScreen[None]())
        await pilot.pause()
        pictures, seen, fed, start = 0, log.canvas.strips, 0, monotonic()
        while not pictures or monotonic() - start < 0.5:
            log.bubbles.feed("a", f"{fed}\n\n")
            fed += 1
            await asyncio.sleep(0.002)
            pictures += log.canvas.strips is not seen
            seen = log.canvas.strips
        assert 0 < pictures <= (monotonic() - start) / HIDDEN_FRAME_S + 2
        app.pop_screen()
        await painted(pilot)
        assert str(fed - 1) in "\n".join(app.lines())


async def test_a_reply_is_painted_at_most_thirty_times_a_second() -> None:
    app = CountingApp()
    async with app.run_test(size=(40, 12)) as pilot:
        log = app.query_one(CountingLog)
        log.bubbles.add("a", "assistant", "A")
        await painted(pilot)
        log.drawn = fed = 0
        start = monotonic()
        while fed < 300:
            log.bubbles.feed("a", f"{fed}\n\n")
            fed += 1
            await asyncio.sleep(0.002)
        frames, seconds = log.drawn, monotonic() - start
        assert 0 < frames <= seconds * 34 + 2
        await painted(pilot)
        assert "299" in "\n".join(app.lines())
