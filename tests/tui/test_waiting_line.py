from textual.app import App, ComposeResult
from textual.content import Content

from frieza_tui.i18n import use_language
from frieza_tui.text.breaking import wrapped_lines
from frieza_tui.tui.answer_wait import AnswerWait
from frieza_tui.tui.widgets.waiting_line import WaitingLine
from tests.support.stage import open_stage


async def test_a_hint_that_is_longer_than_the_line_is_shown_whole() -> None:
    use_language("ja")
    async with open_stage(size=(40, 12)) as at:
        at.composer.insert("draft")
        await at.press("ctrl+c")
        words = at.screen.query_one(WaitingLine).hint
        lines = wrapped_lines(words, at.screen.query_one(WaitingLine).content_size.width)
        assert len(lines) > 1
        await at.wait_for(*lines)
        assert "".join(lines).replace(" ", "") == words.replace(" ", "")


async def test_the_line_is_one_row_again_after_a_long_hint() -> None:
    async with open_stage(size=(40, 12)) as at:
        line = at.screen.query_one(WaitingLine)
        line.say("word " * 20)
        await at.wait_until(lambda: line.size.height == 3)
        line.say("short")
        await at.wait_until(lambda: line.size.height == 1)


class CountingLine(WaitingLine):
    drawn = 0

    def render(self) -> Content:
        self.drawn += 1
        return super().render()


class LineApp(App[None]):
    def compose(self) -> ComposeResult:
        yield CountingLine(AnswerWait())


async def test_a_count_that_a_hint_hides_is_not_drawn() -> None:
    app = LineApp()
    async with app.run_test() as pilot:
        line = app.query_one(CountingLine)
        line.is_following = False
        line.say("A hint")
        await pilot.pause()
        line.drawn = 0
        line.lines_below = 5
        await pilot.pause()
        assert line.drawn == 0
        line.hint = ""
        await pilot.pause()
        assert "↓ 5 more lines" in str(line.render())
        line.drawn = 0
        line.lines_below = 6
        await pilot.pause()
        assert line.drawn
