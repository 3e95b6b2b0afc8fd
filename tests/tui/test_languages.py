"""The screen in each language, and from one to the other while it runs."""

import asyncio

import pytest

from frieza_tui.backends.registry import BackendConfig
from frieza_tui.backends.scripted import Reply
from frieza_tui.domain.errors import ModelError, Unreachable
from tests.support.stage import NAME, open_stage, open_stage_on


async def test_lang_says_everything_on_the_screen_anew_at_once() -> None:
    gate = asyncio.Event()
    async with open_stage(Reply("one"), Reply("half", gate), Reply("rest"), size=(80, 30)) as at:
        await at.say("hello")
        await at.wait_for("completed", "  ready")
        await at.say("again")
        await at.wait_for("half", "in progress", "  answering", "cancel")
        await at.say("later")
        await at.wait_for("queued  later")
        await at.say("/lang ja")
        await at.wait_for("言語: 日本語")
        await at.wait_for(
            "完了", "実行中", "順番待ち  later", "  返答中", "Esc 中止", "F1 ヘルプ", f"{NAME}へのメッセージ"
        )
        english = ("completed", "in progress", "queued", "answering", "cancel", "help", "Message")
        assert [word for word in english if word in at.text] == []
        await at.press("escape")
        await at.wait_for("中止", "rest")
        await at.say("/lang en")
        await at.wait_for("Language: English", "completed", "cancelled", "  ready", f"Message {NAME}", "F1 help")
        assert [word for word in ("完了", "準備", "ヘルプ", "メッセージ") if word in at.text] == []


async def test_lang_changes_the_greeting_and_the_help() -> None:
    async with open_stage(size=(80, 50)) as at:
        await at.wait_for("is listening")
        await at.say("/lang ja")
        await at.wait_for("お待ちかね", "「こんにちは！」")
        assert "is listening" not in at.text
        await at.press("f1")
        await at.wait_for("Esc で閉じる", "メッセージを送信", "コマンド")
        assert "Esc closes" not in at.text


async def test_what_the_canned_replies_are_called_changes_its_language() -> None:
    async with open_stage_on(BackendConfig("scripted", delay_s=0)) as at:
        await at.wait_for("canned replies")
        await at.say("/lang ja")
        await at.wait_for("決まった返答")


async def test_lang_auto_is_that_of_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "ja")
    async with open_stage() as at:
        await at.say("/lang auto")
        await at.wait_for("言語: 日本語")


async def test_a_notice_and_a_window_too_small_change_their_language_too() -> None:
    async with open_stage(preparation=[ModelError("No model.")]) as at:
        await at.wait_for("Nobody can answer yet", "not ready")
        await at.say("/lang ja")
        await at.wait_for("まだ返答できません", "準備失敗")
        await at.pilot.resize_terminal(20, 5)
        await at.wait_for("画面が狭すぎます")


async def test_notes_in_replies_follow_the_language_and_the_words_of_people_stay() -> None:
    gate = asyncio.Event()
    async with open_stage(Reply(), Reply("half", gate), size=(80, 30)) as at:
        await at.say("cut here?")
        await at.wait_for("The answer is empty.")
        await at.say("again")
        await at.wait_for("half")
        await at.press("escape")
        await at.wait_for("Cut here: the answer was cancelled.")
        await at.say("/lang ja")
        await at.wait_for("返答が空です。", "ここで途切れています。", "cut here?", "half")
        assert "Cut here" not in at.text
        assert "is empty" not in at.text


async def test_an_error_in_the_log_is_said_again() -> None:
    fault = Unreachable("Nothing answers at srv.example: the connection was refused.", "Check the address.")
    async with open_stage(Reply(before=[fault])) as at:
        await at.say("hello")
        await at.wait_for(fault.happened)
        at.screen.parts.language.speak("ja")
        await at.wait_for("srv.example に接続を拒否されました。応答", "してください。")
        assert "Check" not in at.text


async def test_an_open_find_line_changes_its_language() -> None:
    async with open_stage(Reply("one")) as at:
        await at.say("hello")
        await at.wait_for("completed")
        await at.press("tab", "slash")
        await at.wait_for("Find in this conversation")
        at.composer.focus()
        await at.say("/lang ja")
        await at.wait_for("この会話から探す")
