import asyncio
import tempfile

import pytest

from frieza_tui.backends.scripted import Reply
from tests.support.stage import open_stage


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("", "Set VISUAL or EDITOR"),
        ("no-such-editor", "no-such-editor cannot be started here"),
        ('vi "', "cannot be started here"),
    ],
)
async def test_without_an_editor_it_is_said_what_to_set_and_the_draft_stays(
    monkeypatch: pytest.MonkeyPatch, command: str, said: str
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", command)
    async with open_stage() as at:
        await at.write("draft")
        await at.press("ctrl+o")
        await at.wait_for(said)
        assert at.composer.text == "draft"


async def test_no_editor_is_opened_while_an_answer_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "true")
    async with open_stage(Reply("one", asyncio.Event())) as at:
        await at.say("hello")
        await at.wait_for("one")
        await at.write("draft")
        await at.press("ctrl+o")
        await at.wait_for("Wait for the answer")
        assert at.composer.text == "draft"


async def test_where_no_disk_takes_the_draft_the_disk_is_blamed_and_the_draft_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EDITOR", "true")
    monkeypatch.setattr(tempfile, "tempdir", "/no/such/folder")
    async with open_stage() as at:
        await at.write("draft")
        await at.press("ctrl+o")
        await at.wait_for("cannot be put in a file (No such file or directory); set TMPDIR")
        assert at.composer.text == "draft"
