from pathlib import Path

import pytest

from frieza_tui.backends.scripted import Reply
from frieza_tui.tui.links.link_bar import LinkBar
from tests.support.stage import Stage, open_stage

LINKS = "See [the page](https://one.example/a) and [google.com](https://xn--gogle-jye.example/) or <mailto:x@y.zz>."


class Recorder:
    """A browser, as the environment names it."""

    def __init__(self, folder: Path, works: bool) -> None:
        self._seen = folder / "urls"
        self._environ = folder / "environ"
        self.program = folder / "browser"
        self.program.write_text(
            f'#!/bin/sh\nenv > {self._environ}\necho "$1" >> {self._seen}\nexit {0 if works else 1}\n'
        )
        self.program.chmod(0o700)

    @property
    def urls(self) -> list[str]:
        return self._seen.read_text().splitlines() if self._seen.exists() else []

    @property
    def environ(self) -> str:
        return self._environ.read_text()


@pytest.fixture
def browser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Recorder:
    recorder = Recorder(tmp_path, getattr(request, "param", True))
    monkeypatch.setenv("BROWSER", f"{recorder.program} %s")
    return recorder


async def in_the_log(at: Stage) -> None:
    await at.say("hello")
    await at.wait_for("completed")
    await at.press("tab")


async def test_l_shows_where_links_lead_and_enter_opens_one(browser: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted")
    async with open_stage(Reply(LINKS)) as at:
        await in_the_log(at)
        await at.press("l")
        await at.wait_for("1/3 https://one.example/a", "Enter opens it")
        assert "Tab read" not in at.text
        await at.press("l")
        await at.wait_for("2/3 https://xn--gogle-jye.example/", "The text shows google.com")
        assert browser.urls == []
        await at.press("enter")
        await at.wait_for("Opened.")
        assert browser.urls == ["https://xn--gogle-jye.example/"]
        assert "PATH=" in browser.environ and "sk-planted" not in browser.environ
        assert at.log.has_focus
        assert not at.screen.query(LinkBar)


async def test_escape_opens_nothing(browser: Recorder) -> None:
    async with open_stage(Reply(LINKS)) as at:
        await in_the_log(at)
        await at.press("l", "escape")
        await at.wait_until(lambda: at.log.has_focus)
        assert browser.urls == []


async def test_a_click_shows_and_a_second_one_opens(browser: Recorder) -> None:
    async with open_stage(Reply(LINKS)) as at:
        await at.say("hello")
        await at.wait_for("completed")
        row = next(number for number, line in enumerate(at.text.splitlines()) if "the page" in line)
        await at.pilot.click(at.log, offset=(at.text.splitlines()[row].index("page"), row - at.log.region.y))
        await at.wait_for("https://one.example/a")
        assert browser.urls == []
        await at.pilot.click(LinkBar)
        await at.wait_until(lambda: browser.urls == ["https://one.example/a"])
        await at.wait_until(lambda: at.composer.has_focus)


async def test_who_types_on_loses_no_key(browser: Recorder) -> None:
    async with open_stage(Reply(LINKS)) as at:
        await at.say("hello")
        await at.wait_for("completed")
        row = next(number for number, line in enumerate(at.text.splitlines()) if "the page" in line)
        await at.pilot.click(at.log, offset=(at.text.splitlines()[row].index("page"), row - at.log.region.y))
        await at.wait_for("https://one.example/a")
        await at.press("a")
        await at.wait_until(lambda: at.composer.text == "a")
        await at.press("b")
        assert at.composer.text == "ab"


@pytest.mark.parametrize("browser", [False], indirect=True)
async def test_where_there_is_no_browser_the_address_is_copied(browser: Recorder) -> None:
    async with open_stage(Reply(LINKS)) as at:
        await in_the_log(at)
        await at.press("l", "enter")
        await at.wait_for("Copied")
        assert at.app.clipboard == "https://one.example/a"


async def test_other_links_are_not_opened(browser: Recorder) -> None:
    async with open_stage(Reply("[local](ssh://host/x) and <b>more</b>")) as at:
        await in_the_log(at)
        await at.press("l")
        await at.wait_for("Only http, https and mailto links are opened", "ssh://host/x")
        assert not at.screen.query(LinkBar)
