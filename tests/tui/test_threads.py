import os
from pathlib import Path

import pytest
from textual import events

from frieza_tui.backends.scripted import Reply
from frieza_tui.domain.thread import Message, TextPart, Thread
from frieza_tui.store.thread_changes import NewThread
from frieza_tui.store.threads import open_threads
from frieza_tui.tui.widgets.asking_box import AskingBox
from tests.support.stage import Stage, open_stage


def said(*texts: str) -> Thread:
    roles = ("user", "assistant") * len(texts)
    return Thread(
        messages=tuple(Message(role, (TextPart(text),)) for role, text in zip(roles, texts, strict=False))  # type: ignore[arg-type]
    )


@pytest.fixture(autouse=True)
def kept() -> None:
    with open_threads() as threads:
        threads.add(NewThread(said("戦闘力は?", "53万です\x1b[31m。"), updated_at=1.0))
        threads.add(NewThread(said("ナメック星の話", *["長い話。\n\n" * 30] * 2, "願い玉の話です。"), updated_at=2.0))


def titles() -> list[str]:
    with open_threads() as threads:
        return [one.title for one in threads.recent()]


async def open_list(at: Stage) -> None:
    await at.press("ctrl+t")
    await at.wait_for("戦闘力は?", "ナメック星の話", "1970")


async def test_a_thread_is_opened_and_gone_on_with() -> None:
    async with open_stage(Reply("そうです")) as at:
        await open_list(at)
        await at.press("down", "enter")
        await at.wait_for("戦闘力は?", "53万です。")
        await at.wait_gone("Enter opens")
        assert at.composer.has_focus
        await at.say("本当?")
        await at.wait_for("そうです")
        texts = [message.text for message in at.backend.requests[0].thread.messages]
        assert texts == ["戦闘力は?", "53万です\x1b[31m。", "本当?"]


@pytest.mark.parametrize(("key", "at_bubble"), [("K", 0), ("enter", 1)])
async def test_who_read_one_thread_reads_on_in_the_next(key: str, at_bubble: int) -> None:
    async with open_stage(Reply("fine")) as at:
        await at.say("hello")
        await at.wait_for("completed")
        await at.press("tab")
        await open_list(at)
        await at.press("down", "enter")
        await at.wait_gone("Enter opens")
        await at.wait_for("▌ フリーザ様", "53万です。")
        await at.press(key)
        await at.wait_until(lambda: at.log.reading.index == at_bubble)
        assert at.text.count("フリーザ様  completed") == 1


async def test_typing_searches_and_lands_on_the_hit() -> None:
    async with open_stage() as at:
        await open_list(at)
        await at.write("願い玉")
        await at.wait_gone("戦闘力は?")
        await at.wait_for("願い玉の話です")
        await at.press("enter")
        await at.wait_gone("Enter opens")
        await at.wait_for("願い玉の話です")


async def test_other_words_choose_the_first_that_has_them() -> None:
    with open_threads() as threads:
        threads.add(NewThread(said("願い玉はどこ?"), updated_at=0.5))
    async with open_stage() as at:
        await open_list(at)
        await at.press("down", "down")
        await at.write("願い玉")
        await at.wait_gone("戦闘力は?")
        await at.press("enter")
        await at.wait_gone("Enter opens")
        await at.wait_for("願い玉の話です")


async def test_enter_opens_what_the_words_find_also_where_they_have_not_been_looked_up() -> None:
    async with open_stage() as at:
        await open_list(at)
        at.app.post_message(events.Paste("53万"))
        at.app.post_message(events.Key("enter", None))
        await at.wait_gone("Enter opens")
        await at.wait_for("53万です")
        assert "願い玉" not in at.text


async def test_a_thread_that_has_gone_meanwhile_is_said_and_another_can_be_opened() -> None:
    async with open_stage() as at:
        await open_list(at)
        with open_threads() as threads:
            threads.delete(threads.find("last"))
        await at.press("enter")
        await at.wait_for("There is no thread")
        await at.press("down", "enter")
        await at.wait_gone("Enter opens")
        await at.wait_for("53万です")


async def test_a_window_that_changes_keeps_the_chosen_thread_and_fits_the_rows() -> None:
    async with open_stage(size=(80, 24)) as at:
        await open_list(at)
        await at.press("down")
        await at.wait_for("1970-01-01 00:00  戦闘力は?")
        await at.pilot.resize_terminal(40, 24)
        await at.wait_for("1970-01-01  戦闘力は?")
        await at.press("enter")
        await at.wait_for("53万です")


async def test_a_hit_is_to_be_seen_in_a_narrow_window() -> None:
    with open_threads() as threads:
        threads.add(NewThread(said("長い前置きが続いて、" * 4 + "ここに願い星がある"), updated_at=3.0))
    async with open_stage(size=(40, 12)) as at:
        await at.press("ctrl+t")
        await at.wait_for("Enter opens")
        await at.write("願い星")
        await at.wait_for("ここに願い星")


async def test_a_search_that_finds_nothing_says_so() -> None:
    async with open_stage() as at:
        await open_list(at)
        await at.write("xyzzy")
        await at.wait_for("Nothing is kept that has these words")
        await at.press("ctrl+u")
        await at.write("1970-01")
        await at.wait_for("戦闘力は?", "ナメック星の話")


async def test_deleting_can_be_taken_back_until_the_list_closes() -> None:
    async with open_stage() as at:
        await open_list(at)
        await at.press("f8")
        await at.wait_for("F8 takes it back")
        await at.press("f8")
        await at.wait_gone("F8 takes it back")
        await at.press("down", "f8")
        assert len(titles()) == 2
        await at.press("escape")
        await at.wait_gone("Enter opens")
        assert titles() == ["ナメック星の話"]


async def test_what_is_to_be_deleted_is_so_too_where_the_program_is_left_from_the_list() -> None:
    async with open_stage() as at:
        await open_list(at)
        await at.press("f8")
        await at.wait_for("F8 takes it back")
        await at.press("ctrl+q")
        await at.wait_until(lambda: not at.app.is_running)
    assert titles() == ["戦闘力は?"]


@pytest.mark.parametrize("size", [(20, 5), (40, 12)])
async def test_threads_are_to_be_seen_in_the_smallest_windows(size: tuple[int, int]) -> None:
    async with open_stage(size=size) as at:
        await at.press("ctrl+t")
        await at.wait_for("戦", "ナ")
        await at.write("願い玉")
        await at.wait_for("ナ", "願い玉")


async def test_a_thread_is_renamed_by_writing() -> None:
    async with open_stage() as at:
        await open_list(at)
        await at.press("f2", "ctrl+u")
        await at.write("冒険")
        await at.press("enter")
        await at.wait_for("冒険", "戦闘力は?")
        await at.wait_gone("The new title")
        await at.wait_for("冒険  ナメック星の話")  # the first words beside the title
        assert titles() == ["冒険", "戦闘力は?"]


async def test_an_export_shows_and_copies_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with open_stage(size=(160, 24)) as at:
        await open_list(at)
        await at.press("f4")
        await at.wait_for("The format: md, json, html, svg, txt")
        await at.press("enter")
        await at.wait_for("Written: ", "not verified")
        assert at.app.clipboard == str(tmp_path / "ナメック星の話.md")
        await at.press("f4")
        await at.write("x")
        await at.press("enter", "backspace")
        await at.write("html")
        await at.press("enter")
        await at.wait_for("ナメック星の話.html")
        assert at.app.clipboard == str(tmp_path / "ナメック星の話.html")
        await at.press("f4")
        await at.wait_for("The format")
        assert at.app.screen.query_one(AskingBox).placeholder == "md"
        await at.press("escape")
        await at.wait_gone("The format")
        await at.wait_for("Search")
    assert set(os.listdir(tmp_path)) == {"ナメック星の話.md", "ナメック星の話.html"}


async def test_words_go_on_behind_what_was_searched_by_once_something_else_was_asked() -> None:
    async with open_stage(size=(160, 24)) as at:
        await open_list(at)
        await at.write("戦")
        await at.press("f4")
        await at.wait_for("The format")
        await at.press("escape")
        await at.wait_gone("The format")
        await at.write("闘力")
        await at.wait_until(lambda: at.app.screen.query_one(AskingBox).value == "戦闘力")


async def test_a_new_thread_begins_empty() -> None:
    async with open_stage(Reply("はい")) as at:
        await at.say("やあ")
        await at.wait_for("はい", "completed")
        await at.press("ctrl+t")
        await at.wait_for("Enter opens")
        await at.press("ctrl+n")
        await at.wait_gone("Enter opens")
        await at.wait_gone("completed")


async def test_escape_leaves_everything_as_it_was() -> None:
    async with open_stage() as at:
        await at.write("draft")
        await open_list(at)
        await at.press("escape")
        await at.wait_gone("Enter opens")
        assert at.composer.text == "draft"
        assert at.composer.has_focus
